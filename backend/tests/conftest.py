"""Real servers for the tests that are about them: one Postgres and one Valkey a session, a fresh database a test."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NoReturn

import hypothesis
import pytest
import structlog
from databases import flush, fresh_database
from debian_servers import missing_programs
from pydantic_ai import models
from redis.asyncio import Redis
from reverse_proxies import missing_proxies

from app.core.settings import sqlalchemy_url
from app.db.migrate import upgrade
from app.db.session import Sessions, create_engine, create_sessions
from app.embedded.ports import free_port
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.running import running_in_background
from app.embedded.valkey import EmbeddedValkey
from app.messaging.redis_client import create_redis

PASSWORD = "for-tests-only"

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile(
    "greenway", max_examples=50, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("greenway")

# By default structlog draws tracebacks with all variables, which takes a second each.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

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


REQUIRABLE = ("browser", "model", "proxies", "servers")
"""What some tests need of the machine: where it is missing they are skipped, or fail with GREENWAY_REQUIRE_*=1."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """What must be there, from the environment: options, unlike it, reach every worker of xdist as they are."""
    for what in REQUIRABLE:
        required = os.environ.pop(f"GREENWAY_REQUIRE_{what.upper()}", "") == "1"
        parser.addoption(f"--require-{what}", action="store_true", default=required, help=f"fail without {what}")
    # Neither tests nor the processes that they start see the developer's settings.
    for name in [name for name in os.environ if name.startswith("GREENWAY_")]:
        del os.environ[name]


@pytest.fixture(scope="session")
def missing(request: pytest.FixtureRequest) -> Callable[[str, str], NoReturn]:
    """Skips a test for want of one of `REQUIRABLE`, and says why; fails it where that is required."""

    def give_up(what: str, reason: str) -> NoReturn:
        if request.config.getoption(f"--require-{what}"):
            pytest.fail(reason)
        pytest.skip(reason)

    return give_up


@pytest.fixture(scope="session")
def proxies(missing: Callable[[str, str], NoReturn]) -> None:
    """nginx and Caddy are installed."""
    if reason := missing_proxies():
        missing("proxies", reason)


@pytest.fixture(scope="session")
def debian_servers(missing: Callable[[str, str], NoReturn]) -> None:
    """Debian's PostgreSQL, Redis and PgBouncer are installed."""
    if reason := missing_programs():
        missing("servers", reason)


@pytest.fixture(autouse=True)
def _no_settings_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Tests see no `.env`."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    directory = tmp_path_factory.mktemp("postgres") / "data"
    server = EmbeddedPostgres(directory, free_port(), PASSWORD, durable=False, creates_databases=True)
    with running_in_background(server):
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
    with fresh_database(migrated) as url:
        yield url


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
