"""Takes in files of roadmaps: onto the disk while they come, then through a process that checks them."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, assert_never

import app
from app.commands.file_checking import (
    MAX_FILE_SECONDS,
    TOO_LARGE,
    BadOutline,
    FileFaults,
    InvalidJson,
    LimitExceeded,
    Refusal,
    UnknownFormat,
    check,
    read,
)
from app.core.errors import InvalidInput, TooLarge
from app.domain.json_limits import JsonFault
from app.domain.outline_rules import OutlineError
from app.domain.packed_roadmap import PackedRevision, PackedRoadmap, PackedVersion

SMALL_FILE = 65_536
"""Bytes of a file that is checked in a thread: that takes milliseconds, and starting a process half a second."""
LONGEST_WAIT = 2 * MAX_FILE_SECONDS
"""Seconds that a file may take to be checked, on a machine that has others to do as well."""


_PROGRAM = "from app.commands.file_checking import main; main()"


class InvalidFile(Exception):
    """What is wrong with a file: the first faults, of `total` in all."""

    def __init__(self, faults: list[JsonFault], total: int) -> None:
        super().__init__(f"{total} faults")
        self.faults = faults
        self.total = total


class FileReader:
    """Checks one file at a time. `max_concepts` is GREENWAY_MAX_CONCEPTS."""

    def __init__(self, *, max_concepts: int) -> None:
        self._max_concepts = max_concepts
        self._turn = asyncio.Semaphore(1)

    async def read(self, chunks: AsyncIterable[bytes]) -> PackedRoadmap:
        """The roadmap of a file.

        Raises:
            InvalidFile: it holds what it may not.
            InvalidInput: it is not JSON, or an outline in it breaks a rule.
            TooLarge: checking it takes too much; the sentence names the limit.
        """
        with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as outcome:
            async for chunk in chunks:
                file.write(chunk)
            size = file.tell()
            file.seek(0)
            if size <= SMALL_FILE:
                return _roadmap_of(await asyncio.to_thread(check, file.read(), max_concepts=self._max_concepts))
            async with self._turn:
                await self._check(file, outcome)
            outcome.seek(0)
            return await asyncio.to_thread(_read, outcome)

    async def _check(self, file: BinaryIO, outcome: BinaryIO) -> None:
        # It is given none of our settings: it needs none, and some are secret.
        environment = {"PYTHONPATH": str(Path(app.__file__).parents[1]), "PATH": os.environ.get("PATH", "")}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-c", _PROGRAM, str(self._max_concepts)),
            stdin=file,
            stdout=outcome,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
        )
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                await process.wait()
        except TimeoutError:
            pass
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


def _read(outcome: BinaryIO) -> PackedRoadmap:
    pieces = read(outcome)
    first = next(pieces, TOO_LARGE)
    assert not isinstance(first, list)
    roadmap = _roadmap_of(first)
    revisions: list[PackedRevision] = []
    versions: list[PackedVersion] = []
    for piece in pieces:
        assert isinstance(piece, list)
        revisions += [one for one in piece if isinstance(one, PackedRevision)]
        versions += [one for one in piece if isinstance(one, PackedVersion)]
    return replace(roadmap, revisions=tuple(revisions), versions=tuple(versions))


def _roadmap_of(outcome: PackedRoadmap | Refusal) -> PackedRoadmap:
    match outcome:
        case PackedRoadmap():
            return outcome
        case FileFaults(faults=faults, total=total):
            raise InvalidFile(list(faults), total)
        case BadOutline(message=message):
            raise OutlineError(message)
        case InvalidJson():
            raise InvalidInput("The body is not valid JSON.")
        case UnknownFormat(message=message):
            raise InvalidInput(message)
        case LimitExceeded(message=message):
            raise TooLarge(message)
        case _:
            assert_never(outcome)
