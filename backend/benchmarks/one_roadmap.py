"""One roadmap: how much longer than its agents alone a run takes."""

import math
import time

from app.db.content_store import PostgresContentStore
from app.db.flush_writer import FlushWriter
from app.generation.orchestrator import Limits, Orchestrator
from benchmarks.author import TimedAuthor
from benchmarks.report import Figure
from benchmarks.servers import Bench, bench, run

ROUNDS = 5
CASES = ((30, 0.5, 1.08), (300, 0.02, 1.15), (1000, 0.02, 1.15))
"""Concepts, seconds an agent takes, and the ratio to the ideal that is allowed."""


def measure() -> list[Figure]:
    return run(_measure())


async def _measure() -> list[Figure]:
    figures = []
    async with bench() as setting:
        for concepts, seconds, at_most in CASES:
            ideal = math.ceil(concepts / Limits().concurrency) * seconds
            ratios = [await _run(setting, concepts, seconds) / ideal for _ in range(ROUNDS)]
            name = f"{concepts} concepts, agents of {seconds * 1000:g} ms: time / ideal ({ideal:g} s)"
            figures.append(Figure("one roadmap", name, "x", tuple(ratios), at_most))
    return figures


async def _run(setting: Bench, concepts: int, seconds: float) -> float:
    _, task_id = await setting.approved(concepts)
    claim = await setting.claim(task_id)
    store = PostgresContentStore(setting.sessions, FlushWriter(setting.sessions), claim)
    orchestrator = Orchestrator(TimedAuthor(seconds), store, setting.notifications, Limits())
    started = time.perf_counter()
    await orchestrator.run()
    return time.perf_counter() - started
