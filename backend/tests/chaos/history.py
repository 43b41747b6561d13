"""What happened in a round: calls, faults, commands, what clients saw, and what the database holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from app.cli.watching.state import WatchedRoadmap
from app.domain.events import Event
from app.domain.ownership import LEASE
from chaos.audit import Stored


@dataclass(slots=True, kw_only=True)
class Call:
    """One call of an author for one artefact. `delivered` is None when its process ended before."""

    roadmap_id: UUID
    concept_id: str
    artefact: str
    process: str
    asked: float
    delivered: float | None = None
    outcome: str | None = None

    @property
    def what(self) -> tuple[UUID, str, str]:
        return self.roadmap_id, self.concept_id, self.artefact


@dataclass(slots=True, kw_only=True)
class Strike:
    """A fault, from its beginning to its end. `process` is whom it struck; None: a server, and so everybody."""

    fault: str
    began: float
    ended: float
    process: str | None = None
    of_database: bool = False
    """The database cannot be reached meanwhile, by the process or by anybody."""
    is_freeze: bool = False
    """The process, or its clock, stands still meanwhile."""
    is_drain: bool = False
    """The process was told to stop."""
    killed: float | None = None
    """When the process ended without a chance to save anything."""
    took_effect: bool = True
    """False where it waited for something, such as a point of the work, that did not come."""

    @property
    def cuts_off(self) -> bool:
        """Whether the process alone was without the database for so long that others may have its tasks."""
        is_long = self.ended - self.began > LEASE.total_seconds() - 1
        return self.of_database and self.process is not None and is_long and not self.is_slow

    @property
    def took_away_at(self) -> float | None:
        """When the process lost what it had not saved, if it did."""
        if self.killed is not None:
            return self.killed
        if self.is_drain:
            return self.ended
        return self.began if self.is_freeze or self.cuts_off else None

    @property
    def is_slow(self) -> bool:
        """The database answers, late."""
        return self.fault.endswith("slow_down")


@dataclass(slots=True, kw_only=True)
class Order:
    """A command of a learner; `status` is what was answered, None when nothing was."""

    roadmap_id: UUID
    command: str
    began: float
    ended: float
    status: int | None
    concept_id: str | None = None


@dataclass(slots=True)
class Seen:
    """What one client has seen of one roadmap."""

    client: str
    roadmap_id: UUID
    first: WatchedRoadmap | None = None
    state: WatchedRoadmap | None = None
    events: list[Event] = field(default_factory=list)
    reconnects: int = 0
    refused: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """The memory of a process before a fault and at its most meanwhile, in bytes."""

    process: str
    fault: str
    before: int
    most: int


@dataclass(slots=True, kw_only=True)
class History:
    roadmap_ids: list[UUID] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    strikes: list[Strike] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    reads: dict[UUID, WatchedRoadmap] = field(default_factory=dict)
    """The last read of each roadmap, when everything was at rest."""
    unsettled: list[tuple[UUID, str]] = field(default_factory=list)
    """Roadmaps that did not come to rest, with the state in which they were left."""
    stored: Stored | None = None
    bugs: list[str] = field(default_factory=list)
    huge_answers: int = 0
    """Artefacts for which a model's answer was far beyond its bound."""
    footprints: list[Footprint] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPart:
    """A log from byte `start` on; the clock of its process was ahead by `clock_offset` seconds."""

    process: str
    path: Path
    start: int = 0
    clock_offset: float = 0.0

    def entries(self) -> Iterable[dict[str, Any]]:
        with self.path.open("rb") as file:
            file.seek(self.start)
            lines = file.read().splitlines()
        for line in lines:
            if line.startswith(b"{"):
                try:
                    yield orjson.loads(line)
                except orjson.JSONDecodeError:
                    continue  # the process was killed while it wrote


def read_calls(logs: Iterable[LogPart], roadmap_ids: Sequence[UUID]) -> list[Call]:
    """The calls in the logs of workers."""
    wanted = {str(roadmap_id) for roadmap_id in roadmap_ids}
    calls: list[Call] = []
    for log in logs:
        pending: dict[tuple[str, str, str], list[Call]] = {}
        for entry in log.entries():
            if entry.get("roadmap_id") not in wanted or entry["event"] not in ("artefact_started", "artefact_finished"):
                continue
            at = datetime.fromisoformat(entry["timestamp"]).timestamp() - log.clock_offset
            key = (entry["task_id"], entry["concept_id"], entry["artefact"])
            if entry["event"] == "artefact_started":
                call = Call(
                    roadmap_id=UUID(entry["roadmap_id"]),
                    concept_id=entry["concept_id"],
                    artefact=entry["artefact"],
                    process=log.process,
                    asked=at,
                )
                calls.append(call)
                pending.setdefault(key, []).append(call)
            elif waiting := pending.get(key):
                call = waiting.pop()  # an earlier one was of a child that had been killed
                call.delivered, call.outcome = at, entry["outcome"]
    return sorted(calls, key=lambda call: call.asked)


def read_bugs(logs: Iterable[LogPart]) -> list[str]:
    """What the processes themselves call a bug."""
    bugs = ("task_crashed", "background_step_failed", "request_failed", "event_loop_blocked")
    return [
        f"{log.path.name}: {entry['event']}: {str(entry.get('exception', ''))[-600:]}"
        for log in logs
        for entry in log.entries()
        if entry["event"] in bugs
    ]
