"""People's own monitors: Celery's command line and Flower, as processes beside the workers."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from e2e.cluster import BACKEND

from app.embedded.ports import free_port

CELERY = (sys.executable, "-m", "celery", "-A", "app.core.celery_app")


def celery(redis_url: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """`celery ARGUMENTS`, from `backend/`, to its end."""
    env = {**os.environ, "REDIS_URL": redis_url}
    return subprocess.run([*CELERY, *arguments], cwd=BACKEND, env=env, capture_output=True, text=True, timeout=60)


def inspect(redis_url: str, *command: str) -> dict[str, Any]:
    """What `celery inspect COMMAND` prints, by worker."""
    ended = celery(redis_url, "inspect", "--json", *command)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    answers: dict[str, Any] = json.loads(ended.stdout)
    return answers


@contextmanager
def flower(redis_url: str, directory: Path) -> Iterator[httpx2.Client]:
    """A real Flower, and a client of its HTTP API."""
    port = free_port()
    env = {**os.environ, "REDIS_URL": redis_url, "FLOWER_UNAUTHENTICATED_API": "true"}
    command = [*CELERY, "flower", f"--port={port}", "--address=127.0.0.1"]
    with (directory / "flower.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=BACKEND, env=env, stdout=log, stderr=log)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}/api", trust_env=False, timeout=30) as http:
            yield http
    finally:
        process.terminate()
        process.wait(30)
