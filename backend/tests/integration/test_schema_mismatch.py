"""Requests before the migration, and with a schema of another version."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
from databases import copy_database, drop_database
from httpx2 import AsyncClient
from integration.conftest import problem_in, serving, settings_with

from app.db.migrate import upgrade
from app.embedded.postgres import EmbeddedPostgres

NOBODY = "0190a1b2-0000-7000-8000-000000000000"


@pytest.fixture
def empty_database(postgres: EmbeddedPostgres) -> Iterator[str]:
    server, _, _ = postgres.url.rpartition("/")
    url = asyncio.run(copy_database(f"{server}/template1"))
    yield url
    asyncio.run(drop_database(url))


@pytest.fixture
async def early_api(empty_database: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncClient]:
    """An API that has started before the migration."""
    async with serving(settings_with(monkeypatch, DATABASE_URL=empty_database, REDIS_URL=redis_url)) as client:
        yield client


async def every_kind_of_request(api: AsyncClient) -> list[str]:
    """Each is refused with 503; the sentences."""
    answers = [
        await api.get("/api/v1/roadmaps"),
        await api.get(f"/api/v1/roadmaps/{NOBODY}"),
        await api.get(f"/api/v1/roadmaps/{NOBODY}/events"),
        await api.post("/api/v1/roadmaps", json={"goal": "Learn SQL"}),
        await api.post(f"/api/v1/roadmaps/{NOBODY}/approve"),
        await api.get(f"/api/v1/tasks/{NOBODY}"),
    ]
    assert {answer.headers["retry-after"] for answer in answers} == {"2"}
    return [problem_in(answer, 503, "schema_mismatch")["detail"] for answer in answers]


async def test_before_the_migration(
    early_api: AsyncClient, empty_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sentences = await every_kind_of_request(early_api)
    assert set(sentences) == {"The database has no schema yet; run `greenway migrate`."}
    assert (await early_api.get("/metrics")).status_code == 200
    assert (await early_api.get("/readyz")).json()["checks"]["schema"]["message"] == sentences[0]
    await asyncio.to_thread(upgrade, empty_database)
    assert (await early_api.get("/api/v1/roadmaps")).status_code == 200
    captured = capsys.readouterr()
    assert "Traceback" not in captured.out + captured.err


@pytest.mark.parametrize(
    ("revision", "word", "advice"),
    [("0001", "older", "run `greenway migrate`"), ("9999", "newer", "start the version of Greenway that upgraded it")],
)
async def test_another_schema(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch, revision: str, word: str, advice: str
) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("UPDATE alembic_version SET version_num = $1", revision)
    await connection.close()
    async with serving(settings_with(monkeypatch, DATABASE_URL=database_url, REDIS_URL=redis_url)) as api:
        [sentence] = set(await every_kind_of_request(api))
    assert f"schema is {word} ({revision})" in sentence
    assert advice in sentence


async def test_a_schema_that_goes_away_under_a_running_api(api: AsyncClient, database_url: str) -> None:
    assert (await api.get("/api/v1/roadmaps")).status_code == 200
    connection = await asyncpg.connect(database_url)
    await connection.execute("ALTER TABLE roadmaps RENAME TO renamed")
    await connection.execute("UPDATE alembic_version SET version_num = '9999'")
    await connection.close()
    problem_in(await api.get("/api/v1/roadmaps"), 503, "schema_mismatch")
