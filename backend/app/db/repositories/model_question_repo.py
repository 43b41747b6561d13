"""Questions about models, from the API to whichever worker takes them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import model_questions
from app.domain.model_questions import ModelQuestion, QuestionBody, QuestionKind, QuestionState

KEPT_FOR = timedelta(hours=1)
"""How long a question is kept, with its answer; after that, whoever has asked is gone."""
WAITS_FOR = timedelta(seconds=30)
"""How long a question may wait for a worker: later, nobody waits for the answer any more."""


class ModelQuestionRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def ask(self, question: ModelQuestion) -> None:
        body = question.body.model_dump(mode="json", exclude_none=True)
        await self._session.execute(insert(model_questions).values(id=question.id, kind=question.kind, body=body))

    async def take(self, *, limit: int) -> Sequence[ModelQuestion]:
        """Questions that no worker has taken yet; now they are the caller's."""
        waiting = (
            select(model_questions.c.id)
            .where(model_questions.c.taken_at.is_(None), model_questions.c.created_at > func.now() - WAITS_FOR)
            .order_by(model_questions.c.created_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        statement = update(model_questions).where(model_questions.c.id.in_(waiting)).values(taken_at=func.now())
        columns = (model_questions.c.id, model_questions.c.kind, model_questions.c.body)
        return [
            ModelQuestion(id=row.id, kind=QuestionKind(row.kind), body=QuestionBody.model_validate(row.body))
            for row in await self._session.execute(statement.returning(*columns))
        ]

    async def note_progress(self, question_id: UUID, progress: Mapping[str, Any]) -> bool:
        """Gives False when nobody wants it any more."""
        return await self._set(question_id, progress=dict(progress))

    async def answer(self, question_id: UUID, answer: Mapping[str, Any]) -> None:
        # Without the key: it is not needed any more.
        await self._set(question_id, answer=dict(answer), body={})

    async def state(self, question_id: UUID) -> QuestionState | None:
        table = model_questions.c
        query = select(table.kind, table.taken_at, table.progress, table.answer).where(table.id == question_id)
        row = (await self._session.execute(query)).one_or_none()
        if row is None:
            return None
        return QuestionState(
            kind=QuestionKind(row.kind), taken=row.taken_at is not None, progress=row.progress, answer=row.answer
        )

    async def withdraw(self, question_id: UUID) -> None:
        await self._session.execute(delete(model_questions).where(model_questions.c.id == question_id))

    async def forget_old(self) -> None:
        await self._session.execute(delete(model_questions).where(model_questions.c.created_at < func.now() - KEPT_FOR))

    async def _set(self, question_id: UUID, **values: Any) -> bool:
        statement = update(model_questions).where(model_questions.c.id == question_id).values(values)
        return bool((await self._session.execute(statement.returning(model_questions.c.id))).all())
