"""Values at the edges of what can be kept, and every place of a JSON document where one can stand."""

from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]

EDGES: dict[str, Any] = {
    "NUL": "a\x00b",
    "half a character": "a\ud800b",
    "escape": "a\x1b[31mb",
    "a long text": "x" * 300_000,
    "2^63": 2**63,
    "2^70": 2**70,
    "10^12": 10**12,
    "-1": -1,
    "not a number": float("nan"),
    "1e400": float("inf"),
    "year 1": "0001-01-01T00:00:00+23:59",
    "year 9999": "9999-12-31T23:59:59-23:59",
    "day 9999": "9999-12-31",
    "deep": eval("[" * 60 + "]" * 60),
    "a long list": [1] * 33_000,
    "null": None,
    "nothing": {},
}


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths to all that is within a document."""
    match value:
        case dict():
            inner: Any = value.items()
        case list():
            inner = enumerate(value)
        case _:
            return
    for name, one in inner:
        yield (*path, name)
        yield from places(one, (*path, name))


def with_edge(value: Any, path: Path, edge: Any) -> Any:
    """The document with another value at that place."""
    if not path:
        return edge
    first, *rest = path
    changed: Any = value.copy()
    changed[first] = with_edge(value[first], tuple(rest), edge)
    return changed


def names(field: str, path: Path) -> bool:
    """Whether a problem's field is at this place, in it, or what it is part of; what tells variants apart may stand in
    between."""
    told, known = field.split("."), [str(part) for part in path]
    return _is_within(known, told) or _is_within(told, known)


def _is_within(few: list[str], many: list[str]) -> bool:
    rest = iter(many)
    return all(part in rest for part in few)
