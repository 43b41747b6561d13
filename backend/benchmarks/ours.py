"""A worker process of Greenway with all its parts, its threads, lease and sweep, that carries out an order."""

import asyncio
import json
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import asyncpg
import psutil

from app.core.logging import configure_logging
from app.core.settings import Settings, load_settings
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import Artefact
from app.generation.work import ConceptBrief, Delivery
from app.tasks.runtime import WorkerRuntime
from benchmarks.author import TimedAuthor
from benchmarks.order import Order


class OrderedAuthor(TimedAuthor):
    """Takes as long as the order says for each artefact."""

    def __init__(self, order: Order) -> None:
        super().__init__(0)
        self._order = order

    async def write(self, kind: ArtefactKind, brief: ConceptBrief) -> Delivery[Artefact]:
        await self._order.take(brief.concept.concept_id, kind, brief.request.goal)
        return await super().write(kind, brief)


def carry_out(order: Order) -> dict[str, float]:
    """Run all tasks of an order in threads, as Celery's pool does."""
    settings = load_settings()
    capacity = len(order.tasks) + 8

    async def author(_: Settings) -> OrderedAuthor:
        return OrderedAuthor(order)

    runtime = WorkerRuntime(settings, worker_id=uuid4(), capacity=capacity, make_author=author)
    runtime.start()
    watch = _Connections(settings.require_database_url())
    watch.start()
    with ThreadPoolExecutor(capacity) as threads:
        began, cpu = time.perf_counter(), time.process_time()
        list(threads.map(runtime.run, order.task_ids))
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
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
        query = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'greenway-worker%'"
        while not self._done.wait(0.25):
            self.most = max(self.most, await connection.fetchval(query))
        await connection.close()


if __name__ == "__main__":
    configure_logging(format="console", level="ERROR")
    os.environ.setdefault("GREENWAY_WORKER_METRICS_PORT", "0")
    json.dump(carry_out(Order.from_stdin()), sys.stdout)
