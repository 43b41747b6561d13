"""Single questions to the database, for processes that have no use for SQLAlchemy: it takes a third of a second to
import."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from app.core.database_address import parse_database_address
from app.core.errors import Unavailable
from app.db.connecting import CannotConnect, Connection, connect
from app.db.schema import SCHEMA_REVISION

_SECONDS = 10.0
"""For one answer."""


async def schema_is_current(url: str) -> bool:
    """Whether the database has the schema that this code was written for.

    Raises:
        Unavailable: the database cannot be reached, or refuses.
    """
    async with _connection(url) as connection:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return False
        return bool(await connection.fetchval("SELECT version_num FROM alembic_version") == SCHEMA_REVISION)


async def workers_alive(url: str) -> int:
    """How many worker processes hold a lease.

    Raises:
        Unavailable: the database cannot be reached, or refuses.
    """
    async with _connection(url) as connection:
        return int(await connection.fetchval("SELECT count(*) FROM workers WHERE expires_at > now()"))


@asynccontextmanager
async def _connection(url: str) -> AsyncIterator[Connection]:
    try:
        connection = await connect(
            parse_database_address(url), application_name="greenway-check", command_timeout=_SECONDS
        )
        try:
            yield connection
        finally:
            await connection.close()
    except (CannotConnect, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Unavailable(f"The database cannot be reached ({error}); start it, or check DATABASE_URL.") from error
