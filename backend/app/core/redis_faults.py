"""Why Redis does not do what it is asked, in words of ours.

What stands at an address may be anything. Its own words are not repeated: they may be secret, or made to mislead.
"""

from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    ConnectionError,
    MaxConnectionsError,
    NoPermissionError,
    ReadOnlyError,
    RedisError,
    TimeoutError,
)

_OURS = (ConnectionError, TimeoutError, MaxConnectionsError)
"""Errors of the client itself. Those that inherit from them, and all others, carry the server's text."""
_MEANINGS: tuple[tuple[type[RedisError], str], ...] = (
    (AuthenticationError, "it does not accept the user name or password"),
    (NoPermissionError, "its user lacks the permission"),
    (BusyLoadingError, "it is still loading its data"),
    (ReadOnlyError, "it is a read-only replica"),
)


def redis_fault(error: BaseException) -> str:
    """The reason, without a full stop; empty when the error says nothing."""
    if not isinstance(error, RedisError) or type(error) in _OURS:
        return " ".join(str(error).split()).removesuffix(".")
    return next((words for kind, words in _MEANINGS if isinstance(error, kind)), "the server is not Redis, or refuses")
