"""Every reason for which an author does not deliver has a sentence, and a decision."""

import re

import pytest

from app.domain.failures import FailureCode, failure

DECIDED = {  # code: (the same call may succeed later, every further call would fail)
    "timeout": (True, False),
    "unauthorised": (False, True),
    "quota": (False, True),
    "model_not_found": (False, True),
    "rate_limited": (True, False),
    "unavailable": (True, False),
    "unreachable": (True, False),
    "rejected": (False, False),
    "context_too_long": (False, False),
    "too_long": (True, False),
    "too_large": (True, False),
    "truncated": (True, False),
    "refused": (False, False),
    "empty": (True, False),
    "invalid_output": (True, False),
    "wrong_language": (True, False),
    "not_understood": (False, False),
    "budget": (False, False),
    "crashed": (False, False),
    "internal": (False, False),
}


def test_what_each_code_means_for_a_run_is_decided() -> None:
    assert {code.value: (code.retryable, code.stops_the_run) for code in FailureCode} == DECIDED


@pytest.mark.parametrize("code", FailureCode)
def test_every_code_has_a_sentence_in_english_and_chinese(code: FailureCode) -> None:
    english, chinese = (
        failure(code, tag, seconds="60", limit="1.00", times="3", hint=hint).message
        for tag, hint in (("en-GB", "resume."), ("zh-Hans", "继续。"))
    )
    assert english.endswith(".") and english.isascii()
    assert chinese.endswith("。") and any("\u4e00" <= character <= "\u9fff" for character in chinese)
    assert not re.search(r"\$[{a-z]", english + chinese)


def test_learners_of_other_languages_read_english() -> None:
    assert failure(FailureCode.REFUSED, "de") == failure(FailureCode.REFUSED, "en")


def test_the_sentence_names_the_details() -> None:
    assert "$1.00 (GREENWAY_MAX_COST_USD)" in failure(FailureCode.BUDGET, "en", limit="1.00").message
    assert "60 秒" in failure(FailureCode.TIMEOUT, "zh", seconds="60").message
