"""Reads where event logs stand, which every read of a roadmap begins with: on the driver's own path."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.util import greenlet_spawn

from app.core import outages
from app.core.joining import Joined
from app.db.connecting import Connection
from app.db.session import Sessions, safe_session_with_retry
from app.domain.records import RoadmapPosition
from app.domain.viewer import NoSuchRoadmap, RoadmapHandle, Viewer

AT_ONCE = 200
"""Positions that one statement reads."""

_VISIBLE = """
SELECT asked.place, progress.epoch, progress.seq, progress.floor
FROM unnest({roadmap_ids}, {user_ids}) WITH ORDINALITY AS asked (roadmap_id, user_id, place)
JOIN roadmaps ON roadmaps.id = asked.roadmap_id AND roadmaps.user_id = asked.user_id AND roadmaps.deleted_at IS NULL
JOIN roadmap_progress AS progress ON progress.roadmap_id = roadmaps.id
"""
_PREPARED = _VISIBLE.format(roadmap_ids="$1::uuid[]", user_ids="$2::text[]")
_TEXT = text(
    _VISIBLE.format(roadmap_ids="CAST(:roadmap_ids AS uuid[])", user_ids="CAST(:user_ids AS text[])"),
)
_FAULTS = (
    SQLAlchemyError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what has been left of a connection that was lost
    OSError,
    TimeoutError,
)

_Asked = tuple[Viewer, UUID]


class Positions:
    """Positions that are asked for at the same moment are read by one statement.

    A session of SQLAlchemy costs ten times what the driver takes for the query, so the statement is prepared once a
    connection of the pool, and runs past it. Behind a pooler, where no statement can be kept, and where anything goes
    wrong, the statement goes through a session, with its retries and its errors.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._engine: AsyncEngine = sessions.kw["bind"]
        self._read = Joined(self._read_all, at_most=AT_ONCE, abandonable=True)

    async def __call__(self, viewer: Viewer, roadmap_id: UUID) -> RoadmapPosition:
        """Where the roadmap's event log stands, as of a moment after the call.

        Raises:
            NotFound: the viewer has no such roadmap.
        """
        return await self._read((viewer, roadmap_id))

    async def _read_all(self, asked: Sequence[_Asked]) -> Sequence[RoadmapPosition | BaseException]:
        roadmap_ids, user_ids = [one for _, one in asked], [viewer.user_id for viewer, _ in asked]
        rows = await self._quickly(roadmap_ids, user_ids)
        if rows is None:
            rows = await self._through_session(roadmap_ids, user_ids)
        found = {place: (epoch, seq, floor) for place, epoch, seq, floor in rows}
        return [_position(roadmap_id, found.get(place)) for place, roadmap_id in enumerate(roadmap_ids, start=1)]

    async def _quickly(self, *arguments: Sequence[Any]) -> Sequence[Any] | None:
        """The rows; None where they have to be read in the other way."""
        try:
            lent = await self._engine.raw_connection()
        except _FAULTS:
            return None
        try:
            driver = lent.driver_connection
            if not isinstance(driver, Connection) or driver.behind_pooler:
                return None
            statement = lent.info.get(_PREPARED)
            if statement is None:
                statement = lent.info[_PREPARED] = await driver.prepare(_PREPARED)
            rows: Sequence[Any] = await statement.fetch(*arguments)
        except _FAULTS:
            await greenlet_spawn(lent.invalidate)
            return None
        except BaseException:  # cancelled: the query may be under way
            await greenlet_spawn(lent.invalidate)
            raise
        finally:
            await greenlet_spawn(lent.close)
        outages.database.over()
        return rows

    async def _through_session(self, roadmap_ids: Sequence[UUID], user_ids: Sequence[str]) -> Sequence[Any]:
        async def work(session: AsyncSession) -> Sequence[Any]:
            return (await session.execute(_TEXT, {"roadmap_ids": roadmap_ids, "user_ids": user_ids})).all()

        return await safe_session_with_retry(self._sessions, work, single_statement=True)


def _position(roadmap_id: UUID, row: tuple[UUID, int, int] | None) -> RoadmapPosition | NoSuchRoadmap:
    if row is None:
        return NoSuchRoadmap()
    epoch, seq, floor = row
    return RoadmapPosition(handle=RoadmapHandle(roadmap_id), epoch=epoch, seq=seq, floor=floor)
