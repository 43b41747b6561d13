"""What a program of a benchmark is told: which tasks to carry out, and how long agents take."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`tasks` are content tasks that wait, each of a roadmap with `concepts`. An agent takes `seconds`, or between them
    and `at_most`: always the same for the same artefact, so that all sides have the same to do."""

    tasks: Sequence[str]
    concepts: Sequence[str]
    seconds: float
    at_most: float | None = None
    notes: str | None = None
    """A file that takes the moments at which the work began and at which agents have returned."""

    @classmethod
    def from_stdin(cls) -> "Order":
        return cls(**json.load(sys.stdin))

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @property
    def task_ids(self) -> list[UUID]:
        return [UUID(one) for one in self.tasks]

    def time_of(self, concept_id: str, kind: ArtefactKind) -> float:
        """Seconds that the agent takes for an artefact."""
        if self.at_most is None:
            return self.seconds
        chance = zlib.crc32(f"{concept_id} {kind.value}".encode()) / 2**32
        return self.seconds + (self.at_most - self.seconds) * chance

    def note(self, what: str) -> None:
        """Write down that something has happened now. It outlives the process."""
        if self.notes is not None:
            with Path(self.notes).open("ab", buffering=0) as file:
                file.write(f"{what} {os.getpid()} {time.monotonic()}\n".encode())
