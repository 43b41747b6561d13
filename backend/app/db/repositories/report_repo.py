"""Reads and writes the questions that a roadmap's learner has reported as wrong."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import artefacts, question_reports
from app.domain.question_reports import QuestionReport
from app.domain.viewer import RoadmapHandle

Reports = dict[UUID, list[QuestionReport]]
"""By the id of the quiz, oldest first."""


class ReportRepository:
    """All methods look only among the quizzes of the roadmap."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of_roadmap(self, roadmap: RoadmapHandle) -> Reports:
        return await self._read(_reports(roadmap))

    async def of_quizzes(self, roadmap: RoadmapHandle, quiz_ids: Collection[UUID]) -> Reports:
        return await self._read(_reports(roadmap).where(question_reports.c.quiz_id.in_(quiz_ids)))

    async def save(self, quiz_id: UUID, question_id: str, reason: str) -> None:
        """Report a question of a quiz of the roadmap; of one that was reported, only the reason changes."""
        statement = insert(question_reports).values(quiz_id=quiz_id, question_id=question_id, reason=reason)
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["quiz_id", "question_id"], set_={"reason": statement.excluded.reason}
            )
        )

    async def remove(self, quiz_id: UUID, question_id: str) -> None:
        await self._session.execute(
            delete(question_reports).where(
                question_reports.c.quiz_id == quiz_id, question_reports.c.question_id == question_id
            )
        )

    async def _read(self, query: Select[Any]) -> Reports:
        reports: Reports = {}
        for quiz_id, *report in await self._session.execute(query):
            question_id, reason, created_at = report
            reports.setdefault(quiz_id, []).append(
                QuestionReport(question_id=question_id, reason=reason, created_at=created_at)
            )
        return reports


def _reports(roadmap: RoadmapHandle) -> Select[Any]:
    return (
        select(
            question_reports.c.quiz_id,
            question_reports.c.question_id,
            question_reports.c.reason,
            question_reports.c.created_at,
        )
        .join(artefacts, artefacts.c.id == question_reports.c.quiz_id)
        .where(artefacts.c.roadmap_id == roadmap.roadmap_id)
        .order_by(question_reports.c.created_at, question_reports.c.question_id)
    )
