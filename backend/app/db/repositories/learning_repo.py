"""Reads and writes what learners have done with the concepts of a roadmap."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Text, any_, cast, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import concepts
from app.domain.learning import Learned
from app.domain.viewer import RoadmapHandle


class LearningRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def learned(self, roadmap: RoadmapHandle, concept_ids: Collection[str] | None = None) -> Learned:
        """When concepts were marked as learned, those that edits have removed too: some, or all."""
        query = select(concepts.c.concept_id, concepts.c.learned_at).where(
            concepts.c.roadmap_id == roadmap.roadmap_id, concepts.c.learned_at.is_not(None)
        )
        if concept_ids is not None:
            query = query.where(concepts.c.concept_id == any_(cast(list(concept_ids), ARRAY(Text))))
        return {row.concept_id: row.learned_at for row in await self._session.execute(query)}

    async def save(self, roadmap: RoadmapHandle, learned: Mapping[str, datetime | None]) -> None:
        for concept_id, learned_at in learned.items():
            await self._session.execute(
                update(concepts)
                .where(concepts.c.roadmap_id == roadmap.roadmap_id, concepts.c.concept_id == concept_id)
                .values(learned_at=learned_at)
            )
