"""The parent of a worker that dies hands its tasks back at once: the lease of the dead is gone. Nobody else removes one
within a minute after it has run out."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import asyncpg
import psutil
from e2e.cluster import Cluster, a_process, versions, wait_until

from app.embedded.ports import free_port
from app.embedded.valkey import EmbeddedValkey

SLOW = "0.3"
OWNER = "SELECT workers.id, workers.name FROM tasks JOIN workers ON workers.id = tasks.owner"
CRASHES = "SELECT crashes FROM tasks WHERE kind = 'content'"


async def fetch(database_url: str, query: str, *arguments: object) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(database_url)
    try:
        return [tuple(row) for row in await connection.fetch(query, *arguments)]
    finally:
        await connection.close()


async def kill_the_owner(database_url: str) -> None:
    """Kill the process that holds the task, and wait until its lease is gone."""
    [(owner, name)] = await fetch(database_url, OWNER)
    psutil.Process(int(name.rpartition(":")[2])).kill()
    while await fetch(database_url, "SELECT FROM workers WHERE id = $1", owner):
        await asyncio.sleep(0.05)


async def test_a_prefork_parent_hands_back_what_its_dead_child_held(cluster: Cluster) -> None:
    worker = cluster.start_worker(pool="prefork", concurrency=2, GREENWAY_BUILTIN_PACE=SLOW)
    wait_until(lambda: len(worker.logged("worker_started")) == 2)
    async with cluster.client() as client:
        roadmap_id = await client.create(goal="Learn Git", concepts=30, auto_approve=True)
        await client.until(roadmap_id, lambda roadmap: roadmap["progress"]["completed"] >= 1)
        await kill_the_owner(cluster.database_url)
        assert await fetch(cluster.database_url, CRASHES) == [(1,)]
        await client.until_status(roadmap_id, "completed")
        assert await versions(cluster.database_url, roadmap_id) == {1}
    assert [entry["tasks"] for entry in worker.logged("tasks_requeued")] == [1]
    # Children that end in order hand nothing back.
    assert worker.terminate() == 0
    assert len(worker.logged("tasks_requeued")) == 1


async def test_up_hands_back_what_its_dead_worker_held(
    database_url: str, valkey: EmbeddedValkey, tmp_path: Path
) -> None:
    port, said = free_port(), tmp_path / "up.log"
    command = [sys.executable, "-m", "app.cli", "up", "--port", str(port), "--data-dir", str(tmp_path / "data")]
    servers = {"DATABASE_URL": database_url, "REDIS_URL": valkey.url, "GREENWAY_WORKER_METRICS_PORT": "0"}
    with a_process(command, said, **servers, GREENWAY_BUILTIN_PACE=SLOW):
        wait_until(lambda: "Greenway is ready" in said.read_text())
        cluster = Cluster(database_url, valkey.url, tmp_path, url=f"http://127.0.0.1:{port}")
        async with cluster.client() as client:
            roadmap_id = await client.create(goal="Learn Git", concepts=30, auto_approve=True)
            await client.until(roadmap_id, lambda roadmap: roadmap["progress"]["completed"] >= 1)
            await kill_the_owner(database_url)
            assert await fetch(database_url, CRASHES) == [(1,)]
            await client.until_status(roadmap_id, "completed")
            assert await versions(database_url, roadmap_id) == {1}
        assert "Worker 1 ended with signal 9; starting it again." in said.read_text()
