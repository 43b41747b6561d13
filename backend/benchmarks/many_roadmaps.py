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
from benchmarks.author import TimedAuthor, an_outline
from benchmarks.report import Figure
from benchmarks.servers import bench, run

ROADMAPS, CONCEPTS, SECONDS = 120, 30, 0.5
ROUNDS = 2
CAPACITY = 128
"""Tasks that the worker runs at once, as `greenway worker` does unless told otherwise."""
MEBIBYTE = 2**20


def measure() -> list[Figure]:
    """Rounds of a fresh worker process and of the floor's, one after the other; each reports what it measured."""
    ours, floor = [], []
    for _ in range(ROUNDS):
        ours.append(_round("benchmarks.many_roadmaps"))
        floor.append(_round("benchmarks.floor"))
    ideal = math.ceil(CONCEPTS / 5) * SECONDS
    written = ROADMAPS * CONCEPTS / 1000
    name = f"{ROADMAPS} roadmaps of {CONCEPTS} concepts"
    ratios = {
        key: tuple(one[key] / other[key] for one, other in zip(ours, floor, strict=True)) for key in ("seconds", "cpu")
    }
    return [
        Figure("many roadmaps", f"{name}: time / floor", "x", ratios["seconds"], 1.1),
        Figure("many roadmaps", f"{name}: processor time / floor", "x", ratios["cpu"], 3),
        Figure("many roadmaps", f"{name}: time / ideal ({ideal:g} s)", "x", _of(ours, "seconds", ideal)),
        Figure("many roadmaps", f"{name}: floor: time / ideal ({ideal:g} s)", "x", _of(floor, "seconds", ideal)),
        Figure("many roadmaps", f"{name}: processor time of a concept", "ms", _of(ours, "cpu", written)),
        Figure("many roadmaps", f"{name}: floor: processor time of a concept", "ms", _of(floor, "cpu", written)),
        Figure("many roadmaps", f"{name}: memory of the worker (RSS)", "MiB", _of(ours, "rss", MEBIBYTE), 200),
        Figure("many roadmaps", f"{name}: database connections", "", _of(ours, "connections"), 10),
    ]


def _round(program: str) -> dict[str, float]:
    tasks = [str(task_id) for task_id in run(_prepare())]
    concepts = [concept.concept_id for concept in an_outline(CONCEPTS).concepts]
    answer = subprocess.run(
        [sys.executable, "-m", program],
        input=json.dumps({"tasks": tasks, "concepts": concepts, "seconds": SECONDS}),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    figures: dict[str, float] = json.loads(answer.stdout)
    return figures


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
    runtime = WorkerRuntime(settings, worker_id=uuid4(), capacity=CAPACITY, make_author=timed_author)
    runtime.start()
    watch = _Connections(settings.require_database_url())
    watch.start()
    with ThreadPoolExecutor(CAPACITY) as threads:
        started, cpu = time.perf_counter(), time.process_time()
        list(threads.map(runtime.run, task_ids))
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    rss = psutil.Process().memory_info().rss
    watch.stop()
    runtime.stop()
    return {"seconds": seconds, "cpu": cpu, "rss": rss, "connections": watch.most}


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
    json.dump(_work([UUID(task_id) for task_id in json.load(sys.stdin)["tasks"]]), sys.stdout)
