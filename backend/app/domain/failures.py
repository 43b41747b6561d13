"""Why an author did not deliver: a closed list of codes, each with a plain sentence in English and Chinese."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from app.domain.base import FrozenModel
from app.domain.failure_sentences import OTHER, Details, cases_of, sentence


class FailureCode(StrEnum):
    """Clients may rely on this list."""

    TIMEOUT = "timeout"
    UNAUTHORISED = "unauthorised"
    QUOTA = "quota"
    MODEL_NOT_FOUND = "model_not_found"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    UNREACHABLE = "unreachable"
    REJECTED = "rejected"
    CONTEXT_TOO_LONG = "context_too_long"
    TOO_LONG = "too_long"
    TOO_LARGE = "too_large"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    EMPTY = "empty"
    INVALID_OUTPUT = "invalid_output"
    WRONG_LANGUAGE = "wrong_language"
    NOT_UNDERSTOOD = "not_understood"
    BUDGET = "budget"
    CRASHED = "crashed"
    INTERNAL = "internal"

    @property
    def retryable(self) -> bool:
        """Whether the same call may well succeed when it is made again."""
        return self in _RETRYABLE

    @property
    def stops_the_run(self) -> bool:
        """Every further call would fail too: the circuit breaker counts these."""
        return self in {FailureCode.UNAUTHORISED, FailureCode.QUOTA, FailureCode.MODEL_NOT_FOUND}


_RETRYABLE = frozenset(
    {
        FailureCode.TIMEOUT,
        FailureCode.RATE_LIMITED,
        FailureCode.UNAVAILABLE,
        FailureCode.UNREACHABLE,
        FailureCode.TOO_LONG,
        FailureCode.TOO_LARGE,
        FailureCode.TRUNCATED,
        FailureCode.EMPTY,
        FailureCode.INVALID_OUTPUT,
        FailureCode.WRONG_LANGUAGE,
    }
)


class Failure(FrozenModel):
    """A value, not an exception. `message` is a plain sentence in the roadmap's language; `details` are what it names:
    with them, a reader of another language is shown the sentence of the code in theirs (`failure_sentences`)."""

    code: FailureCode
    message: str
    details: Details = Field(default_factory=dict)

    @property
    def retryable(self) -> bool:
        return self.code.retryable


def failure(code: FailureCode, language: str, **details: str | int | float) -> Failure:
    """A failure with its sentence, in Chinese for Chinese learners and in English for all others.

    Args:
        language: a BCP 47 tag.
        details: what the sentence names, and which `case` of the code it is: see `failure_sentences`. They are
            stored, sent and exported: never a secret, or what a model has answered.

    Raises:
        KeyError: the sentence names something that the details lack, or there is no such case.
    """
    if cases_of(code):
        details.setdefault("case", OTHER)
    message = sentence(code, details, language)
    if message is None:
        raise KeyError(f"{code} has no sentence for {sorted(details)}")
    return Failure(code=code, message=message, details=details)


def paused_at_request(language: str) -> str:
    """What a learner is told who has paused."""
    return sentence("requested", {}, language) or ""


def in_english(code: str, message: str, details: Mapping[str, str | int | float]) -> str:
    """A failure's sentence for a reader of English; the stored one, where it cannot be told anew."""
    return sentence(code, details, "en") or message
