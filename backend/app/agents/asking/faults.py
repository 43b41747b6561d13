"""What goes wrong with a call, as a failure code; and how a fault that will pass is waited out."""

import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic_ai import exceptions as faults
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

from app.agents.models.http_client import AnswerTooLong
from app.core.obstacles import causes, obstacle_in
from app.domain.failures import FailureCode

ATTEMPTS = 8
"""Tries of one call; the artefact's time limit may end them earlier."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds between two tries: a random part of the first, doubled with each."""
LONGEST_RETRY_AFTER = 120.0
"""Seconds of a provider's `Retry-After` that are waited for; a longer one is a failure at once."""

T = TypeVar("T")

_CODES: tuple[tuple[type[Exception], FailureCode], ...] = (
    (faults.ModelAuthenticationError, FailureCode.UNAUTHORISED),
    (faults.ModelQuotaExceededError, FailureCode.QUOTA),
    (faults.ModelNotFoundError, FailureCode.MODEL_NOT_FOUND),
    (faults.ModelContextWindowExceededError, FailureCode.CONTEXT_TOO_LONG),
    (faults.ModelRequestRejectedError, FailureCode.REJECTED),
    (faults.ModelRateLimitError, FailureCode.RATE_LIMITED),
    (faults.ModelUnavailableError, FailureCode.UNAVAILABLE),
    (faults.ModelServerError, FailureCode.UNAVAILABLE),
    (faults.ModelTimeoutError, FailureCode.TIMEOUT),
    (faults.ModelRequestTimeout, FailureCode.TIMEOUT),
    (faults.ModelConnectionError, FailureCode.UNREACHABLE),
    (faults.ContentFilterError, FailureCode.REFUSED),
)
_PASSING = {408, 409, 425}
"""Statuses that blame the request, and yet may not come again."""
_TRANSIENT = {FailureCode.RATE_LIMITED, FailureCode.UNAVAILABLE, FailureCode.UNREACHABLE}


def code_of(error: Exception) -> FailureCode:
    """What an error of the model's library means. A response that it could not read is a fault of the provider's."""
    if limit_passed(error) is not None:
        return FailureCode.TOO_LONG
    if isinstance(error, faults.ModelHTTPError):
        if error.status_code == 402:
            return FailureCode.QUOTA
        if error.status_code in (400, 413, 422, 500) and _TOO_LONG.search(_told(error)):
            return FailureCode.CONTEXT_TOO_LONG
        if type(error) is faults.ModelHTTPError and error.status_code < 500 and error.status_code not in _PASSING:
            return FailureCode.REJECTED
    return next((code for kind, code in _CODES if isinstance(error, kind)), FailureCode.UNAVAILABLE)


def limit_passed(error: BaseException | None) -> int | None:
    """The bytes beyond which an answer was not read; None for all other errors."""
    return next((int(str(cause)) for cause in causes(error) if isinstance(cause, AnswerTooLong)), None)


_GARBLED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a library's parser of responses stumbles with over one that it has not foreseen."""
_TOKENS = re.compile(
    r"(?:context (?:length|size|window)|n_ctx)\D{0,40}?(\d{3,9})"
    r"|(\d{3,9})[- ]tokens? (?:context|limit)",
    re.IGNORECASE,
)
_TOO_LONG = re.compile(r"context[ _](?:length|size|window)|too many tokens|prompt is too long", re.IGNORECASE)


def as_unreadable(error: Exception) -> faults.AgentRunError | None:
    """The error of a response that has come and cannot be read, for any exception of the library; None for
    all others."""
    if limit_passed(error) is not None:
        return faults.UnexpectedModelBehavior("The provider's response is too long.")
    if isinstance(error, faults.ModelHTTPError | faults.ModelConnectionError | faults.ModelRequestTimeout):
        return None
    if isinstance(error, faults.AgentRunError):
        return error
    if isinstance(error, _GARBLED):
        return faults.UnexpectedModelBehavior("The provider's response could not be read.")
    return None


def details_of(code: FailureCode, error: Exception) -> dict[str, str | int | float]:
    """What the sentence of the code names."""
    if code == FailureCode.CONTEXT_TOO_LONG and (tokens := _context_in(error)) is not None:
        return {"case": "known", "context": tokens}
    if code == FailureCode.TOO_LONG:
        return {"limit": limit_passed(error) or 0}
    return {}


def _context_in(error: Exception) -> int | None:
    """How many tokens the provider says that its model can read, where it complains of more."""
    found = _TOKENS.search(_told(error))
    return int(found[1] or found[2]) if found else None


def _told(error: Exception) -> str:
    """Everything that the provider has said of an error."""
    return f"{error} {getattr(error, 'body', '')}"


def retry_after(error: BaseException | None) -> float | None:
    """Seconds that the provider asks to wait, if it does."""
    return error.retry_after if isinstance(error, faults.ModelAPIError) else None


async def waiting_out(call: Callable[[], Awaitable[T]], hold: Callable[[float], None]) -> T:
    """Make a call again and again while it fails for something that will pass. `hold` makes the next call, like
    everybody's, wait for the seconds that the provider asks for.

    Raises:
        ModelAPIError: the last one, or the first that will not pass.
    """
    backoff = wait_random_exponential(multiplier=FIRST_PAUSE, max=LONGEST_PAUSE)

    def pause(state: RetryCallState) -> float:
        asked = retry_after(state.outcome.exception() if state.outcome else None)
        if asked is None:
            return backoff(state)
        hold(asked)
        return 0.0

    async for attempt in AsyncRetrying(
        stop=stop_after_attempt(ATTEMPTS), wait=pause, retry=retry_if_exception(_will_pass), reraise=True
    ):
        with attempt:
            return await call()
    raise AssertionError("the last attempt raises or returns")


def _will_pass(error: BaseException) -> bool:
    if not isinstance(error, faults.AgentRunError) or code_of(error) not in _TRANSIENT:
        return False
    obstacle = obstacle_in(error)
    return (retry_after(error) or 0) <= LONGEST_RETRY_AFTER and (obstacle is None or obstacle.passing)
