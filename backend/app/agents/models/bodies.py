"""Finds the JSON object in the body of a response, in any surrounding text and any encoding."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

_LONGEST_NUMBER = 1000
"""Digits beyond which a whole number is read as the nearest float: Python refuses to read much longer ones."""
_ENCODINGS = 2
_DATA = re.compile(r"^data:[ \t]?(.*)$", re.MULTILINE)
_START = re.compile(r"\{")

Object = dict[str, Any]


def read_object(content: bytes) -> Object | None:
    """The object that a body says, which may be a byte order mark, comments, a guard against scripts or another object
    away from its ends, in a list or a text, or in pieces, though no stream was asked for. None if there is none."""
    text = content.decode(json.detect_encoding(content), "replace").removeprefix("\ufeff").strip()
    try:
        return _unwrapped(_DECODER.decode(text))
    except (ValueError, RecursionError):
        pass
    if events := list(_events(text)):
        return _together(events)
    start = _START.search(text)
    try:
        return _unwrapped(_DECODER.raw_decode(text, start.start())[0]) if start else None
    except (ValueError, RecursionError):
        return None


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) < _LONGEST_NUMBER else float(digits)


_DECODER = json.JSONDecoder(strict=False, parse_int=_number)


def _unwrapped(value: object) -> Object | None:
    for _ in range(_ENCODINGS):
        if isinstance(value, str):
            value = _DECODER.decode(value)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
    return value if isinstance(value, dict) else None


def _events(text: str) -> Iterator[Object]:
    """What server-sent events say; those that are no objects are left out."""
    for event in _DATA.finditer(text):
        try:
            value = _DECODER.decode(event[1])
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            yield value


def _together(events: Sequence[Object]) -> Object:
    """The answer that was sent in events: whole in one of them, or as pieces of a chat completion."""
    for event in events:
        if event.get("error"):
            return event
        if isinstance(whole := event.get("response"), dict) and event.get("type") in _LAST_OF_A_RESPONSE:
            return whole
    pieces = [choice for event in events if isinstance(choice := _first(event.get("choices")).get("delta"), dict)]
    if not pieces:
        return events[0]
    calls: dict[object, Object] = {}
    for piece in pieces:
        for call in piece.get("tool_calls") or ():
            _add_call(calls, call)
    message = {name: "".join(_texts(pieces, name)) for name in ("content", "reasoning_content", "reasoning", "refusal")}
    choice = {
        "message": {**message, "tool_calls": list(calls.values())},
        "finish_reason": _last(_first(event.get("choices")).get("finish_reason") for event in events),
    }
    return {**events[0], "choices": [choice], "usage": _last(event.get("usage") for event in events)}


_LAST_OF_A_RESPONSE = {"response.completed", "response.incomplete", "response.failed"}


def _add_call(calls: dict[object, Object], piece: object) -> None:
    """Add a piece of a tool's call, of which the first names the tool."""
    function = piece.get("function") if isinstance(piece, dict) else None
    if not isinstance(piece, dict) or not isinstance(function, dict):
        return
    call = calls.setdefault(str(piece.get("index")), {"id": piece.get("id"), "function": {"name": "", "arguments": ""}})
    for name in ("name", "arguments"):
        call["function"][name] += "".join(_texts([function], name))


def _texts(pieces: Sequence[Object], name: str) -> Iterator[str]:
    return (piece[name] for piece in pieces if isinstance(piece.get(name), str))


def _first(value: object) -> Object:
    first = value[0] if isinstance(value, list) and value else None
    return first if isinstance(first, dict) else {}


def _last(values: Iterator[object]) -> object:
    return next((value for value in reversed(list(values)) if value), None)
