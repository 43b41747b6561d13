"""Asks workers about models, and waits for what they find out."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from app.agents.models.addresses import is_http_address
from app.agents.models.names import parse_model_name
from app.core.errors import ConfigurationError, InvalidInput, NotFound, Unavailable
from app.core.secret_box import SecretBox
from app.core.settings import Settings
from app.db.repositories.model_question_repo import ModelQuestionRepository
from app.db.repositories.worker_repo import WorkerRepository
from app.db.session import Sessions, safe_session_with_retry
from app.domain.base import new_id
from app.domain.model_questions import ModelQuestion, QuestionBody, QuestionKind, QuestionState

TAKEN_WITHIN = 5.0
"""Seconds within which a worker that runs takes a question."""
ANSWERED_WITHIN = 75.0
"""Seconds that an answer may take: a test gives the model 60."""
LOOK_EVERY = 0.1
"""Seconds between two looks for the answer."""

NO_WORKER = "No worker is running; start one with `greenway worker`, or use `greenway up`."

T = TypeVar("T")


class ModelQuestions:
    def __init__(self, sessions: Sessions, settings: Settings) -> None:
        self._sessions = sessions
        self._settings = settings

    async def ask(self, kind: QuestionKind, body: QuestionBody, key: SecretStr | None = None) -> Mapping[str, Any]:
        """What a worker has found out.

        Raises:
            Unavailable: no worker is running, or it has not found out in time.
            InvalidInput: a key cannot be handed on safely, as there is no SECRET_KEY.
        """
        question_id = await self.begin(kind, body, key)
        try:
            await self._check_workers()
            async with asyncio.timeout(ANSWERED_WITHIN):
                return await self._answer(question_id)
        except TimeoutError:
            raise Unavailable("The worker has not found out in time; try again.") from None
        finally:
            await self._in_transaction(lambda questions: questions.withdraw(question_id))

    async def begin(self, kind: QuestionKind, body: QuestionBody, key: SecretStr | None = None) -> UUID:
        """Ask something that takes its time. Gives the id under which to look for the answer."""
        _check(body)
        if key is not None:
            try:
                token = SecretBox.of(self._settings).encrypt(key.get_secret_value().strip())
            except ConfigurationError as error:
                raise InvalidInput(error.message, fields=[{"field": "key", "message": error.message}]) from error
            body = body.model_copy(update={"key_token": token})
        question = ModelQuestion(id=new_id(), kind=kind, body=body)
        await self._in_transaction(lambda questions: questions.ask(question))
        return question.id

    async def state(self, question_id: UUID, kind: QuestionKind) -> QuestionState:
        """
        Raises:
            NotFound: nobody has asked, or that was more than an hour ago.
        """
        state = await self._in_transaction(lambda questions: questions.state(question_id))
        if state is None or state.kind != kind:
            raise NotFound("There is no such request.")
        return state

    async def withdraw(self, question_id: UUID) -> None:
        """Nobody wants the answer any more: whoever works on it stops."""
        await self._in_transaction(lambda questions: questions.withdraw(question_id))

    async def _check_workers(self) -> None:
        async def transaction(session: AsyncSession) -> int:
            return await WorkerRepository(session).count_alive()

        if await safe_session_with_retry(self._sessions, transaction) == 0:
            raise Unavailable(NO_WORKER)

    async def _answer(self, question_id: UUID) -> Mapping[str, Any]:
        loop = asyncio.get_running_loop()
        asked_at = loop.time()
        while True:
            state = await self._in_transaction(lambda questions: questions.state(question_id))
            if state is None:
                raise NotFound("There is no such request.")
            if state.answer is not None:
                return state.answer
            if not state.taken and loop.time() - asked_at > TAKEN_WITHIN:
                raise Unavailable(NO_WORKER)
            await asyncio.sleep(LOOK_EVERY)

    async def _in_transaction(self, work: Callable[[ModelQuestionRepository], Awaitable[T]]) -> T:
        async def transaction(session: AsyncSession) -> T:
            return await work(ModelQuestionRepository(session))

        return await safe_session_with_retry(self._sessions, transaction)


def _check(body: QuestionBody) -> None:
    """
    Raises:
        InvalidInput: nobody could be asked that.
    """
    if body.model is not None:
        try:
            parse_model_name(body.model)
        except ConfigurationError as error:
            raise InvalidInput(error.message, fields=[{"field": "model", "message": error.message}]) from error
    if body.address is not None and not is_http_address(body.address):
        message = "must start with http:// or https://"
        raise InvalidInput(f"`address` {message}.", fields=[{"field": "address", "message": message}])
