"""Flower and `celery events` see the workers and their tasks, and a setting decides what a message may do."""

import asyncio
from pathlib import Path
from socket import gethostname
from typing import Any

import httpx2
from celery import Celery
from e2e.cluster import DEADLINE, Cluster, a_process, ready, wait_until
from e2e.monitors import CELERY, ask, contract_worker, flower

from app.core.celery_app import GENERATE_CONTENT


async def a_roadmap(cluster: Cluster) -> str:
    """The id of the task that has written it."""
    async with cluster.client() as client:
        roadmap = await client.until_status(await client.create(concepts=3, auto_approve=True), "completed")
    return str(roadmap["task"]["task_id"])


async def test_events_arrive_even_from_a_worker_that_listens_to_nobody(cluster: Cluster, tmp_path: Path) -> None:
    ready(contract_worker(cluster, "-E", GREENWAY_CELERY_CONTROL="off"))
    log = tmp_path / "events.log"
    with a_process([*CELERY, "events", "--dump"], log, REDIS_URL=cluster.redis_url):
        wait_until(lambda: "heartbeat" in log.read_text())
        task_id = await a_roadmap(cluster)
        wait_until(lambda: f"task succeeded: {GENERATE_CONTENT}({task_id})" in log.read_text())
    for event in ("received", "started"):
        assert f"task {event}: {GENERATE_CONTENT}({task_id})" in log.read_text()
    with Celery(broker=cluster.redis_url) as app:
        assert app.control.ping(timeout=1) == []


async def test_flower_lists_the_worker_and_its_tasks(cluster: Cluster, tmp_path: Path) -> None:
    """It turns task events on by itself, and leaves the worker's metrics alone though Celery loads it there, too."""
    worker = ready(contract_worker(cluster))
    with flower(cluster.redis_url, tmp_path) as monitor:
        wait_until(lambda: monitor.workers() == {f"celery@{gethostname()}"})
        async with asyncio.timeout(DEADLINE):
            # It may have turned them on in the middle of the first ones.
            name = None
            while name != GENERATE_CONTENT:
                task_id = await a_roadmap(cluster)
                name = monitor.get("/tasks").get(task_id, {}).get("name")
    metrics = httpx2.get(f"http://127.0.0.1:{worker.metrics_port}/metrics", trust_env=False).text
    assert "content_generation_incremental_saves_total" in metrics


def test_a_setting_lets_a_message_change_and_stop_a_worker(cluster: Cluster) -> None:
    worker = ready(contract_worker(cluster, GREENWAY_CELERY_CONTROL="all"))
    wait_until(lambda: "ready." in worker.log.read_text())

    def order(command: str, **arguments: object) -> Any:
        [answer] = ask(cluster.redis_url, command, 1, **arguments).values()
        return answer

    assert "ok" in order("rate_limit", task_name=GENERATE_CONTENT, rate_limit="1/h")
    assert "ok" in order("time_limit", task_name=GENERATE_CONTENT, hard=600)
    assert "ok" in order("revoke", task_id="unknown", terminate=True)
    assert "ok" in order("pool_shrink", n=1)
    wait_until(lambda: len(order("stats")["pool"]["processes"]) == 1)
    with Celery(broker=cluster.redis_url) as app:
        app.control.shutdown()
    assert worker.process.wait(DEADLINE) == 0
