"""Real servers for the tests that are about them: one Postgres and one Valkey a session, a fresh database a test."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from databases import copy_database, drop_database, flush
from debian_servers import missing_programs
from pydantic_ai import models
from redis.asyncio import Redis

from app.core.settings import sqlalchemy_url
from app.db.migrate import upgrade
from app.db.session import Sessions, create_engine, create_sessions
from app.embedded.ports import free_port
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.running import running_in_background
from app.embedded.valkey import EmbeddedValkey
from app.services.redis_client import create_redis

PASSWORD = "for-tests-only"

models.ALLOW_MODEL_REQUESTS = False
"""A test that talks to a model's server on loopback says so with `override_allow_model_requests`."""


def _stay_on_this_machine(event: str, arguments: tuple[Any, ...]) -> None:
    """Nothing that a test does may reach another machine, not even by accident."""
    if event == "socket.connect" and isinstance(address := arguments[1], tuple):
        host = address[0].partition("%")[0]
        if not _is_this_machine(host):
            raise PermissionError(f"A test wanted to connect to {host}.")


def _is_this_machine(host: str) -> bool:
    """Whether an address is a spelling of loopback, which the unspecified one is too when one connects to it."""
    if host in ("localhost", "0"):
        return True
    address = ip_address(host)
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_unspecified


sys.addaudithook(_stay_on_this_machine)

# Taken out of the environment at once: to the processes that tests start, it would be an unknown setting.
_BROWSER_IS_REQUIRED = os.environ.pop("GREENWAY_REQUIRE_BROWSER", "") == "1"
_SERVERS_ARE_REQUIRED = os.environ.pop("GREENWAY_REQUIRE_SERVERS", "") == "1"


@pytest.fixture(scope="session")
def debian_servers() -> None:
    """Debian's PostgreSQL, Redis and PgBouncer are installed; without them a test is skipped, or fails."""
    if reason := missing_programs():
        pytest.fail(reason) if _SERVERS_ARE_REQUIRED else pytest.skip(reason)


@pytest.fixture(scope="session")
def browser_is_required() -> bool:
    """Whether browser tests fail, instead of being skipped, where there is no browser."""
    return _BROWSER_IS_REQUIRED


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Tests see neither the developer's environment nor a `.env`."""
    for name in list(os.environ):
        if name.startswith("GREENWAY_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    directory = tmp_path_factory.mktemp("postgres") / "data"
    with running_in_background(EmbeddedPostgres(directory, free_port(), PASSWORD, durable=False)) as server:
        yield server


@pytest.fixture(scope="session")
def migrated(postgres: EmbeddedPostgres) -> str:
    """The address of a database with the current schema, which nobody uses: a template for others."""
    upgrade(postgres.url)
    return postgres.url


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedValkey]:
    directory = tmp_path_factory.mktemp("valkey") / "data"
    with running_in_background(EmbeddedValkey(directory, free_port(), PASSWORD, durable=False)) as server:
        yield server


@pytest.fixture
def database_url(migrated: str) -> Iterator[str]:
    """A database of the test's own, with the current schema."""
    url = asyncio.run(copy_database(migrated))
    yield url
    asyncio.run(drop_database(url))


@pytest.fixture
def redis_url(valkey: EmbeddedValkey) -> str:
    """An empty Valkey."""
    asyncio.run(flush(valkey.url))
    return valkey.url


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(sqlalchemy_url(database_url), pool_size=8, application_name="test")
    yield create_sessions(engine)
    await engine.dispose()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = create_redis(redis_url)
    yield client
    await client.aclose()
