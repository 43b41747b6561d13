"""The one writer of a worker process: the flushes of all its tasks that are ready go out together."""

from collections.abc import Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.joining import Joined
from app.db.flush import Flush, write_flushes
from app.db.session import REFUSED, DatabaseUnavailable, Sessions, safe_session_with_retry

MOST_FLUSHES = 32
"""Of one statement: what has come meanwhile need not wait for long."""

log = structlog.get_logger()


class FlushWriter:
    """For one event loop. One task's flush costs those of others nothing: what is locked is passed over, and where the
    database refuses a statement, each flush of it is written alone."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._joined = Joined(self._write_all, at_most=MOST_FLUSHES)

    async def write(self, flush: Flush) -> bool:
        """Write and commit a flush. False, and nothing written, when its fence does not hold or its roadmap is locked.

        Raises:
            DatabaseUnavailable: it is unknown whether it is written; it may be written again.
            StatementError, ValueError, ...: the database does not take it (`session.REFUSED`).
        """
        return await self._joined(flush)

    async def _write_all(self, flushes: Sequence[Flush]) -> Sequence[bool | BaseException]:
        try:
            return await self._write(flushes)
        except DatabaseUnavailable:
            raise  # to all of them, at once: each is repeated by its owner
        except REFUSED as error:
            if len(flushes) == 1:
                raise
            log.info("flushes_separated", flushes=len(flushes), error=type(error).__name__)
        answers: list[bool | BaseException] = []
        for flush in flushes:
            try:
                answers += await self._write([flush])
            except DatabaseUnavailable as error:
                return answers + [error] * (len(flushes) - len(answers))
            except REFUSED as error:
                answers.append(error)
        return answers

    async def _write(self, flushes: Sequence[Flush]) -> list[bool]:
        async def work(session: AsyncSession) -> set[int]:
            return await write_flushes(session, flushes)

        written = await safe_session_with_retry(
            self._sessions, work, attempts=1, repeatable=True, single_statement=True
        )
        return [number in written for number in range(len(flushes))]
