"""The API and the worker import what they need, and begin when they are told."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from e2e.cluster import wait_until
from processes import PATIENCE, TETHERED, environment

from app.embedded.ports import free_port
from app.embedded.starting_gate import GO, OPTION

NOWHERE = {"DATABASE_URL": "postgresql://127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}
WORKER = ("worker",)


@contextmanager
def at_the_gate(directory: Path, *command: str) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", *command, OPTION],
        cwd=directory,
        env=environment(**NOWHERE, GREENWAY_WORKER_METRICS_PORT="0"),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **TETHERED,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def answers(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/health", trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


def test_the_api_begins_when_it_is_told(tmp_path: Path) -> None:
    port = free_port()
    with at_the_gate(tmp_path, "api", "--port", str(port)) as api:
        assert api.stdin is not None
        api.stdin.write(GO)
        api.stdin.flush()
        wait_until(lambda: answers(port))


def test_a_worker_begins_when_it_is_told(tmp_path: Path) -> None:
    with at_the_gate(tmp_path, *WORKER) as worker:
        assert worker.stdin is not None
        assert worker.stderr is not None
        worker.stdin.write(GO)
        worker.stdin.flush()
        assert worker.stderr.readline(), "it says that there is no Redis"


@pytest.mark.parametrize("command", [("api", "--port", "0"), WORKER])
def test_without_whoever_would_tell_it_ends(command: tuple[str, ...], tmp_path: Path) -> None:
    port = str(free_port())
    with at_the_gate(tmp_path, *(port if word == "0" else word for word in command)) as process:
        _, said = process.communicate(timeout=PATIENCE)
        assert (process.returncode, said) == (1, b"")
