"""The event log of one roadmap, open within a transaction: gapless numbers, in the order of the commits."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import orjson
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import events, roadmap_progress
from app.domain.content import ArtefactKind, ArtefactStatus, ContentStatus, content_status
from app.domain.events import Envelope, Event
from app.domain.tasks import Progress
from app.domain.viewer import RoadmapHandle

_AT_ONCE = 200
"""Events that one statement inserts: others get their turn in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a roadmap's log stands: the number of its newest event, and the counters with it."""

    seq: int
    epoch: UUID
    progress: Progress


class EventLog:
    """Gathers what a transaction changes, so that events and counters are written together.

    `known` is where the log stood when it was opened; `events` are those that have been added since.
    """

    def __init__(self, known: Position, roadmap: RoadmapHandle, *, task_id: UUID) -> None:
        self.known = known
        self.roadmap = roadmap
        self.progress = known.progress
        self.events: list[Event] = []
        self._task_id = task_id
        self._at = datetime.now(UTC)

    @classmethod
    async def open(cls, session: AsyncSession, roadmap: RoadmapHandle, *, task_id: UUID) -> "EventLog":
        """Lock the counters, so that numbers are given in the order of the commits."""
        query = select(roadmap_progress).where(roadmap_progress.c.roadmap_id == roadmap.roadmap_id).with_for_update()
        row = (await session.execute(query)).one()
        known = Position(seq=row.seq, epoch=row.epoch, progress=progress_of(row))
        return cls(known, roadmap, task_id=task_id)

    @property
    def position(self) -> Position:
        """Where the log stands once everything is written."""
        return replace(self.known, seq=self.known.seq + len(self.events), progress=self.progress)

    def envelope(self) -> Envelope:
        """The shared fields of the next event, which must be added before another envelope is asked for."""
        return Envelope(
            roadmap_id=self.roadmap.roadmap_id,
            task_id=self._task_id,
            seq=self.known.seq + len(self.events) + 1,
            epoch=self.known.epoch,
            at=self._at,
        )

    def add(self, event: Event) -> None:
        self.events.append(event)

    def moved(self, before: ContentStatus, after: ContentStatus) -> Progress:
        """Count a concept's change of state; the progress after it."""
        self.progress = self.progress.moved(before, after)
        return self.progress

    def count_anew(self, concepts: Iterable[tuple[Mapping[ArtefactKind, ArtefactStatus], int]]) -> None:
        """Count all concepts of the roadmap, after its outline has changed: how many have which statuses."""
        counts: Counter[ContentStatus] = Counter()
        for statuses, count in concepts:
            counts[content_status(statuses.values())] += count
        self.progress = Progress.of(counts)

    async def write(self, session: AsyncSession) -> list[Event]:
        """Write the counters and the events; they are published once the transaction has been committed."""
        await session.execute(
            update(roadmap_progress)
            .where(roadmap_progress.c.roadmap_id == self.roadmap.roadmap_id)
            .values(seq=self.position.seq, **self.progress.model_dump(exclude={"pending"}))
        )
        for start in range(0, len(self.events), _AT_ONCE):
            await session.execute(
                insert(events),
                [
                    {
                        "roadmap_id": self.roadmap.roadmap_id,
                        "seq": event.seq,
                        "body": orjson.Fragment(event.model_dump_json()),
                    }
                    for event in self.events[start : start + _AT_ONCE]
                ],
            )
        return self.events


def progress_of(row: object) -> Progress:
    """The progress in a row that has the counters as columns."""
    return Progress(**{name: getattr(row, name) for name in Progress.model_fields})
