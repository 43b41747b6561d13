"""Real processes for whole-system tests: an API, Celery workers, and clients that talk to them."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
from celery import Celery
from processes import TETHERED
from websockets.asyncio.client import ClientConnection, connect

from app.core.celery_app import CONTENT_QUEUE
from app.embedded.ports import free_port

BACKEND = Path(__file__).resolve().parents[2]
CELERY = (sys.executable, "-m", "celery", "-A", "app.core.celery_app", "worker", "--loglevel=info")
"""The command line of the contract, up to the pool; run from `backend/`."""
BOTH_QUEUES = "content_generation,roadmap_drafting"
DEADLINE = 60.0


@dataclass
class WorkerProcess:
    process: "subprocess.Popen[bytes]"
    log: Path
    metrics_port: int

    def logs(self) -> list[dict[str, Any]]:
        """The structured lines of its log so far."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def logged(self, event: str, **fields: object) -> list[dict[str, Any]]:
        return [
            entry
            for entry in self.logs()
            if entry["event"] == event and all(entry.get(name) == value for name, value in fields.items())
        ]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def terminate(self) -> int:
        self.process.terminate()
        return self.process.wait(DEADLINE)


@dataclass
class Cluster:
    """One Greenway; everything it starts ends with it."""

    database_url: str
    redis_url: str
    directory: Path
    url: str = ""
    worker: WorkerProcess | None = None
    """The worker that a shared cluster has from the start."""
    api: "subprocess.Popen[bytes] | None" = None
    """The API that was started last."""
    _started: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    def start_api(self, *, files: int | None = None, **settings: str) -> "subprocess.Popen[bytes]":
        """`files` is how many it may open."""
        port = int(self.url.rpartition(":")[2]) if self.url else free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "app.cli", "api", "--port", str(port)]
        if files is not None:
            command = ["sh", "-c", f'ulimit -n {files} && exec "$0" "$@"', *command]
        self.api = self._start(command, self.directory / "api.log", settings)
        return self.api

    def start_worker(
        self,
        *,
        queues: str = BOTH_QUEUES,
        pool: str = "threads",
        concurrency: int = 16,
        options: Sequence[str] = (),
        **settings: str,
    ) -> WorkerProcess:
        metrics_port = free_port()
        log = self.directory / f"worker-{metrics_port}.log"
        if (queues, pool) == (BOTH_QUEUES, "threads") and not options:
            command = [sys.executable, "-m", "app.cli", "worker", f"--concurrency={concurrency}"]
        else:
            command = [*CELERY, f"--queues={queues}", f"--concurrency={concurrency}", f"--pool={pool}", *options]
        env = {"GREENWAY_WORKER_METRICS_PORT": str(metrics_port), **settings}
        return WorkerProcess(self._start(command, log, env), log, metrics_port)

    def stop_workers(self) -> None:
        """End all that runs besides the API."""
        _end([process for process in self._started if process is not self.api])

    def stop(self) -> None:
        _end(self._started)

    @asynccontextmanager
    async def client(self) -> AsyncIterator["Client"]:
        async with httpx2.AsyncClient(base_url=f"{self.url}/api/v1", trust_env=False, timeout=30) as http:
            yield Client(self, http)

    def _start(
        self, command: list[str], log: Path, settings: dict[str, str] | None = None
    ) -> "subprocess.Popen[bytes]":
        env = {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "GREENWAY_BUILTIN_PACE": "0",
            "LOG_FORMAT": "json",
            **(settings or {}),
        }
        process = _start(command, log, env)
        self._started.append(process)
        return process


