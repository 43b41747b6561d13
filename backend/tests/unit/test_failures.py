"""Every reason for which an author does not deliver has a sentence, and a decision."""

import pytest

from app.domain.failure_sentences import SENTENCES, cases_of, names_in, sentence
from app.domain.failures import Failure, FailureCode, failure, in_english

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


def sentences(language: str) -> dict[tuple[str, str | None], str]:
    """By code, and by case where the code has several."""
    found: dict[tuple[str, str | None], str] = {}
    for code, text in SENTENCES[language].items():
        found |= {(code, None): text} if isinstance(text, str) else {(code, case): one for case, one in text.items()}
    return found


def test_every_code_has_a_sentence_in_english_and_chinese() -> None:
    assert {code for code, _ in sentences("en")} == {*FailureCode, "requested"}
    assert sentences("en").keys() == sentences("zh").keys()


@pytest.mark.parametrize(("code", "case"), sentences("en"))
def test_a_sentence_names_the_same_in_both_languages(code: str, case: str | None) -> None:
    english, chinese = (sentences(language)[code, case] for language in ("en", "zh"))
    assert names_in(english) == names_in(chinese)
    assert english.isascii()
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese)
    if case != "hint":  # the hint is the end of the sentence
        assert english.endswith(".") and chinese.endswith("。")


@pytest.mark.parametrize("code", FailureCode)
def test_a_failure_keeps_what_its_sentence_names(code: FailureCode) -> None:
    for case in cases_of(code) or {None}:
        details = dict.fromkeys(names_in(sentences("en")[code, case]), 3) | ({"case": case} if case else {})
        english, chinese = (failure(code, tag, **details) for tag in ("en-GB", "zh-Hans"))
        assert english.details == chinese.details == details
        assert sentence(code, chinese.details, "en") == english.message != chinese.message


def test_a_failure_without_what_its_sentence_names_is_a_bug() -> None:
    with pytest.raises(KeyError):
        failure(FailureCode.TIMEOUT, "en")


def test_learners_of_other_languages_read_english() -> None:
    assert failure(FailureCode.REFUSED, "de") == failure(FailureCode.REFUSED, "en")


def test_the_sentence_names_the_details() -> None:
    assert "$1.00 (GREENWAY_MAX_COST_USD)" in failure(FailureCode.BUDGET, "en", limit="1.00").message
    assert "60 秒" in failure(FailureCode.TIMEOUT, "zh", seconds=60.0).message
    assert "2,500,000 bytes" in failure(FailureCode.TOO_LONG, "en", limit=2_500_000).message


def test_a_failure_that_was_stored_without_details_is_told_by_its_message() -> None:
    told = "The model's server at http://127.0.0.1:9 could not be reached (connection refused)."
    stored = Failure.model_validate({"code": "unreachable", "message": told})
    assert in_english(stored.code, stored.message, stored.details) == told
    assert in_english("of_a_later_version", told, {}) == told
