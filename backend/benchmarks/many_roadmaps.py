"""Many roadmaps at once in one worker process with threads: time, memory and connections."""

import asyncio
import json
import math
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import asyncpg
import psutil

from app.core.logging import configure_logging
from app.core.settings import Settings, load_settings
from app.tasks.runtime import WorkerRuntime
from benchmarks.author import TimedAuthor
from benchmarks.report import Figure
from benchmarks.servers import bench, run

ROADMAPS, CONCEPTS, SECONDS = 120, 30, 0.5
ROUNDS = 3
MEBIBYTE = 2**20


def measure() -> list[Figure]:
    """Each round is a fresh worker process, which reports what it measured."""
    rounds = []
    for _ in range(ROUNDS):
        task_ids = run(_prepare())
        answer = subprocess.run(
            [sys.executable, "-m", "benchmarks.many_roadmaps"],
            input=json.dumps([str(task_id) for task_id in task_ids]),
            capture_output=True,
            text=True,
            check=True,
        )
        rounds.append(json.loads(answer.stdout))
    ideal = math.ceil(CONCEPTS / 5) * SECONDS
    name = f"{ROADMAPS} roadmaps of {CONCEPTS} concepts"
    return [
        Figure("many roadmaps", f"{name}: time / ideal ({ideal:g} s)", "x", _of(rounds, "seconds", ideal), 1.25),
        Figure("many roadmaps", f"{name}: memory of the worker (RSS)", "MiB", _of(rounds, "rss", MEBIBYTE), 200),
        Figure("many roadmaps", f"{name}: database connections", "", _of(rounds, "connections"), 10),
    ]


def _of(rounds: list[dict[str, float]], name: str, unit: float = 1) -> tuple[float, ...]:
    return tuple(one[name] / unit for one in rounds)


async def timed_author(_: Settings) -> TimedAuthor:
    return TimedAuthor(SECONDS)


async def _prepare() -> list[UUID]:
    async with bench() as setting:
        return [(await setting.approved(CONCEPTS))[1] for _ in range(ROADMAPS)]


def _work(task_ids: list[UUID]) -> dict[str, float]:
    """In the worker process: run all tasks in threads, as Celery's pool does."""
    settings = load_settings()
    runtime = WorkerRuntime(settings, worker_id=uuid4(), capacity=128, make_author=timed_author)
    runtime.start()
    watch = _Connections(settings.require_database_url())
    watch.start()
    with ThreadPoolExecutor(128) as threads:
        started = time.perf_counter()
        list(threads.map(runtime.run, task_ids))
        seconds = time.perf_counter() - started
    rss = psutil.Process().memory_info().rss
    watch.stop()
    runtime.stop()
    return {"seconds": seconds, "rss": rss, "connections": watch.most}


class _Connections(threading.Thread):
    """Counts this process's connections now and then."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url = url.replace("+asyncpg", "")
        self._done = threading.Event()
        self.most = 0

    def stop(self) -> None:
        self._done.set()
        self.join()

    def run(self) -> None:
        asyncio.run(self._count())

    async def _count(self) -> None:
        connection = await asyncpg.connect(self._url)
        query = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'greenway-%'"
        while not self._done.wait(0.25):
            self.most = max(self.most, await connection.fetchval(query))
        await connection.close()


if __name__ == "__main__":
    configure_logging(format="console", level="ERROR")
    os.environ.setdefault("GREENWAY_WORKER_METRICS_PORT", "0")
    json.dump(_work([UUID(task_id) for task_id in json.load(sys.stdin)]), sys.stdout)
