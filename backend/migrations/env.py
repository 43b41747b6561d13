"""Runs migrations over asyncpg, one process at a time."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text

from app.core.settings import load_settings
from app.db.session import create_engine
from app.db.tables import metadata

MIGRATION_LOCK = 0x67726E77
"""Whoever migrates holds this advisory lock, so that several starting processes do not collide."""


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        context.run_migrations()


async def main() -> None:
    url = context.config.get_main_option("sqlalchemy.url") or load_settings().require_database_url()
    # A migration may take longer than any other statement, and waits for others that migrate.
    engine = create_engine(url, pool_size=1, application_name="greenway-migrate", command_timeout=None)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()


asyncio.run(main())
