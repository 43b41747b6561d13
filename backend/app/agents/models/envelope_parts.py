"""What the envelopes of all providers have in common: texts, counts, and errors that came with a status of success."""

import json
from collections.abc import Iterable
from typing import Any

Object = dict[str, Any]
Mended = tuple[int, Object]
"""The status that was meant, and the body."""

MOST_TOKENS = 10**9
"""More than any model reads or writes in one call: a count beyond is a mistake, and is cut down to this."""
_STATUSES = {
    "rate_limit_exceeded": 429,
    "rate_limit_error": 429,
    "too_many_requests": 429,
    "resource_exhausted": 429,
    "overloaded_error": 529,
    "insufficient_quota": 402,
    "billing_error": 402,
    "invalid_api_key": 401,
    "authentication_error": 401,
    "unauthenticated": 401,
    "permission_denied": 403,
    "model_not_found": 404,
    "not_found_error": 404,
    "not_found": 404,
    "context_length_exceeded": 400,
    "invalid_request_error": 400,
    "invalid_argument": 400,
}
"""What an error inside a 200 would have been as a status, by its code or type."""
_OTHER_ERROR = 502


def words(content: object) -> str:
    """A text, the texts of its parts, or the object that a server has parsed already."""
    match content:
        case str():
            return content
        case list():
            parts = (each.get("text") if isinstance(each, dict) else each for each in content)
            return "".join(part for part in parts if isinstance(part, str))
        case dict():
            return json.dumps(content)
        case _:
            return ""


def objects_in(value: object) -> list[Object]:
    """The objects of a list; an object alone is one."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def arguments_of(value: object) -> Object:
    """The arguments of a call, which some servers send as text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}


def text_at(body: Object, name: str, default: str | None = None) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) and value else default


def count(number: object) -> int:
    """Tokens that can be added up."""
    if not is_number(number):
        return 0
    assert isinstance(number, int | float)
    return int(min(max(number, 0), MOST_TOKENS))


def counts(usage: object, names: Iterable[str]) -> dict[str, int]:
    return {name: count(usage.get(name)) for name in names} if isinstance(usage, dict) else {}


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def status_of(error: object) -> int:
    """What an error inside a success would have been as a status."""
    for mark in (error.get(name) for name in ("code", "status", "type")) if isinstance(error, dict) else (error,):
        number = int(mark) if isinstance(mark, str) and mark.isascii() and mark.isdigit() and len(mark) == 3 else mark
        if isinstance(number, int) and 400 <= number < 600:
            return number
        if isinstance(mark, str) and mark.lower() in _STATUSES:
            return _STATUSES[mark.lower()]
    return _OTHER_ERROR
