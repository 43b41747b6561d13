"""Celery's own tools see the workers of `greenway up`."""

import json
import os
import subprocess
import sys
from pathlib import Path

from e2e.cluster import BACKEND, wait_until
from e2e.monitors import celery

from app.embedded.ports import free_port
from app.embedded.valkey import EmbeddedValkey


def test_status_sees_every_worker_of_up(migrated: str, valkey: EmbeddedValkey, tmp_path: Path) -> None:
    from_outside = {"DATABASE_URL": migrated, "REDIS_URL": valkey.url, "GREENWAY_WORKER_METRICS_PORT": "0"}
    command = [sys.executable, "-m", "app.cli", "up", "--workers", "2", "--port", str(free_port())]
    command += ["--data-dir", str(tmp_path / "data")]
    said = tmp_path / "up.log"
    with said.open("wb") as log:
        up = subprocess.Popen(command, cwd=BACKEND, env={**os.environ, **from_outside}, stdout=log, stderr=log)
    try:
        wait_until(lambda: "Greenway is ready" in said.read_text())
        wait_until(lambda: "2 nodes online." in celery(valkey.url, "status").stdout)
        answers = json.loads(celery(valkey.url, "inspect", "--json", "ping").stdout)
        assert list(answers.values()) == [{"ok": "pong"}] * 2
    finally:
        up.terminate()
        up.wait(60)
