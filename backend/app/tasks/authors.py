"""The authors of a worker process: the one that is in force, and older ones until their last task has ended."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.agents.checking import check_author
from app.agents.in_force import accounts_of, in_force, opened_keys
from app.agents.metered import MeteredAuthor
from app.core.errors import ConfigurationError
from app.core.joining import Joined
from app.core.settings import Settings
from app.db.repositories.model_settings_repo import ModelSettingsRepository
from app.db.session import Sessions, safe_session_with_retry
from app.domain.model_settings import SavedModelSettings
from app.generation.ports import Author

CLOSED_AFTER = 5.0
"""Seconds after which an author that was replaced is closed, if nobody uses it."""
MOST_ASKED = 1000
"""Tasks that are told at once which author is in force."""

log = structlog.get_logger()


class AuthorUnusable(Exception):
    """This process cannot use the model that was chosen; `reason` is a sentence for the operator."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class AuthorInForce:
    author: Author
    settings: Settings
    """With what was saved in the app."""
    revision: int
    users: int = 0
    replaced_at: float = 0.0
    """By `time.monotonic`."""


class Authors:
    """`async with authors.in_force() as chosen` is the author that is chosen at that moment. For one event loop."""

    def __init__(
        self, settings: Settings, sessions: Sessions, make_author: Callable[[Settings], Awaitable[Author]]
    ) -> None:
        self._settings = settings
        self._sessions = sessions
        self._make_author = make_author
        self._newest: AuthorInForce | None = None
        self._replaced: list[AuthorInForce] = []
        # Whoever asks is answered by a look that began afterwards: what was saved before is what counts.
        self._look = Joined(self._look_for_all, at_most=MOST_ASKED, patience=None)

    @asynccontextmanager
    async def in_force(self) -> AsyncIterator[AuthorInForce]:
        """
        Raises:
            AuthorUnusable: it cannot be used here.
            DatabaseUnavailable: nobody knows.
        """
        chosen = await self._look(None)
        chosen.users += 1
        try:
            yield chosen
        finally:
            chosen.users -= 1

    async def close_replaced(self) -> None:
        """Close those whose last task has ended, some time after they were replaced: until then, somebody may just have
        been told of them."""
        unused = [one for one in self._replaced if one.users == 0 and time.monotonic() > one.replaced_at + CLOSED_AFTER]
        for one in unused:
            self._replaced.remove(one)
            await one.author.close()

    async def close(self) -> None:
        for one in (*self._replaced, *filter(None, [self._newest])):
            await one.author.close()
        self._newest = None
        self._replaced = []

    async def _look_for_all(self, askers: Sequence[None]) -> Sequence[AuthorInForce]:
        return [await self._find()] * len(askers)

    async def _find(self) -> AuthorInForce:
        saved = await self._saved()
        if self._newest is not None and self._newest.revision == saved.revision:
            return self._newest
        try:
            accounts = accounts_of(in_force(self._settings, saved.settings))
            settings = in_force(self._settings, saved.settings, opened_keys(self._settings, saved, accounts))
            check_author(settings)
            author = MeteredAuthor(await self._make_author(settings))
        except ConfigurationError as error:
            raise AuthorUnusable(error.message) from error
        if self._newest is not None:
            self._newest.replaced_at = time.monotonic()
            self._replaced.append(self._newest)
        self._newest = AuthorInForce(author, settings, saved.revision)
        log.info("author_in_force", author=author.name, revision=saved.revision)
        return self._newest

    async def _saved(self) -> SavedModelSettings:
        async def work(session: AsyncSession) -> SavedModelSettings:
            return await ModelSettingsRepository(session).saved()

        return await safe_session_with_retry(self._sessions, work, single_statement=True)
