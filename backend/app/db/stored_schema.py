"""Which schema the database has."""

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

_UNDEFINED_TABLE = "42P01"


async def revision_in(session: AsyncSession) -> str | None:
    """The revision of the database's schema; None when it has none yet."""
    try:
        revision: str | None = (await session.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != _UNDEFINED_TABLE:
            raise
        return None
    return revision
