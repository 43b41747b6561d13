"""Finds the JSON object in what a model wrote: between fences, after its thoughts, in the midst of prose."""

import json
import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, SupportsIndex

import json_repair

_THOUGHTS = re.compile(
    r"<(/?)(?:\w+:)?(?:think|thinking|thoughts?|reasoning|reflection|analysis|scratchpad)>", re.IGNORECASE
)
_START = re.compile(r"\{|\[(?=\s*\{)")
"""An object, or a list of objects: those of a list that breaks off do not count."""
_TOKEN = re.compile(
    r"""
    "(?:\\.|[^"\\])*+(?:"|\\?\Z)                             # a string
    |(?<!\w)'(?:\\.|[^\\])*?(?:'(?=\s*[,:}\]])|\\?\Z)        # one that Python would write
    |(?<=[\s,{\[])(?:/\*.*?(?:\*/|\Z)|//[^\n]*)            # a comment
    |[{}\[\]]
    """,
    re.DOTALL | re.VERBOSE,
)
_CLOSING = {"{": "}", "[": "]"}
_DEEPEST = 100
"""Brackets in brackets beyond which nothing is read: no answer has so many, and the stack would not hold them."""
_LOOKS = 40
"""How often mending may look at each character, on average: for slips in an answer it takes fewer than ten."""
_MENDED = 100_000
"""Characters of an answer that are mended at most: no whole one is longer."""
_ENCODINGS = 3
_QUOTED = re.compile(r'"(?=(?:\s|\\n)*[{\[])')
"""Where an object begins that is itself a JSON string."""
_DECODER = json.JSONDecoder(strict=False)


class MalformedReply(Exception):
    """There is no complete JSON object in the text; the message says so to the model."""


def find_objects(text: str) -> list[dict[str, Any]]:
    """The JSON objects in the text, the largest first. Slips such as trailing commas are mended; an object that breaks
    off is not, since what is missing is unknown.

    Raises:
        MalformedReply: there is none.
    """
    said = _decoded(_without_thoughts(text).strip())
    if found := _largest_first(said) or _quoted(said):
        return found
    raise MalformedReply("The answer held no complete JSON object." if said else "The answer was empty.")


def find_object(text: str) -> dict[str, Any]:
    """The first of them.

    Raises:
        MalformedReply: there is none.
    """
    return find_objects(text)[0]


def _largest_first(text: str) -> list[dict[str, Any]]:
    return sorted(_objects(text), key=lambda each: len(json.dumps(each)), reverse=True)


def _quoted(text: str) -> list[dict[str, Any]]:
    """Those in the first JSON string that holds one."""
    start = _QUOTED.search(text)
    try:
        inner, _ = _DECODER.raw_decode(text, start.start()) if start else ("", 0)
    except ValueError:
        return []
    return _largest_first(_decoded(inner.strip()))


def _decoded(text: str) -> str:
    """What a text says that is itself a JSON string: some models encode their answer twice."""
    for _ in range(_ENCODINGS):
        if not text.startswith('"'):
            break
        try:
            inner = _DECODER.decode(text)
        except ValueError:
            break
        text = str(inner).strip()
    return text


def _without_thoughts(text: str) -> str:
    """Without what is between the tags, or before one that ends thoughts whose beginning was left out."""
    said: list[str] = []
    start, thinking = 0, False
    for tag in _THOUGHTS.finditer(text):
        if tag[1]:
            if not thinking:
                said.clear()
            start, thinking = tag.end(), False
        elif not thinking:
            said.append(text[start : tag.start()])
            start, thinking = tag.start(), True
    return "".join([*said, text[start:]])


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Every object that is not inside another one, up to one that is never closed."""
    start = _START.search(text)
    while start is not None:
        end = _end_of(text, start.start())
        if end is None:
            return
        if start[0] == "[":
            end = start.end()
        elif value := _read(text[start.start() : end]):
            yield value
        start = _START.search(text, end)


def _end_of(text: str, start: int) -> int | None:
    """Where the bracket at `start` is closed; None if it, or a string in it, is not."""
    opened: list[str] = []
    for match in _TOKEN.finditer(text, start):
        mark = match[0]
        if mark in _CLOSING:
            opened.append(_CLOSING[mark])
        elif mark in _CLOSING.values() and opened.pop() != mark:
            return None
        if not opened:
            return match.end()
    return None


def _read(candidate: str) -> dict[str, Any] | None:
    if _depth(candidate) > _DEEPEST:
        return None
    try:
        value = _DECODER.decode(candidate)
    except (ValueError, RecursionError):
        value = _mended(candidate)
    return value if isinstance(value, dict) else None


def _depth(text: str) -> int:
    return max(accumulate((mark in "{[") - (mark in "}]") for mark in text))


def _mended(candidate: str) -> Any:
    try:
        return json_repair.loads(_ScanBudget(candidate))
    except (ValueError, RecursionError):
        return None


class _ScanBudget(str):
    """A text that can be looked at only so often, since what is no JSON at all takes the mender hours."""

    _looks: int

    def __new__(cls, text: str) -> "_ScanBudget":
        made = super().__new__(cls, text)
        made._looks = _LOOKS * min(max(len(text), 1000), _MENDED)
        return made

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        self._looks -= 1
        if self._looks < 0:
            raise ValueError("not to be mended")
        return super().__getitem__(key)
