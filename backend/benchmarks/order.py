"""What a program of a benchmark is told: which tasks to carry out, and how long agents take."""

import asyncio
import json
import os
import sys
import time
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

from app.domain.content.kind import ArtefactKind
from benchmarks.author import an_outline


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`tasks` are content tasks that wait, each of a roadmap with `concepts`. An agent takes `seconds`, or between them
    and `at_most`: always the same for the same artefact, so that all sides have the same to do.

    For workers that are told of tasks by others, these and the concepts are left out.
    """

    tasks: Sequence[str] = ()
    concepts: Sequence[str] = ()
    seconds: float
    at_most: float | None = None
    differs_by_goal: bool = False
    """Whether the same artefact takes another time in a roadmap with another goal."""
    notes: str | None = None
    """A file that takes the moments at which the work began, and at which agents were asked and have returned."""

    @classmethod
    def from_stdin(cls) -> "Order":
        return cls.from_json(sys.stdin.read())

    @classmethod
    def from_environment(cls) -> "Order":
        """For programs that have been started by others: `BENCH_ORDER` is the path of a file."""
        return cls.from_json(Path(os.environ["BENCH_ORDER"]).read_text())

    @classmethod
    def from_json(cls, text: str) -> "Order":
        return cls(**json.loads(text))

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @property
    def task_ids(self) -> list[UUID]:
        return [UUID(one) for one in self.tasks]

    async def take(self, concept_id: str, kind: ArtefactKind, goal: str = "") -> None:
        """Take the time that an agent takes, and note when it is asked and when it returns."""
        self.note(f"asked {concept_id} {kind.value}")
        await asyncio.sleep(self.time_of(concept_id, kind, goal))
        self.note(f"returned {concept_id} {kind.value}")

    def time_of(self, concept_id: str, kind: ArtefactKind, goal: str = "") -> float:
        """Seconds that the agent takes for an artefact."""
        if self.at_most is None:
            return self.seconds
        told = goal if self.differs_by_goal else ""
        chance = zlib.crc32(f"{told}{concept_id} {kind.value}".encode()) / 2**32
        return self.seconds + (self.at_most - self.seconds) * chance

    def note(self, what: str) -> None:
        """Write down that something has happened now. It outlives the process."""
        if self.notes is not None:
            with Path(self.notes).open("ab", buffering=0) as file:
                file.write(f"{what} {os.getpid()} {time.monotonic()}\n".encode())


def concept_ids(count: int) -> list[str]:
    """Those of an outline with so many concepts, as the benchmarks' author drafts it."""
    return [concept.concept_id for concept in an_outline(count).concepts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An agent that was asked for an artefact, by which process, and when it has returned; by `time.monotonic`."""

    concept_id: str
    kind: str
    process: int
    asked: float
    returned: float | None


def read_calls(notes: Path) -> list[Call]:
    """All calls that are noted, in the order in which they were made."""
    asked: list[tuple[str, str, str, float]] = []
    returned: dict[tuple[str, str, str], float] = {}
    for line in notes.read_text().splitlines():
        what, *words = line.split()
        if what == "asked":
            asked.append((words[0], words[1], words[2], float(words[3])))
        elif what == "returned":
            returned[words[0], words[1], words[2]] = float(words[3])
    return [
        Call(
            concept_id=concept,
            kind=kind,
            process=int(process),
            asked=at,
            returned=returned.get((concept, kind, process)),
        )
        for concept, kind, process, at in asked
    ]
