"""Finds the JSON object in what a model wrote: between fences, after its thoughts, in the midst of prose."""

import json
import re
from collections.abc import Iterator
from typing import Any

import json_repair

_THOUGHTS = re.compile(r"<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_END_OF_THOUGHTS = re.compile(r"\A.*</(?:think|thinking|reasoning)>", re.DOTALL | re.IGNORECASE)
_STRING_OR_BRACKET = re.compile(r'"(?:\\.|[^"\\])*"|[{}\[\]]', re.DOTALL)
_CLOSING = {"{": "}", "[": "]"}
_DECODER = json.JSONDecoder(strict=False)


class Unreadable(Exception):
    """There is no complete JSON object in the text; the message says so to the model."""


def find_object(text: str) -> dict[str, Any]:
    """The largest JSON object in the text. Slips such as trailing commas are mended; an object that breaks off is not,
    since nobody knows what is missing.

    Raises:
        Unreadable: there is none.
    """
    text = _END_OF_THOUGHTS.sub("", _THOUGHTS.sub("", text)).strip()
    if not text:
        raise Unreadable("The answer was empty.")
    found = list(_objects(text))
    if not found:
        raise Unreadable("The answer held no complete JSON object.")
    return max(found, key=lambda each: len(json.dumps(each)))


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Every object that is not inside another one, up to one that is never closed."""
    start = text.find("{")
    while start >= 0:
        end = _end_of(text, start)
        if end is None:
            return
        value = _read(text[start:end])
        if value:
            yield value
        start = text.find("{", end if value else start + 1)


def _end_of(text: str, start: int) -> int | None:
    """Where the bracket at `start` is closed; None if it is not."""
    opened: list[str] = []
    for match in _STRING_OR_BRACKET.finditer(text, start):
        mark = match[0]
        if mark in _CLOSING:
            opened.append(_CLOSING[mark])
        elif not mark.startswith('"') and opened.pop() != mark:
            return None
        if not opened:
            return match.end()
    return None


def _read(candidate: str) -> dict[str, Any] | None:
    try:
        value = _DECODER.decode(candidate)
    except (ValueError, RecursionError):
        value = _mended(candidate)
    return value if isinstance(value, dict) else None


def _mended(candidate: str) -> Any:
    try:
        return json_repair.loads(candidate)
    except (ValueError, RecursionError):
        return None
