"""How far the cores of this machine carry: roadmaps written and watched at once, with agents as slow as models.

Four workers, two APIs, a watcher for each roadmap. The more roadmaps, the longer they take: each is compared with what
its own agents take alone.
"""

import asyncio
import heapq
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import KINDS
from benchmarks.charts import curves
from benchmarks.deployment import deployed, until_ended
from benchmarks.listeners import Listener, listening
from benchmarks.order import Order, concept_ids
from benchmarks.report import Chart, Figure, Finding
from benchmarks.servers import connect, run

STEPS = [int(one) for one in os.environ.get("BENCH_ROADMAPS", "250 500 1000 2000").split()]
CONCEPTS, AT_ONCE = 30, 5
WORKERS, APIS = 4, 2
ORDER = Order(seconds=5, at_most=20, differs_by_goal=True)
PATIENCE = 1200
SETTLE = 1.0

_RUNS = """
SELECT roadmap_id::text AS roadmap_id, extract(epoch FROM started_at - created_at)::float8 AS waited,
    extract(epoch FROM ended_at - started_at)::float8 AS ran
FROM tasks WHERE roadmap_id = ANY ($1::uuid[]) AND kind = 'content'
"""


class Watcher(Listener):
    """Notes how long ago the events were made that it is told of. One machine, one clock."""

    def __init__(self, path: str, port: int) -> None:
        super().__init__(path, port)
        self.delays: list[float] = []
        self.has_seen_the_end = False

    def said(self, payload: bytes) -> None:
        start = payload.find(b'"at":"')
        if start > 0 and self.frames > 1:  # the first is the snapshot
            at = payload[start + 6 : payload.index(b'"', start + 6)].decode()
            self.delays.append(time.time() - datetime.fromisoformat(at).timestamp())
        self.has_seen_the_end = self.has_seen_the_end or b'"type":"completed"' in payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What was measured with so many roadmaps at once; times in seconds, ratios to what the agents alone take."""

    roadmaps: int
    seconds: float
    ratios: Sequence[float]
    waits: Sequence[float]
    delays: Sequence[float]
    times: dict[str, float]
    memory: dict[str, float]
    seen_to_the_end: int


def measure() -> list[Finding]:
    steps = [run(_step(roadmaps)) for roadmaps in STEPS]
    findings: list[Finding] = []
    for step in steps:
        findings += _figures(step)
    setting = f"{WORKERS} workers, {APIS} APIs, a watcher a roadmap, agents of 5 to 20 s, {os.cpu_count()} cores"
    across = "roadmaps at once"
    return [
        Chart(
            name=f"How many times as long a roadmap takes as its agents alone: {setting}",
            svg=curves(
                f"How long does a roadmap take? {setting}",
                across=across,
                up="times what its agents alone take",
                lines={
                    name: [(step.roadmaps, _part(step.ratios, part)) for step in steps]
                    for name, part in (("median", 0.5), ("slowest of 100", 0.99))
                },
            ),
        ),
        Chart(
            name=f"How old an event is when its watcher has it: {setting}",
            svg=curves(
                f"How old is an event when its watcher has it? {setting}",
                across=across,
                up="milliseconds",
                lines={
                    name: [(step.roadmaps, _part(step.delays, part) * 1000) for step in steps]
                    for name, part in (("median", 0.5), ("slowest of 100", 0.99))
                },
            ),
        ),
        Chart(
            name=f"What the cores do meanwhile: {setting}",
            svg=curves(
                f"What do the cores do? {setting}",
                across=across,
                up="cores that are busy, on average over the run",
                lines={
                    kind: [(step.roadmaps, step.times[kind] / step.seconds) for step in steps]
                    for kind in ("workers", "PostgreSQL", "APIs", "clients", "Valkey")
                },
            ),
        ),
        *findings,
    ]


def _figures(step: Step) -> list[Figure]:
    def figure(name: str, unit: str, *values: float) -> Figure:
        return Figure("scaling", f"{step.roadmaps} roadmaps: {name}", unit, values)

    return [
        figure("from the first request to the last concept", "s", step.seconds),
        figure("time of a roadmap / of its agents alone, median", "x", _part(step.ratios, 0.5)),
        figure("the same, slowest of 100", "x", _part(step.ratios, 0.99)),
        figure("waiting for a worker, slowest of 100", "s", _part(step.waits, 0.99)),
        figure("age of an event at its watcher, median", "ms", _part(step.delays, 0.5) * 1000),
        figure("the same, slowest of 100", "ms", _part(step.delays, 0.99) * 1000),
        figure("watchers that saw the end", "", step.seen_to_the_end),
        *(figure(f"processor time, {kind}", "s", seconds) for kind, seconds in step.times.items()),
        *(figure(f"memory (RSS), {kind}", "MiB", size) for kind, size in step.memory.items()),
    ]


async def _step(roadmaps: int) -> Step:
    goals = [f"Measure Greenway with {roadmaps}: {number}" for number in range(roadmaps)]
    with tempfile.TemporaryDirectory() as folder:
        capacity = roadmaps // WORKERS + roadmaps // 8 + 8
        async with deployed(ORDER, Path(folder), apis=APIS, workers=WORKERS, concurrency=capacity) as deployment:
            before, began = deployment.processor_times(), time.monotonic()
            roadmap_ids = await deployment.create(goals, CONCEPTS)
            paths = [f"/api/v1/ws/roadmaps/{one}" for one in roadmap_ids]
            async with listening(deployment.ports, paths, Watcher) as watchers:
                await until_ended(roadmap_ids, PATIENCE)
                seconds = time.monotonic() - began
                await asyncio.sleep(SETTLE)
                after = deployment.processor_times()
                memory = {
                    "largest worker": max(map(_memory, deployment.workers)),
                    "larger API": max(map(_memory, deployment.apis)),
                }
    runs = {row["roadmap_id"]: row for row in await _runs(roadmap_ids)}
    return Step(
        roadmaps=roadmaps,
        seconds=seconds,
        ratios=[runs[one]["ran"] / _alone(goal) for one, goal in zip(roadmap_ids, goals, strict=True)],
        waits=[row["waited"] for row in runs.values()],
        delays=[delay for watcher in watchers for delay in watcher.delays],
        times={kind: after[kind] - before[kind] for kind in after},
        memory=memory,
        seen_to_the_end=sum(watcher.has_seen_the_end for watcher in watchers),
    )


def _alone(goal: str) -> float:
    """Seconds that the agents of a roadmap take, five concepts at once, with nothing else to wait for."""
    slots = [0.0] * AT_ONCE
    for concept_id in concept_ids(CONCEPTS):
        begins, ends = heapq.heappop(slots), dict[ArtefactKind, float]()
        for kind in ArtefactKind:
            read = [ends[one] for one in KINDS[kind].reads if one in ends]
            ends[kind] = max([begins, *read]) + ORDER.time_of(concept_id, kind, goal)
        heapq.heappush(slots, max(ends.values()))
    return max(slots)


async def _runs(roadmap_ids: Sequence[str]) -> list[dict[str, Any]]:
    database = await connect()
    rows = await database.fetch(_RUNS, roadmap_ids)
    await database.close()
    return [dict(row) for row in rows]


def _memory(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 2**20


def _part(values: Sequence[float], part: float) -> float:
    """The value that this part of all values does not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[round(part * 100) - 1]
