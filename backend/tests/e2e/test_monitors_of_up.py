"""Celery's own tools see the workers of `greenway up`."""

import sys
from pathlib import Path

from e2e.cluster import Cluster, a_process, wait_until
from e2e.monitors import ask, assert_celery_sees, flower

from app.embedded.ports import free_port

WORKERS = 2


async def test_status_inspect_and_flower_see_every_worker_of_up(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    port = free_port()
    command = [sys.executable, "-m", "app.cli", "up", f"--workers={WORKERS}", f"--port={port}"]
    command += [f"--data-dir={tmp_path / 'data'}"]
    settings = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "GREENWAY_WORKER_METRICS_PORT": "0"}
    log = tmp_path / "up.log"
    cluster = Cluster(database_url, redis_url, tmp_path, f"http://127.0.0.1:{port}")
    with a_process(command, log, **settings, GREENWAY_BUILTIN_PACE="1"), flower(redis_url, tmp_path) as monitor:
        wait_until(lambda: "Greenway is ready" in log.read_text())
        async with cluster.client() as client:
            roadmap_id = await client.create(concepts=100, auto_approve=True)
            roadmap = await client.until(roadmap_id, lambda it: it["task"]["kind"] == "content")
            await client.until(roadmap_id, lambda it: it["task"]["status"] == "running")
        names = ask(redis_url, "ping", WORKERS)
        assert len(names) == WORKERS
        assert_celery_sees(redis_url, names, [roadmap["task"]["task_id"]])
        wait_until(lambda: monitor.workers() == set(names))
