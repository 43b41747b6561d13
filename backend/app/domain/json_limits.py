"""What JSON from outside may hold, regardless of its meaning: checked before anything else reads it."""

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.domain.stored_text import NOT_STORABLE, is_storable

Path = tuple[str | int, ...]

LONGEST_NAME = 200
"""Characters of a field's name."""
_INTEGERS = range(-(2**63), 2**63)


class JsonFault(NamedTuple):
    path: Path
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonLimits:
    values: int
    """Objects, lists, texts, numbers and so on in all."""
    depth: int
    """Objects and lists within one another."""
    fields: int
    """Of one object."""
    entries: int
    """Of one list."""
    text: int
    """Characters of one text."""
    within: Mapping[str, "JsonLimits"] = field(default_factory=dict)
    """Other limits within the fields of these names; but for `values`."""


class _StopScan(Exception):
    """Stops the scan: the limit is passed, and the rest does not matter."""


def faults_of(value: Any, limits: JsonLimits) -> list[JsonFault]:
    """All texts and numbers that cannot be kept, in their order; of what is too large only the first."""
    return _named_faults(value, limits) if has_faults(value, limits) else []


def has_faults(value: Any, limits: JsonLimits) -> bool:
    """Whether there is something that cannot be kept: told several times as fast as what it is."""
    left = limits.values
    todo: list[tuple[Iterable[Any], JsonLimits, int]] = [((value,), limits, 0)]
    while todo:
        values, within, depth = todo.pop()
        for one in values:
            left -= 1
            if isinstance(one, str):
                if len(one) > within.text or not is_storable(one):
                    return True
            elif isinstance(one, dict):
                if depth == within.depth or len(one) > within.fields:
                    return True
                if max(map(len, one), default=0) > LONGEST_NAME or not is_storable("".join(one)):
                    return True
                if within.within.keys().isdisjoint(one):
                    todo.append((one.values(), within, depth + 1))
                else:
                    todo += [((each,), within.within.get(name, within), depth + 1) for name, each in one.items()]
            elif isinstance(one, list):
                if depth == within.depth or len(one) > within.entries:
                    return True
                todo.append((one, within, depth + 1))
            elif isinstance(one, float):
                if not math.isfinite(one):
                    return True
            elif isinstance(one, int) and one not in _INTEGERS:
                return True
        if left < 0:
            return True
    return False


def _named_faults(value: Any, limits: JsonLimits) -> list[JsonFault]:
    faults: list[JsonFault] = []
    left = most = limits.values

    def too_large(path: Path, what: str) -> _StopScan:
        faults.append(JsonFault(path, what))
        return _StopScan()

    def look(path: Path, value: Any, depth: int, limits: JsonLimits = limits) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise too_large((), f"must have at most {most} values in total")
        match value:
            case str():
                faults.extend(JsonFault(path, message) for message in _of_text(value, limits.text))
            case bool() | None:
                pass
            case int() if value not in _INTEGERS:
                faults.append(JsonFault(path, "must be a number of at most 64 bits"))
            case float() if not math.isfinite(value):
                faults.append(JsonFault(path, "must be a finite number"))
            case dict() | list() if depth == limits.depth:
                raise too_large(path, f"must not be nested more than {limits.depth} levels deep")
            case dict():
                if len(value) > limits.fields:
                    raise too_large(path, f"must have at most {limits.fields} fields; it has {len(value)}")
                for name, one in value.items():
                    if message := next(_of_text(name, LONGEST_NAME), None):
                        faults.append(JsonFault(path, f"the name of each field {message}"))
                    else:
                        look((*path, name), one, depth + 1, limits.within.get(name, limits))
            case list():
                if len(value) > limits.entries:
                    raise too_large(path, f"must have at most {limits.entries} entries; it has {len(value)}")
                for index, one in enumerate(value):
                    look((*path, index), one, depth + 1, limits)

    with suppress(_StopScan):
        look((), value, 0)
    return faults


def _of_text(text: str, most: int) -> Iterator[str]:
    if len(text) > most:
        yield f"must have at most {most} characters; it has {len(text)}"
    if not is_storable(text):
        yield NOT_STORABLE