@dataclass
class Client:
    cluster: Cluster
    http: httpx2.AsyncClient
    patience: float = DEADLINE
    """Seconds that `until` waits."""

    async def create(self, goal: str = "Learn SQL for data analysis", **body: object) -> str:
        answer = await self.http.post("/roadmaps", json={"goal": goal, "concepts": 12, **body})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["roadmap_id"])

    async def read(self, roadmap_id: str) -> dict[str, Any]:
        answer = await self.http.get(f"/roadmaps/{roadmap_id}")
        assert answer.status_code == 200, answer.text
        roadmap: dict[str, Any] = answer.json()
        return roadmap

    async def post(self, roadmap_id: str, command: str) -> httpx2.Response:
        return await self.http.post(f"/roadmaps/{roadmap_id}/{command}")

    async def until(self, roadmap_id: str, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Read the roadmap until the condition holds."""
        async with asyncio.timeout(self.patience):
            while not condition(roadmap := await self.read(roadmap_id)):
                await asyncio.sleep(0.05)
        return roadmap

    async def until_status(self, roadmap_id: str, *statuses: str) -> dict[str, Any]:
        return await self.until(roadmap_id, lambda roadmap: roadmap["status"] in statuses)

    @asynccontextmanager
    async def socket(
        self, roadmap_id: str, since: int | str | None = None, *, coalesce: str = ""
    ) -> AsyncIterator[ClientConnection]:
        query = f"?coalesce={coalesce}" if since is None else f"?since={since}&coalesce={coalesce}"
        address = self.cluster.url.replace("http", "ws", 1)
        url = f"{address}/api/v1/ws/roadmaps/{roadmap_id}{query}"
        # Without an end to the queue, since a client that has stopped reading would never see that the server closes.
        async with connect(url, proxy=None, max_size=None, max_queue=None) as socket:
            yield socket


def ring(redis_url: str, entry_point: str, task_id: str) -> None:
    """Send a doorbell by hand."""
    with Celery(broker=redis_url) as celery:
        celery.send_task(entry_point, args=[task_id], queue=CONTENT_QUEUE)


async def versions(database_url: str, roadmap_id: str) -> set[int]:
    """The versions of all artefacts: more than 1 means that something was paid for twice and saved twice."""
    connection = await asyncpg.connect(database_url)
    try:
        rows = await connection.fetch("SELECT version FROM artefacts WHERE roadmap_id = $1::uuid", roadmap_id)
    finally:
        await connection.close()
    return {row["version"] for row in rows}


async def frames(socket: ClientConnection) -> AsyncIterator[dict[str, Any]]:
    """What a WebSocket sends, without heartbeats, up to the end of the run or of the connection."""
    async with asyncio.timeout(DEADLINE):
        async for text in socket:
            frame = json.loads(text)
            if frame["type"] == "heartbeat":
                continue
            yield frame
            if frame["type"] in {"completed", "failed", "cancelled"}:
                return


def concepts_of(roadmap: dict[str, Any]) -> list[dict[str, Any]]:
    return [concept for stage in roadmap["stages"] for module in stage["modules"] for concept in module["concepts"]]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, "the condition has not come true"
        time.sleep(0.05)


def ready(worker: WorkerProcess) -> WorkerProcess:
    """Wait until the worker holds its lease."""
    wait_until(lambda: bool(worker.logged("worker_started")))
    return worker


def _start(command: Sequence[str], log: Path, env: dict[str, str]) -> "subprocess.Popen[bytes]":
    with log.open("ab") as output:
        return subprocess.Popen(
            command, cwd=BACKEND, env={**os.environ, **env}, stdout=output, stderr=output, **TETHERED
        )


@contextmanager
def a_process(command: Sequence[str], log: Path, **settings: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that works in `backend/`, and ends with the `with` block, whatever happens."""
    process = _start(command, log, settings)
    try:
        yield process
    finally:
        _end([process])


def _end(processes: "Sequence[subprocess.Popen[bytes]]") -> None:
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGCONT)  # a test may have failed while it stood still
    for process in processes:
        try:
            process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def a_cluster(
    database_url: str, redis_url: str, directory: Path, *, files: int | None = None, **settings: str
) -> Iterator[Cluster]:
    cluster = Cluster(database_url, redis_url, directory)
    try:
        cluster.start_api(files=files, **settings)
        wait_until(lambda: _is_ready(cluster.url))
        yield cluster
    finally:
        cluster.stop()


def _is_ready(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/readyz", trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False
