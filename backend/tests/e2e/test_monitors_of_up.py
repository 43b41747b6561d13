"""Celery's own tools see the workers of `greenway up`."""

import json
import sys
from pathlib import Path

from e2e.cluster import Cluster, a_process, wait_until
from e2e.monitors import ask, assert_celery_sees, flower

from app.embedded.ports import free_port

WORKERS = 2


async def test_status_inspect_and_flower_see_every_worker_of_up(database_url: str, tmp_path: Path) -> None:
    url, data = f"http://127.0.0.1:{free_port()}", tmp_path / "data"
    command = [sys.executable, "-m", "app.cli", "up", f"--workers={WORKERS}", f"--port={url.rpartition(':')[2]}"]
    settings = {"DATABASE_URL": database_url, "GREENWAY_WORKER_METRICS_PORT": "0", "GREENWAY_BUILTIN_PACE": "1"}
    log = tmp_path / "up.log"
    with a_process([*command, f"--data-dir={data}"], log, **settings):
        wait_until(lambda: "Greenway is ready" in log.read_text())
        redis_url = json.loads((data / "run.json").read_text())["redis_url"]
        with flower(redis_url, tmp_path) as monitor:
            async with Cluster(database_url, redis_url, tmp_path, url).client() as client:
                roadmap_id = await client.create(concepts=100, auto_approve=True)
                drafted = await client.until(roadmap_id, lambda it: it["task"]["kind"] == "content")
                await client.until(roadmap_id, lambda it: it["task"]["status"] == "running")
            names = ask(redis_url, "ping", WORKERS)
            assert len(names) == WORKERS
            assert_celery_sees(redis_url, names, [drafted["task"]["task_id"]])
            wait_until(lambda: monitor.workers() == set(names))
