"""Databases for single tests, and an empty Valkey."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import asyncpg

from app.messaging.redis_client import create_redis


@contextmanager
def fresh_database(template: str) -> Iterator[str]:
    """The address of a copy of a database that nobody uses, while the block lasts."""
    url = asyncio.run(copy_database(template))
    try:
        yield url
    finally:
        asyncio.run(drop_database(url))


async def copy_database(url: str) -> str:
    """The address of a new database with all that the given one holds."""
    server, _, template = url.rpartition("/")
    name = f"test_{uuid4().hex[:12]}"
    await _execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return f"{server}/{name}"


async def drop_database(url: str) -> None:
    server, _, name = url.rpartition("/")
    while True:
        try:
            return await _execute(server, f"DROP DATABASE {name} WITH (FORCE)")
        except asyncpg.InsufficientPrivilegeError:
            # PostgreSQL is vacuuming it at this moment, in a process that only a superuser may end.
            await asyncio.sleep(0.1)


def numbered(redis_url: str, number: int) -> str:
    """The address of another database of the same Valkey, for a cluster beside others; the tests' own is number 0."""
    server, _, own = redis_url.rpartition("/")
    assert own == "0"
    return f"{server}/{number}"


async def flush(redis_url: str) -> None:
    """Empty this database, and no other of the same Valkey."""
    client = create_redis(redis_url)
    await client.flushdb()
    await client.aclose()


async def _execute(server: str, statement: str) -> None:
    """From the maintenance database, since a template must have no connection."""
    connection = await asyncpg.connect(f"{server}/postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
