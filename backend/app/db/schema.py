"""Which schema this code was written for, and whether the database has it."""

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.session import Sessions, safe_session_with_retry

SCHEMA_REVISION = "0005"
"""The newest migration; a test compares it with the files."""


async def stored_revision(sessions: Sessions) -> str | None:
    """The revision of the database's schema; None when it has none yet.

    Raises:
        DatabaseUnavailable: it cannot be reached.
    """

    async def work(session: AsyncSession) -> str | None:
        revision: str | None = (await session.execute(text("SELECT version_num FROM alembic_version"))).scalar()
        return revision

    try:
        return await safe_session_with_retry(sessions, work, attempts=1)
    except ProgrammingError:  # there is no such table
        return None


async def schema_is_current(sessions: Sessions) -> bool:
    return await stored_revision(sessions) == SCHEMA_REVISION
