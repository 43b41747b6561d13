"""Celery's own tools see the workers, and cannot stop them unless a setting says so."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import httpx2
import pytest
from e2e.cluster import Cluster, WorkerProcess, ready, wait_until
from e2e.monitors import celery, flower, inspect
from redis import Redis

QUEUE = "content_generation"


@pytest.fixture(params=["prefork", "threads"])
def worker(request: pytest.FixtureRequest, cluster: Cluster) -> WorkerProcess:
    """A worker on the command line of the contract, with either pool."""
    return on_line(cluster, pool=request.param)


def on_line(cluster: Cluster, *, pace: str = "0", **options: Any) -> WorkerProcess:
    """A worker that answers Celery's tools."""
    worker = ready(cluster.start_worker(queues=QUEUE, concurrency=2, GREENWAY_BUILTIN_PACE=pace, **options))
    wait_until(lambda: "ready." in worker.log.read_text())
    return worker


def envelope(body: bytes, /, **changes: object) -> bytes:
    """A message as Celery's tools broadcast it."""
    properties = {
        "delivery_mode": 1,
        "delivery_info": {"exchange": "celery.pidbox", "routing_key": ""},
        "priority": 0,
        "body_encoding": "base64",
        "delivery_tag": "a",
    }
    whole = {
        "body": b64encode(body).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {},
        "properties": properties,
    }
    return json.dumps({**whole, **changes}).encode()


RUBBISH = (
    b"\xff\xfe",
    b"rubbish",
    b"null",
    b"3",
    b"[1]",
    b"{}",
    b'{"body": "e30="}',
    envelope(b"[1]"),
    envelope(b"3"),
    envelope(b"\xff{"),
    envelope(b"{}"),
    envelope(b"{}", headers=3),
    envelope(b"{}", body=None),
    envelope(b"{}", **{"content-type": "application/x-python-serialize"}),
    envelope(b'{"method": 3}'),
    envelope(b'{"method": "unknown"}'),
    envelope(b'{"method": "ping", "arguments": 3}'),
    envelope(b'{"method": "report", "arguments": {"unknown": 1}}'),
    envelope(b'{"method": "ping", "reply_to": 3}'),
    envelope(b'{"method": "ping", "destination": 3}'),
    envelope(b'{"method": "ping", "unknown": 3}'),
    envelope(b'{"hostname": "other", "type": 3, "clock": "x"}'),
)


@pytest.mark.parametrize("pool", ["prefork", "threads"])
async def test_inspect_shows_the_task_that_runs_by_its_id(cluster: Cluster, pool: str) -> None:
    on_line(cluster, pool=pool, pace="5")
    async with cluster.client() as client:
        roadmap_id = await client.create(concepts=30, auto_approve=True)
        roadmap = await client.until(roadmap_id, lambda it: it["task"]["status"] == "running")
        task_id = roadmap["task"]["task_id"]
        [active] = inspect(cluster.redis_url, "active").values()
        await client.post(roadmap_id, "cancel")
    assert [(request["id"], request["args"]) for request in active] == [(task_id, [task_id])]


async def test_one_message_does_not_stop_or_shrink_a_worker(cluster: Cluster, worker: WorkerProcess) -> None:
    for command in ("shutdown",), ("pool_shrink", "1"):
        refused = celery(cluster.redis_url, "control", *command).stdout
        assert f"{command[0]} is not allowed" in refused and "GREENWAY_CELERY_CONTROL=all allows it." in refused
    [stats] = inspect(cluster.redis_url, "stats").values()
    assert stats["pool"]["max-concurrency"] == 2
    assert worker.process.poll() is None


async def test_a_setting_allows_everything(cluster: Cluster) -> None:
    worker = on_line(cluster, GREENWAY_CELERY_CONTROL="all")
    celery(cluster.redis_url, "control", "shutdown")
    assert worker.process.wait(30) == 0


async def test_a_setting_turns_everything_off(cluster: Cluster) -> None:
    on_line(cluster, GREENWAY_CELERY_CONTROL="off")
    assert "No nodes replied" in celery(cluster.redis_url, "inspect", "ping").stderr


async def test_rubbish_neither_ends_a_worker_nor_floods_its_log(cluster: Cluster, worker: WorkerProcess) -> None:
    with Redis.from_url(cluster.redis_url) as redis:
        channels = ("/0.celery.pidbox", "/0.celeryev/worker.heartbeat")
        assert all(redis.publish(channel, b"rubbish") == 1 for channel in channels), "somebody listens"
        before = len(worker.log.read_text().splitlines())
        for rubbish in RUBBISH * 3:
            for channel in channels:
                redis.publish(channel, rubbish)
        redis.flushall()
    assert list(inspect(cluster.redis_url, "ping").values()) == [{"ok": "pong"}]
    assert worker.process.poll() is None
    lines = worker.log.read_text().splitlines()
    assert any("broadcast_ignored" in line for line in lines)
    assert len(lines) - before <= 4, lines[before:]


async def test_flower_sees_the_worker_and_its_tasks(cluster: Cluster, worker: WorkerProcess, tmp_path: Path) -> None:
    with flower(cluster.redis_url, tmp_path) as monitor:

        def shows(path: str) -> bool:
            try:
                answer = monitor.get(path)
            except httpx2.TransportError:
                return False
            return answer.status_code == 200 and bool(answer.json())

        wait_until(lambda: shows("/workers"))
        [name] = monitor.get("/workers").json()
        wait_until(lambda: monitor.get("/workers?status=true").json() == {name: True})
        wait_until(lambda: "enabled" in celery(cluster.redis_url, "control", "enable_events").stdout)
        async with cluster.client() as client:
            roadmap_id = await client.create(concepts=3, auto_approve=True)
            roadmap = await client.until_status(roadmap_id, "completed")
        wait_until(lambda: shows("/tasks") and roadmap["task"]["task_id"] in monitor.get("/tasks").json())
