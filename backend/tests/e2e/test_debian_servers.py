"""Greenway over servers that people have: a pooler in transaction mode, and the oldest PostgreSQL and Redis."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import copy_database, drop_database
from debian_servers import pgbouncer, postgres_15, redis_7
from e2e.cluster import DEADLINE, Cluster, a_cluster, a_process, concepts_of, frames, ready, versions, wait_until

from app.embedded.ports import free_port
from app.embedded.postgres import EmbeddedPostgres

BACKEND = str(Path(__file__).resolve().parents[2])

pytestmark = pytest.mark.usefixtures("debian_servers")


def greenway(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, in a directory without settings."""
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        env={**os.environ, "PYTHONPATH": BACKEND, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def direct_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """An empty database."""
    server, _, _ = postgres.url.rpartition("/")
    url = asyncio.run(copy_database(f"{server}/template1"))
    yield url
    asyncio.run(drop_database(url))


@pytest.fixture
def pooled_url(direct_url: str) -> Iterator[str]:
    """The same database, seen through PgBouncer."""
    with pgbouncer(direct_url) as url:
        yield url


@pytest.fixture
def debian_cluster(tmp_path: Path) -> Iterator[Cluster]:
    with postgres_15() as database_url, redis_7() as redis_url:
        assert greenway("migrate", DATABASE_URL=database_url).returncode == 0
        with a_cluster(database_url, redis_url, tmp_path) as cluster:
            yield cluster


@pytest.mark.slow
async def test_a_worker_is_killed_behind_pgbouncer(
    direct_url: str, pooled_url: str, redis_url: str, tmp_path: Path
) -> None:
    migrated = greenway("migrate", DATABASE_URL=pooled_url)
    assert (migrated.returncode, migrated.stdout) == (0, "The schema is up to date.\n"), migrated.stderr
    with a_cluster(pooled_url, redis_url, tmp_path) as cluster:
        first = ready(cluster.start_worker(GREENWAY_BUILTIN_PACE="0.2"))
        async with cluster.client() as client:
            roadmaps = [await client.create(goal="Learn Git", concepts=24, auto_approve=True) for _ in range(2)]
            for roadmap_id in roadmaps:
                await client.until(roadmap_id, lambda roadmap: roadmap["progress"]["completed"] >= 5)
            first.kill()
            second = ready(cluster.start_worker())
            for roadmap_id in roadmaps:
                await client.until_status(roadmap_id, "completed")
                assert await versions(direct_url, roadmap_id) == {1}
        doctor = greenway("doctor", DATABASE_URL=pooled_url, REDIS_URL=redis_url, GREENWAY_URL=cluster.url)
        assert (doctor.returncode, doctor.stderr) == (0, ""), doctor.stdout
    assert second.logged("task_run_ended", end="finished")
    assert not [entry for entry in (*first.logs(), *second.logs()) if "exception" in entry]


def test_all_of_greenway_starts_behind_pgbouncer(pooled_url: str, redis_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "app.cli", "up", "--port", str(free_port()), "--data-dir", str(tmp_path / "data")]
    log = tmp_path / "log"
    with a_process(command, log, DATABASE_URL=pooled_url, REDIS_URL=redis_url) as up:
        wait_until(lambda: "Greenway is ready" in log.read_text())
        up.terminate()
        assert up.wait(DEADLINE) == 0
    assert "Traceback" not in log.read_text()


async def test_a_refusal_of_the_pooler_is_repeated_by_doctor(pooled_url: str, redis_url: str) -> None:
    url = f"{pooled_url}?options=-c%20search_path%3Dmine"
    doctor = greenway("doctor", DATABASE_URL=url, REDIS_URL=redis_url)
    assert "(unsupported startup parameter: options); start it, or check DATABASE_URL." in doctor.stdout
    assert doctor.stderr == ""


async def test_debians_postgres_and_redis_take_a_roadmap_to_its_end(debian_cluster: Cluster) -> None:
    ready(debian_cluster.start_worker())
    async with debian_cluster.client() as client:
        roadmap_id = await client.create(auto_approve=True)
        async with client.socket(roadmap_id) as socket:
            received = [frame["type"] async for frame in frames(socket)]
        roadmap = await client.read(roadmap_id)
    assert received[-1] == "completed"
    assert roadmap["status"] == "completed"
    assert {concept["content_status"] for concept in concepts_of(roadmap)} == {"completed"}
