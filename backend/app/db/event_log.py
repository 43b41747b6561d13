"""The event log of one roadmap, open within a transaction: gapless numbers, in the order of the commits."""

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import events, roadmap_progress
from app.domain.content import ContentStatus
from app.domain.events import Envelope, Event
from app.domain.tasks import Progress


class EventLog:
    """Gathers what a transaction changes, then writes events and counters together.

    Opening it locks the roadmap's counter row, so that numbers are given in the order of the commits.
    """

    def __init__(
        self, session: AsyncSession, *, roadmap_id: UUID, task_id: UUID, epoch: UUID, seq: int, progress: Progress
    ) -> None:
        self._session = session
        self.roadmap_id = roadmap_id
        self._task_id = task_id
        self._epoch = epoch
        self._seq = seq
        self._at = datetime.now(UTC)
        self._events: list[Event] = []
        self.progress = progress

    @classmethod
    async def open(cls, session: AsyncSession, *, roadmap_id: UUID, task_id: UUID) -> "EventLog":
        query = select(roadmap_progress).where(roadmap_progress.c.roadmap_id == roadmap_id).with_for_update()
        row = (await session.execute(query)).one()
        return cls(
            session,
            roadmap_id=roadmap_id,
            task_id=task_id,
            epoch=row.epoch,
            seq=row.seq,
            progress=progress_of(row),
        )

    def envelope(self) -> Envelope:
        """The shared fields of the next event, which must be added before another envelope is asked for."""
        return Envelope(
            roadmap_id=self.roadmap_id,
            task_id=self._task_id,
            seq=self._seq + len(self._events) + 1,
            epoch=self._epoch,
            at=self._at,
        )

    def add(self, event: Event) -> None:
        self._events.append(event)

    def moved(self, before: ContentStatus, after: ContentStatus) -> Progress:
        """Count a concept's change of state; the progress after it."""
        self.progress = self.progress.moved(before, after)
        return self.progress

    def count_anew(self, statuses: Collection[ContentStatus]) -> None:
        """Count all concepts of the roadmap, after its outline has changed."""
        progress = Progress(total=len(statuses))
        for status in statuses:
            progress = progress.moved(ContentStatus.PENDING, status)
        self.progress = progress

    async def write(self) -> list[Event]:
        """Write the counters and the events; they are published once the transaction has been committed."""
        await self._session.execute(
            update(roadmap_progress)
            .where(roadmap_progress.c.roadmap_id == self.roadmap_id)
            .values(seq=self._seq + len(self._events), **self.progress.model_dump(exclude={"pending"}))
        )
        if self._events:
            await self._session.execute(
                insert(events),
                [
                    {"roadmap_id": self.roadmap_id, "seq": event.seq, "body": event.model_dump(mode="json")}
                    for event in self._events
                ],
            )
        return self._events


def progress_of(row: object) -> Progress:
    """The progress in a row that has the counters as columns."""
    return Progress(**{name: getattr(row, name) for name in Progress.model_fields})
