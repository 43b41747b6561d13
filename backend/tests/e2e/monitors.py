"""People's own monitors: Celery's command line and Flower, as processes beside the workers."""

import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from celery import Celery
from e2e.cluster import BACKEND, Cluster, WorkerProcess, a_process

from app.core.celery_app import CONTENT_QUEUE, GENERATE_CONTENT
from app.embedded.ports import free_port

CELERY = (sys.executable, "-m", "celery", "-A", "app.core.celery_app")
PATIENCE = 20
"""Seconds that an answer may take on a busy machine; nobody waits longer than it takes."""
ATTEMPTS = 3


def contract_worker(cluster: Cluster, *options: str, **settings: str) -> WorkerProcess:
    """A worker on the contract's own command line, which may have further options."""
    return cluster.start_worker(pool="prefork", concurrency=2, queues=CONTENT_QUEUE, options=options, **settings)


def celery(redis_url: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """`celery ARGUMENTS`, from `backend/`, to its end."""
    env = {**os.environ, "REDIS_URL": redis_url}
    return subprocess.run([*CELERY, *arguments], cwd=BACKEND, env=env, capture_output=True, text=True, timeout=60)


def ask(redis_url: str, command: str, workers: int, **arguments: object) -> dict[str, Any]:
    """What so many workers answer, by name: sent as `celery inspect` and `celery control` send it. A worker that
    has just said that it is ready may not have subscribed yet: it is asked again."""
    with Celery(broker=redis_url) as app:
        for _ in range(ATTEMPTS):
            answers = app.control.broadcast(command, arguments, reply=True, timeout=PATIENCE, limit=workers)
            if answers and len(answers) == workers:
                break
    return {name: answer for one in answers or [] for name, answer in one.items()}


def assert_celery_sees(redis_url: str, workers: Collection[str], tasks: Collection[str]) -> None:
    """What people type shows these workers, and that they run these tasks and no others."""
    named = ("--json", f"--timeout={PATIENCE}", f"--destination={','.join(workers)}")

    def inspect(command: Sequence[str]) -> dict[str, Any]:
        ended = celery(redis_url, "inspect", *named, *command)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        password = urlsplit(redis_url).password
        assert password and password not in ended.stdout
        answers: dict[str, Any] = json.loads(ended.stdout)
        assert answers.keys() == set(workers)
        return answers

    commands = [["ping"], ["active"], ["stats"], ["registered"], ["query_task", *tasks]]
    with ThreadPoolExecutor() as pool:
        asked_for_all = pool.submit(celery, redis_url, "status", "--timeout=3")
        pong, active, stats, registered, found = pool.map(inspect, commands)
    status = asked_for_all.result().stdout
    assert all(f"{name}: OK" in status for name in workers), status
    assert f"{len(workers)} node" in status
    assert list(pong.values()) == [{"ok": "pong"}] * len(workers)
    assert sorted(request["id"] for requests in active.values() for request in requests) == sorted(tasks)
    assert all(answer["pool"]["max-concurrency"] > 0 for answer in stats.values())
    assert all(any(GENERATE_CONTENT in task for task in answer) for answer in registered.values())
    # A second message for a task may wait at another worker.
    states = [(task, state) for answer in found.values() for task, (state, _) in answer.items()]
    assert sorted(task for task, state in states if state == "active") == sorted(tasks), states


@contextmanager
def flower(redis_url: str, directory: Path) -> Iterator["Flower"]:
    """A real Flower, and what its HTTP API says."""
    port = free_port()
    command = [*CELERY, "flower", f"--port={port}", "--address=127.0.0.1"]
    settings = {"REDIS_URL": redis_url, "FLOWER_UNAUTHENTICATED_API": "true"}
    with (
        a_process(command, directory / "flower.log", **settings),
        httpx2.Client(base_url=f"http://127.0.0.1:{port}/api", trust_env=False, timeout=30) as http,
    ):
        yield Flower(http)


class Flower:
    def __init__(self, http: httpx2.Client) -> None:
        self._http = http

    def get(self, path: str) -> dict[str, Any]:
        """Nothing while it starts."""
        try:
            answer = self._http.get(path)
        except httpx2.TransportError:
            return {}
        shown: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
        return shown

    def workers(self) -> set[str]:
        """Those that are alive, as far as their heartbeats tell."""
        return {name for name, is_alive in self.get("/workers?status=true").items() if is_alive}
