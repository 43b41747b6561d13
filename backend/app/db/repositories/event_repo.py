"""Reads the event log, and the key under which events are published."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import events, roadmap_progress, roadmaps, signing_keys
from app.domain.viewer import RoadmapHandle, Viewer


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
