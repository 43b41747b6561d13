"""Text that can be kept and shown anywhere: valid Unicode without control characters."""

import re
from typing import Any

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""What neither PostgreSQL nor UTF-8 holds: NUL, and halves of characters."""
NOT_STORABLE = "must not contain control characters such as NUL, or half a character"
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""All control characters but tab and line break, and halves of characters: PostgreSQL, JSON or UTF-8 refuse some of
them, terminals obey others, and no text needs them."""
_LINE_BREAKS = re.compile("\r\n?")


def is_storable(text: str) -> bool:
    """Whether PostgreSQL and UTF-8 can hold the text."""
    return "\0" not in text and (text.isascii() or UNSTORABLE.search(text) is None)


def storable(text: str) -> str:
    """The text without control characters and lone surrogates; line breaks become `\\n`."""
    if _CONTROLS.search(text) is None and "\r" not in text:
        return text
    return _CONTROLS.sub("", _LINE_BREAKS.sub("\n", text))


def storable_json(value: Any) -> Any:
    """The same for every text in a JSON value, keys included.

    Raises:
        RecursionError: it is nested more deeply than the stack holds.
    """
    match value:
        case str():
            return storable(value)
        case dict():
            return {storable(key): storable_json(each) for key, each in value.items()}
        case list():
            return [storable_json(each) for each in value]
        case _:
            return value
