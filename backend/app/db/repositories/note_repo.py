"""Reads and writes the notes of a roadmap's learner."""

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import notes
from app.domain.base import new_id
from app.domain.notes import Note
from app.domain.viewer import RoadmapHandle

_NOTE = (notes.c.version, notes.c.markdown, notes.c.updated_at)


class NoteRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, roadmap: RoadmapHandle, concept_id: str, *, for_update: bool = False) -> Note | None:
        query = select(*_NOTE).where(_of(roadmap, concept_id))
        if for_update:
            query = query.with_for_update()
        row = (await self._session.execute(query)).mappings().one_or_none()
        return None if row is None else Note(**row)

    async def of_roadmap(self, roadmap: RoadmapHandle) -> dict[str, Note]:
        """All notes, by concept."""
        query = select(notes.c.concept_id, *_NOTE).where(notes.c.roadmap_id == roadmap.roadmap_id)
        rows = (await self._session.execute(query)).mappings()
        return {row["concept_id"]: Note(**{name: row[name] for name in row if name != "concept_id"}) for row in rows}

    async def add(self, roadmap: RoadmapHandle, concept_id: str, markdown: str) -> Note | None:
        """The first note of a concept; None where one was added at the same moment."""
        values = {"roadmap_id": roadmap.roadmap_id, "concept_id": concept_id}
        statement = insert(notes).values(**values, version=new_id(), markdown=markdown)
        row = (
            (await self._session.execute(statement.on_conflict_do_nothing().returning(*_NOTE))).mappings().one_or_none()
        )
        return None if row is None else Note(**row)

    async def change(self, roadmap: RoadmapHandle, concept_id: str, markdown: str) -> Note:
        statement = update(notes).where(_of(roadmap, concept_id))
        statement = statement.values(version=new_id(), markdown=markdown, updated_at=func.now())
        return Note(**(await self._session.execute(statement.returning(*_NOTE))).mappings().one())

    async def remove(self, roadmap: RoadmapHandle, concept_id: str) -> None:
        await self._session.execute(delete(notes).where(_of(roadmap, concept_id)))


def _of(roadmap: RoadmapHandle, concept_id: str) -> ColumnElement[bool]:
    return and_(notes.c.roadmap_id == roadmap.roadmap_id, notes.c.concept_id == concept_id)
