"""The errors that people may see: each has a stable code, a plain sentence and an HTTP status."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class GreenwayError(Exception):
    """Base of every error that is shown to a person; `str(error)` is a plain sentence."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Something went wrong"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        fields: Sequence[Mapping[str, Any]] = (),
        faults: int | None = None,
        retry_after: int | None = None,
        details: Mapping[str, str | int | float] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = dict(details or {})
        """What the message names, for clients that say it in another language; never a secret."""
        self.fields = tuple(fields)
        self.faults = len(self.fields) if faults is None else faults
        """How many faults there are, of which `fields` tells some."""
        self.retry_after = retry_after


class InvalidInput(GreenwayError):
    code, title, status = "invalid_input", "The request is not valid", 422


class NotFound(GreenwayError):
    code, title, status = "not_found", "Not found", 404


class Conflict(GreenwayError):
    code, title, status = "conflict", "Not possible in this state", 409


class IdempotencyConflict(Conflict):
    code = "idempotency_key_reused"


class Stale(GreenwayError):
    code, title, status = "stale", "Changed in the meantime", 412


class BadRequest(GreenwayError):
    code, title, status = "bad_request", "The request cannot be read", 400


class Forbidden(GreenwayError):
    code, title, status = "forbidden", "Not allowed", 403


class TooLarge(GreenwayError):
    code, title, status = "too_large", "The request is too large", 413


class HeadTooLarge(GreenwayError):
    code, title, status = "head_too_large", "The request's head is too large", 431


class TooSlow(GreenwayError):
    code, title, status, retryable = "too_slow", "The request did not arrive in time", 408, True


class TooManyConnections(GreenwayError):
    """Of one client, which should close some."""

    code, title, status, retryable = "too_many_connections", "Too many connections", 429, True


class UnsupportedMediaType(GreenwayError):
    code, title, status = "unsupported_media_type", "The content type is not supported", 415


class Unavailable(GreenwayError):
    code, title, status, retryable = "unavailable", "Temporarily unavailable", 503, True


class ConfigurationError(GreenwayError):
    """Its sentence is one line that a terminal shows as it is, for any value of the setting."""

    code, title = "configuration", "The configuration is not valid"

    def __init__(self, message: str) -> None:
        super().__init__(_presentable(message))


class MixedSources(ConfigurationError):
    """A secret and the address that it would be sent to come from different places."""

    code = "mixed_sources"


_LONGEST_VALUE = 120
"""Characters of a setting's value that a sentence repeats."""


def _presentable(message: str) -> str:
    visible = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in message)
    return _TOO_LONG.sub(lambda found: f"{found[0][: _LONGEST_VALUE - 20]}…{found[0][-20:]}", visible)


_TOO_LONG = re.compile(rf"\S{{{_LONGEST_VALUE + 1},}}")
