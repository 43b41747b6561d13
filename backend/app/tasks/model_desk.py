"""Answers what the API asks about models: here are the keys, and from here models are reached."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from importlib import import_module
from typing import Any, assert_never

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.agents.in_force import in_force, is_from_environment, opened_keys, with_model
from app.agents.models.names import parse_model_name
from app.agents.models.providers import PROVIDERS
from app.core.errors import ConfigurationError
from app.core.secret_box import SecretBox, Undecryptable
from app.core.settings import Settings
from app.core.supervision import keep_going
from app.db.repositories.model_question_repo import ModelQuestionRepository
from app.db.repositories.model_settings_repo import ModelSettingsRepository
from app.db.session import DatabaseUnavailable, Sessions, safe_session_with_retry
from app.domain.model_questions import ModelQuestion, QuestionBody, QuestionKind
from app.domain.model_settings import ModelSettings, SavedModelSettings

LOOK_EVERY = 0.5
"""Seconds between two looks for questions."""
AT_ONCE, PULLS_AT_ONCE = 4, 2
"""Questions that one worker answers at the same time, and models that it has fetched beside them."""
TELL_EVERY = 0.5
"""Seconds between two notes of how far a model has been fetched."""

NOT_CONFIGURED = "not_configured"
"""The code of an answer: something is missing, so that nothing was asked."""

Answer = dict[str, Any]

log = structlog.get_logger()


class ModelDesk:
    """For one worker process, in its event loop."""

    def __init__(self, settings: Settings, sessions: Sessions) -> None:
        self._settings = settings
        self._sessions = sessions
        self._answering: dict[asyncio.Task[None], QuestionKind] = {}

    async def work(self) -> None:
        """Answer questions for as long as the worker lives."""
        try:
            await keep_going("model questions", self._take)
        finally:
            for task in self._answering:
                task.cancel()

    async def _take(self) -> None:
        found: Sequence[ModelQuestion] = []
        if kinds := [kind for kind in QuestionKind if self._has_room_for(kind)]:
            with suppress(DatabaseUnavailable):
                found = await self._in_transaction(lambda questions: questions.take(kinds, limit=1))
        for question in found:
            task = asyncio.create_task(self._answer(question))
            self._answering[task] = question.kind
            task.add_done_callback(self._answering.pop)
        if not found:
            await asyncio.sleep(LOOK_EVERY)

    def _has_room_for(self, kind: QuestionKind) -> bool:
        pulls = list(self._answering.values()).count(QuestionKind.PULL)
        if kind == QuestionKind.PULL:
            return pulls < PULLS_AT_ONCE
        return len(self._answering) - pulls < AT_ONCE

    async def _answer(self, question: ModelQuestion) -> None:
        try:
            answer = await self._found_out(question)
        except ConfigurationError as error:
            answer = {"ok": False, "code": NOT_CONFIGURED, "message": error.message}
        except DatabaseUnavailable:
            return
        except Exception:
            log.exception("model_question_crashed", kind=question.kind)
            answer = {"ok": False, "code": "internal", "message": "Something went wrong inside Greenway."}
        with suppress(DatabaseUnavailable):
            await self._in_transaction(lambda questions: questions.answer(question.id, answer))

    async def _found_out(self, question: ModelQuestion) -> Answer:
        match question.kind:
            case QuestionKind.DISCOVER:
                return await self._discover()
            case QuestionKind.TEST:
                return await self._test(question.body)
            case QuestionKind.LIST:
                return await self._list(question.body)
            case QuestionKind.PULL:
                return await self._pull(question)
            case _:
                assert_never(question.kind)

    async def _discover(self) -> Answer:
        discovery = await asyncio.to_thread(import_module, "app.agents.models.discovery")
        servers = await discovery.discover(self._settings.model_server_ports)
        return {"servers": [asdict(server) for server in servers], "free_memory_bytes": discovery.free_memory()}

    async def _test(self, body: QuestionBody) -> Answer:
        checkup = await asyncio.to_thread(import_module, "app.agents.checkup")
        result = await checkup.check_up(await self._settings_for(body))
        return asdict(result)

    async def _list(self, body: QuestionBody) -> Answer:
        listing = await asyncio.to_thread(import_module, "app.agents.models.listing")
        choice = (await asyncio.to_thread(import_module, "app.agents.models.choice")).choose(
            await self._settings_for(body)
        )
        try:
            models = await listing.list_models(choice)
        except listing.ListingFailed as failed:
            return _failed(failed.code, failed.address)
        return {"ok": True, "models": [asdict(model) for model in models]}

    async def _pull(self, question: ModelQuestion) -> Answer:
        pulling = await asyncio.to_thread(import_module, "app.agents.models.pulling")
        listing = await asyncio.to_thread(import_module, "app.agents.models.listing")
        name = parse_model_name(question.body.model or "")
        loop, told_at = asyncio.get_running_loop(), 0.0
        try:
            async for progress in pulling.pull(question.body.address or "", name.model):
                if loop.time() - told_at < TELL_EVERY:
                    continue
                told_at, note = loop.time(), asdict(progress)
                if not await self._note(question, note):
                    return {}  # nobody wants it any more
        except pulling.PullRefused as refused:
            return {"ok": False, "code": "rejected", "message": str(refused)}
        except listing.ListingFailed as failed:
            return _failed(failed.code, failed.address)
        return {"ok": True}

    async def _note(self, question: ModelQuestion, progress: Mapping[str, Any]) -> bool:
        noted: bool = await self._in_transaction(lambda questions: questions.note_progress(question.id, progress))
        return noted

    async def _settings_for(self, body: QuestionBody) -> Settings:
        """The settings under which the question is to be answered.

        Raises:
            ConfigurationError: the key cannot be decrypted here, or the environment decides how to reach the provider.
        """
        saved = await self._saved()
        name = body.model or self._settings.model
        account = PROVIDERS[parse_model_name(name).provider].account
        if (body.address or body.key_token) and is_from_environment(self._settings, account):
            raise ConfigurationError("The environment sets how this provider is reached; change it there.")
        keys = self._keys(saved, body, account)
        addresses = saved.settings.addresses | ({account: body.address} if body.address else {})
        settings = in_force(self._settings, ModelSettings(addresses=addresses), keys)
        return with_model(settings, name)

    def _keys(self, saved: SavedModelSettings, body: QuestionBody, account: str) -> Mapping[str, str]:
        """The key that comes with the question; the saved one goes only to the address that it was saved for."""
        if body.key_token is not None:
            try:
                return {account: SecretBox.of(self._settings).decrypt(body.key_token)}
            except Undecryptable:
                raise ConfigurationError(
                    "The key cannot be decrypted by this worker: its SECRET_KEY is not that of the API."
                ) from None
        if body.address is not None and body.address != saved.settings.addresses.get(account):
            return {}
        return opened_keys(self._settings, saved, {account})

    async def _saved(self) -> SavedModelSettings:
        async def work(session: AsyncSession) -> SavedModelSettings:
            return await ModelSettingsRepository(session).saved()

        return await safe_session_with_retry(self._sessions, work, single_statement=True)

    async def _in_transaction(self, ask: Any) -> Any:
        async def work(session: AsyncSession) -> Any:
            return await ask(ModelQuestionRepository(session))

        return await safe_session_with_retry(self._sessions, work, attempts=1)


def _failed(code: str, address: str) -> Answer:
    return {"ok": False, "code": code, "message": f"There is no list of models at {address}.", "address": address}
