"""Reads and writes the history of outlines."""

from typing import Any

import orjson
from sqlalchemy import Text, and_, cast, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import revisions, roadmaps
from app.domain.outline_revision import MAX_UNDO, HistoryPosition, NewRevision, Revision, RevisionKind
from app.domain.roadmap import Outline
from app.domain.viewer import RoadmapHandle

_mine = revisions.c.roadmap_id == roadmaps.c.id
HISTORY = (
    exists().where(_mine, revisions.c.number < roadmaps.c.revision).correlate(roadmaps).label("can_undo"),
    exists().where(_mine, revisions.c.number > roadmaps.c.revision).correlate(roadmaps).label("can_redo"),
)
"""Two columns for queries of roadmaps."""
_STEP = ("number", "kind", "feedback", "note", "created_at")


class RevisionRepository:
    """For a roadmap that the caller has locked, but for `get` and `before`."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, roadmap: RoadmapHandle, outline: Outline, how: NewRevision) -> int:
        """Put an outline on top of the current one; what could be redone is dropped, and what is too old. Gives its
        number."""
        statement = update(roadmaps).where(roadmaps.c.id == roadmap.roadmap_id)
        current = select(roadmaps.c.revision).where(roadmaps.c.id == roadmap.roadmap_id).scalar_subquery()
        await self._session.execute(
            delete(revisions).where(revisions.c.roadmap_id == roadmap.roadmap_id, revisions.c.number > current)
        )
        number = int(
            (
                await self._session.execute(
                    statement.values(
                        last_revision=roadmaps.c.last_revision + 1, revision=roadmaps.c.last_revision + 1
                    ).returning(roadmaps.c.revision)
                )
            ).scalar_one()
        )
        await self._session.execute(
            insert(revisions).values(
                roadmap_id=roadmap.roadmap_id,
                number=number,
                kind=how.kind,
                outline=orjson.Fragment(outline.model_dump_json()),
                feedback=how.feedback,
                operations=how.operations,
                note=how.note,
            )
        )
        newest = (
            select(revisions.c.number)
            .where(revisions.c.roadmap_id == roadmap.roadmap_id)
            .order_by(revisions.c.number.desc())
            .limit(MAX_UNDO + 1)
            .subquery()
        )
        oldest_kept = select(func.min(newest.c.number)).scalar_subquery()
        await self._session.execute(
            delete(revisions).where(revisions.c.roadmap_id == roadmap.roadmap_id, revisions.c.number < oldest_kept)
        )
        return number

    async def get(self, roadmap: RoadmapHandle, number: int) -> Revision | None:
        return await self._one(revisions.c.roadmap_id == roadmap.roadmap_id, revisions.c.number == number)

    async def before(self, roadmap: RoadmapHandle, number: int) -> Revision | None:
        """The newest of those with smaller numbers."""
        query = and_(revisions.c.roadmap_id == roadmap.roadmap_id, revisions.c.number < number)
        return await self._one(query, order=revisions.c.number.desc())

    async def after(self, roadmap: RoadmapHandle, number: int) -> Revision | None:
        """The oldest of those with greater numbers."""
        query = and_(revisions.c.roadmap_id == roadmap.roadmap_id, revisions.c.number > number)
        return await self._one(query, order=revisions.c.number)

    async def all(self, roadmap: RoadmapHandle) -> list[dict[str, Any]]:
        """Oldest first, without their outlines; operations are JSON as stored."""
        operations = cast(revisions.c.operations, Text)
        query = select(operations, *(revisions.c[name] for name in _STEP)).where(
            revisions.c.roadmap_id == roadmap.roadmap_id
        )
        return [
            {**dict(zip(_STEP, step, strict=True)), "operations": orjson.Fragment(stored or "null")}
            for stored, *step in await self._session.execute(query.order_by(revisions.c.number))
        ]

    async def position(self, roadmap: RoadmapHandle) -> HistoryPosition:
        """Where the roadmap's outline stands in its history."""
        query = select(roadmaps.c.revision, *HISTORY).where(roadmaps.c.id == roadmap.roadmap_id)
        row = (await self._session.execute(query)).one()
        return HistoryPosition(revision=row.revision, can_undo=row.can_undo, can_redo=row.can_redo)

    async def go_to(self, roadmap: RoadmapHandle, number: int) -> None:
        await self._session.execute(update(roadmaps).where(roadmaps.c.id == roadmap.roadmap_id).values(revision=number))

    async def _one(self, *conditions: Any, order: Any = None) -> Revision | None:
        query = select(revisions).where(*conditions).order_by(order).limit(1)
        row = (await self._session.execute(query)).mappings().one_or_none()
        return _revision(row) if row else None


def _revision(row: Any) -> Revision:
    return Revision(
        number=row["number"],
        kind=RevisionKind(row["kind"]),
        outline=row["outline"],
        feedback=row["feedback"],
        operations=row["operations"],
        note=row["note"],
        created_at=row["created_at"],
    )
