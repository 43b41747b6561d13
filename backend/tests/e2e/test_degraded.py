"""Without Postgres, without Redis: what still works, what is answered, and that the logs say it once."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from chaos.servers import Postgres, Server, Valkey
from e2e.cluster import (
    DEADLINE,
    Client,
    Cluster,
    WorkerProcess,
    a_cluster,
    concepts_of,
    frames,
    ready,
    versions,
    wait_until,
)
from e2e.monitors import ask
from e2e.test_workers import SLOW, in_the_middle, saved

from app.db.migrate import upgrade

AWHILE = 8.0
"""Seconds of an outage: longer than a lease."""


@dataclass
class Fragile:
    """A cluster whose servers can go away."""

    cluster: Cluster
    postgres: Server
    valkey: Server
    directory: Path

    def api_log(self) -> list[dict[str, object]]:
        lines = (self.directory / "api.log").read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


@pytest.fixture
async def fragile(tmp_path: Path) -> AsyncIterator[Fragile]:
    home = tmp_path / "postgres"
    home.mkdir()
    postgres, valkey = Postgres(home, disk=None), Valkey(tmp_path / "valkey")
    await asyncio.gather(postgres.start(), valkey.start())
    try:
        await asyncio.to_thread(upgrade, postgres.url)
        with a_cluster(postgres.url, valkey.url, tmp_path) as cluster:
            yield Fragile(cluster, postgres, valkey, tmp_path)
            await asyncio.gather(postgres.start(), valkey.start())
    finally:
        await asyncio.gather(postgres.stop(), valkey.stop())


def told(log: list[dict[str, object]], dependency: str) -> list[object]:
    return [entry["event"] for entry in log if entry.get("dependency") == dependency]


def is_back(log: Callable[[], list[dict[str, object]]]) -> bool:
    return told(log(), "database")[-1] == "dependency_recovered"


async def until(client: Client, path: str, status: int) -> None:
    async with asyncio.timeout(60):
        while (await client.http.get(client.cluster.url + path)).status_code != status:
            await asyncio.sleep(0.1)


async def test_without_postgres(fragile: Fragile) -> None:
    workers = [ready(fragile.cluster.start_worker(GREENWAY_BUILTIN_PACE=SLOW)) for _ in range(2)]
    async with fragile.cluster.client() as client:
        roadmap_id, _ = await in_the_middle(client)
        await fragile.postgres.stop()

        answer = await client.http.get(f"/roadmaps/{roadmap_id}")
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.json()["code"] == "database_unavailable"
        assert answer.json()["retryable"] is True
        answer = await client.post(roadmap_id, "pause")
        assert answer.status_code == 503
        readiness = await client.http.get(f"{fragile.cluster.url}/readyz")
        assert readiness.status_code == 503
        assert "The database cannot be reached." in readiness.text
        assert "Redis answers." in readiness.text
        assert (await client.http.get(f"{fragile.cluster.url}/health")).status_code == 200

        await asyncio.sleep(AWHILE)
        await fragile.postgres.start()
        await client.until_status(roadmap_id, "completed")
        await until(client, "/readyz", 200)
        assert await versions(fragile.cluster.database_url, roadmap_id) == {1}
    assert not any(worker.logged("ownership_lost") for worker in workers), "nobody robs the other when it is back"
    for log in (*(worker.logs for worker in workers), fragile.api_log):
        wait_until(partial(is_back, log))  # each process asks for itself
        lines = told(log(), "database")
        assert lines[0] == "dependency_unavailable"
        assert len(lines) <= 6, "a server that starts may turn one or two clients away before it is there for good"


async def test_without_redis(fragile: Fragile) -> None:
    worker = ready(fragile.cluster.start_worker(GREENWAY_BUILTIN_PACE=SLOW))
    async with fragile.cluster.client() as client:
        roadmap_id, _ = await in_the_middle(client)
        await fragile.valkey.kill()

        readiness = await client.http.get(f"{fragile.cluster.url}/readyz")
        assert readiness.status_code == 503
        assert "Redis cannot be reached." in readiness.text
        assert "The database is available." in readiness.text
        seen = await client.read(roadmap_id)
        numbers = [seen["seq"]]
        async with client.socket(roadmap_id, since=seen["seq"]) as socket:
            async for frame in frames(socket):  # to the end of the run, from Postgres
                numbers.append(frame["seq"])
        assert numbers == list(range(seen["seq"], numbers[-1] + 1))
        other = await client.create(auto_approve=True)
        assert (await client.read(other))["status"] == "drafting"

        await fragile.valkey.start()
        done = await client.until_status(other, "completed")
        assert len(concepts_of(done)) == 12
    assert ask(fragile.valkey.url, "ping", 1), "monitors are answered again"
    for log in (worker.logs(), fragile.api_log()):
        lines = [entry for entry in log if "redis" in str(entry).lower() and entry["level"] in ("warning", "error")]
        assert 1 <= len(lines) <= 6, lines


async def test_server_sent_events_without_redis(fragile: Fragile) -> None:
    ready(fragile.cluster.start_worker(GREENWAY_BUILTIN_PACE=SLOW))
    async with fragile.cluster.client() as client:
        roadmap_id, before = await in_the_middle(client)
        await fragile.valkey.kill()
        numbers = []
        url = f"/roadmaps/{roadmap_id}/events?since={before['seq']}"
        async with asyncio.timeout(DEADLINE), client.http.stream("GET", url) as answer:
            async for line in answer.aiter_lines():
                if line.startswith("data:"):
                    frame = json.loads(line.removeprefix("data:"))
                    if frame["type"] == "heartbeat":
                        continue
                    numbers.append(frame.get("seq"))
                    if frame["type"] == "completed":
                        break
        assert numbers == list(range(before["seq"] + 1, numbers[-1] + 1))


@pytest.mark.slow
async def test_a_worker_that_cannot_save_ends_all_the_same(fragile: Fragile) -> None:
    first = ready(fragile.cluster.start_worker(GREENWAY_BUILTIN_PACE=SLOW))
    async with fragile.cluster.client() as client:
        roadmap_id, _ = await in_the_middle(client)
        await fragile.postgres.stop()
        assert await asyncio.to_thread(first.terminate) == 0
        assert first.logged("task_abandoned")
        await fragile.postgres.start()
        ready(fragile.cluster.start_worker())
        await client.until_status(roadmap_id, "completed")


def _children(worker: WorkerProcess) -> set[str]:
    return {str(entry["worker"]) for entry in worker.logged("worker_started")}


async def test_children_that_are_replaced_after_each_task_lose_nothing(fragile: Fragile) -> None:
    worker = fragile.cluster.start_worker(pool="prefork", concurrency=2, options=["--max-tasks-per-child=1"])
    wait_until(lambda: len(_children(worker)) == 2)
    async with fragile.cluster.client() as client:
        made = await asyncio.gather(*(client.create(auto_approve=True) for _ in range(2)))
        for roadmap_id in made:
            await client.until_status(roadmap_id, "completed")
    assert len(_children(worker)) > 2
    assert len(worker.logged("worker_stopped")) >= 1
    assert worker.terminate() == 0


@pytest.mark.parametrize("pool", ["threads", "prefork"])
async def test_a_cold_shutdown_is_made_up_for(fragile: Fragile, pool: str) -> None:
    """SIGQUIT: the worker does not wait for its tasks; what has finished is saved all the same, or made up for."""
    first = ready(fragile.cluster.start_worker(pool=pool, concurrency=4, GREENWAY_BUILTIN_PACE=SLOW))
    async with fragile.cluster.client() as client:
        roadmap_id, before = await in_the_middle(client)
        first.process.send_signal(signal.SIGQUIT)
        await asyncio.to_thread(first.process.wait, 60)
        second = ready(fragile.cluster.start_worker())
        after = await client.until_status(roadmap_id, "completed")
    assert saved(before).items() <= saved(after).items()
    assert await versions(fragile.cluster.database_url, roadmap_id) == {1}
    assert second.logged("task_run_ended", end="finished")
