"""Reads the event log, and the key under which events are published."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, and_, cast, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import events, roadmap_progress, roadmaps, signing_keys, tasks
from app.domain.tasks import ACTIVE
from app.domain.viewer import RoadmapHandle, Viewer

_FOLDED_AT_ONCE = 20


class EventRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def after(self, roadmap: RoadmapHandle, seq: int, *, limit: int) -> list[dict[str, Any]]:
        """Up to `limit` events after `seq`, in order, as stored."""
        query = (
            select(events.c.body)
            .where(events.c.roadmap_id == roadmap.roadmap_id, events.c.seq > seq)
            .order_by(events.c.seq)
            .limit(limit)
        )
        return list((await self._session.execute(query)).scalars())

    async def signing_key(self) -> bytes:
        """The key under which events are published."""
        query = select(signing_keys.c.key).where(signing_keys.c.purpose == "events")
        return bytes((await self._session.execute(query)).scalar_one())

    async def newest(self, roadmap: RoadmapHandle, count: int) -> list[dict[str, Any]]:
        query = (
            select(events.c.body)
            .where(events.c.roadmap_id == roadmap.roadmap_id)
            .order_by(events.c.seq.desc())
            .limit(count)
        )
        return list((await self._session.execute(query)).scalars())[::-1]

    async def positions(self, roadmap_ids: Collection[UUID]) -> dict[UUID, tuple[Viewer, int]]:
        """Of some roadmaps that are followed: who may see each, and the number of its newest event. Those in the trash
        are missing."""
        query = (
            select(roadmap_progress.c.roadmap_id, roadmaps.c.user_id, roadmap_progress.c.seq)
            .join(roadmaps, roadmaps.c.id == roadmap_progress.c.roadmap_id)
            .where(roadmap_progress.c.roadmap_id.in_(roadmap_ids), roadmaps.c.deleted_at.is_(None))
        )
        rows = await self._session.execute(query)
        return {row.roadmap_id: (Viewer(row.user_id), row.seq) for row in rows}

    async def fold(self, retention: timedelta) -> bool:
        """Remove the events of a few roadmaps that no task writes and whose newest event is old enough; from then on,
        they lie below the floor. Whether there may be more."""
        newest = cast(events.c.body["at"].as_string(), DateTime(timezone=True))
        old = (
            select(roadmap_progress.c.roadmap_id)
            .join(roadmaps, roadmaps.c.id == roadmap_progress.c.roadmap_id)
            .join(tasks, tasks.c.id == roadmaps.c.task_id)
            .join(events, and_(events.c.roadmap_id == roadmaps.c.id, events.c.seq == roadmap_progress.c.seq))
            .where(
                roadmap_progress.c.floor < roadmap_progress.c.seq,
                tasks.c.status.not_in(ACTIVE),
                tasks.c.owner.is_(None),
                newest < func.now() - retention,
            )
            .limit(_FOLDED_AT_ONCE)
            .with_for_update(of=roadmap_progress, skip_locked=True)
        )
        folding = (
            update(roadmap_progress)
            .where(roadmap_progress.c.roadmap_id.in_(old))
            .values(floor=roadmap_progress.c.seq)
            .returning(roadmap_progress.c.roadmap_id)
        )
        folded = list((await self._session.execute(folding)).scalars())
        await self._session.execute(delete(events).where(events.c.roadmap_id.in_(folded)))
        return len(folded) == _FOLDED_AT_ONCE
