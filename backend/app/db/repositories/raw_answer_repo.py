"""Keeps what models answered where it could not be used, for its owner to look at."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import raw_answers
from app.domain.failures import Failure
from app.domain.viewer import RoadmapHandle
from app.generation.work import FinishedArtefact

KEPT_FOR = timedelta(days=7)

MAX_LENGTH = 100_000
"""Characters of an answer that are kept."""

OUTLINE = "outline"
"""The kind of an answer that should have been an outline; it belongs to no concept."""


class RawAnswerRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def save_batch(self, roadmap: RoadmapHandle, finished: Iterable[FinishedArtefact]) -> None:
        """Keep the answers of those artefacts that failed."""
        await self._save(
            {
                "roadmap_id": roadmap.roadmap_id,
                "concept_id": item.concept_id,
                "kind": item.kind.value,
                "body": storable_answer(item.delivery.raw_answer),
            }
            for item in sorted(finished, key=lambda item: (item.concept_id, item.kind))
            if isinstance(item.delivery.result, Failure) and item.delivery.raw_answer
        )

    async def save_draft(self, roadmap: RoadmapHandle, answer: str) -> None:
        """Keep an answer that should have been an outline."""
        await self._save(
            [{"roadmap_id": roadmap.roadmap_id, "concept_id": "", "kind": OUTLINE, "body": storable_answer(answer)}]
        )

    async def of_concept(self, roadmap: RoadmapHandle, concept_id: str) -> dict[str, str]:
        """The answers by artefact; those of an outline under an empty concept id."""
        query = select(raw_answers.c.kind, raw_answers.c.body).where(
            raw_answers.c.roadmap_id == roadmap.roadmap_id,
            raw_answers.c.concept_id == concept_id,
            raw_answers.c.created_at > func.now() - KEPT_FOR,
        )
        return {row.kind: row.body for row in await self._session.execute(query)}

    async def forget_old(self) -> None:
        await self._session.execute(delete(raw_answers).where(raw_answers.c.created_at < func.now() - KEPT_FOR))

    async def _save(self, rows: Iterable[dict[str, object]]) -> None:
        rows = list(rows)
        if not rows:
            return
        statement = insert(raw_answers)
        newer = {"body": statement.excluded.body, "created_at": func.now()}
        await self._session.execute(
            statement.on_conflict_do_update(index_elements=["roadmap_id", "concept_id", "kind"], set_=newer), rows
        )


def storable_answer(answer: str | None) -> str:
    """What is kept of an answer: Postgres keeps no NUL, and nothing that is not Unicode."""
    text = (answer or "").replace("\0", "\ufffd")[:MAX_LENGTH]
    return text.encode("utf-8", "replace").decode("utf-8")
