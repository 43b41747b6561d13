"""Checks the file of a roadmap, in a process of its own whose memory and time are bounded: `main`.

It reads the file from its standard input, and writes pickles to its standard output: the roadmap, or why it is refused,
then its revisions and its artefacts.
"""

import contextlib
import json
import pickle
import resource
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any, BinaryIO

from pydantic import ValidationError

from app.domain.json_limits import JsonFault, faults_of
from app.domain.outline_rules import OutlineError, check_parts
from app.domain.packed_roadmap import PackedRevision, PackedRoadmap, PackedVersion, packed
from app.domain.roadmap_file import FILE_LIMITS, FORMAT, MAX_FILE_VALUES, VERSION, RoadmapFile
from app.domain.values import SHOWN_FAULTS, counting_faults, hidden_faults

MAX_FILE_MEMORY = 2 * 1024**3
"""Bytes of address space for checking a file; where the system knows no such limit, that of the values bounds it."""
MAX_FILE_SECONDS = 60
"""Of computing."""

_BATCH = 1_000_000
"""Characters of what is pickled at once, roughly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFaults:
    """The file is refused for these faults, of `total` in all."""

    faults: Sequence[JsonFault]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BadOutline:
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidJson:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownFormat:
    """JSON, but nothing that this Greenway has a form for."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitExceeded:
    """The file is too large to be checked, by the limit of this name."""

    message: str


Refusal = FileFaults | BadOutline | InvalidJson | UnknownFormat | LimitExceeded
_TOO_MANY = LimitExceeded(message=f"The file has more than {MAX_FILE_VALUES} values (MAX_FILE_VALUES).")
TOO_LARGE = LimitExceeded(
    message=f"The file needs more than {MAX_FILE_MEMORY // 1024**2} MiB of memory (MAX_FILE_MEMORY)"
    f" or {MAX_FILE_SECONDS} seconds (MAX_FILE_SECONDS) to check."
)


def check(data: bytes, *, max_concepts: int) -> PackedRoadmap | Refusal:
    # Every value but the first of its object or list stands behind a comma; a text may have some, too.
    if max(data.count(b","), data.count(b"[") + data.count(b"{")) > 2 * MAX_FILE_VALUES:
        return _TOO_MANY
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return InvalidJson()
    if foreign := _foreign(value):
        return foreign
    if faults := faults_of(value, FILE_LIMITS):
        return FileFaults(faults=faults[:SHOWN_FAULTS], total=len(faults))
    with counting_faults():
        try:
            file = RoadmapFile.model_validate(value)
        except ValidationError as error:
            described = error.errors(include_url=False, include_context=False, include_input=False)
            shown = [JsonFault(one["loc"], one["msg"]) for one in described[:SHOWN_FAULTS]]
            return FileFaults(faults=shown, total=len(described) + hidden_faults())
    try:
        for revision in file.revisions:
            check_parts(revision.outline, max_concepts=max_concepts)
        return packed(file, now=datetime.now(UTC))
    except OutlineError as error:
        return BadOutline(message=error.message)


def _foreign(value: Any) -> UnknownFormat | None:
    if not isinstance(value, dict) or value.get("format", FORMAT) != FORMAT:
        return UnknownFormat(message="The file is not a roadmap that was exported from Greenway.")
    version = value.get("version", VERSION)
    if isinstance(version, int) and version > VERSION:
        return UnknownFormat(
            message=f"The file has version {version}, but this Greenway reads versions up to {VERSION};"
            " please update Greenway."
        )
    return None


def write(outcome: PackedRoadmap | Refusal, to: BinaryIO) -> None:
    """In pieces, so that the event loop that reads them is not blocked for long."""
    if not isinstance(outcome, PackedRoadmap):
        pickle.dump(outcome, to)
        return
    pickle.dump(replace(outcome, revisions=(), versions=()), to)
    for batch in _batches(chain(outcome.revisions, outcome.versions)):
        pickle.dump(batch, to)


def read(source: BinaryIO) -> Iterator[PackedRoadmap | Refusal | list[PackedRevision | PackedVersion]]:
    """What `write` has written, piece by piece."""
    with contextlib.suppress(EOFError):
        while True:
            yield pickle.load(source)


def _batches(parts: Iterable[PackedRevision | PackedVersion]) -> Iterator[list[PackedRevision | PackedVersion]]:
    batch: list[PackedRevision | PackedVersion] = []
    size = 0
    for part in parts:
        batch.append(part)
        size += len(part.outline + (part.operations or "") if isinstance(part, PackedRevision) else part.body)
        if size > _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def main() -> None:
    _limit(resource.RLIMIT_AS, MAX_FILE_MEMORY)
    _limit(resource.RLIMIT_CPU, MAX_FILE_SECONDS)
    try:
        outcome = check(sys.stdin.buffer.read(), max_concepts=int(sys.argv[1]))
    except MemoryError:
        outcome = TOO_LARGE
    write(outcome, sys.stdout.buffer)


def _limit(what: int, most: int) -> None:
    with contextlib.suppress(ValueError, OSError):  # the system has a lower one, or none
        resource.setrlimit(what, (most, most))
