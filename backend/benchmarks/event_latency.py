"""How long after an agent has returned the event is on a WebSocket, with a real API process."""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from uuid import UUID

import httpx2
from websockets.asyncio.client import connect

from app.db.content_store import PostgresContentStore
from app.db.flush_writer import FlushWriter
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import Artefact
from app.domain.events import ConceptComplete, Event
from app.embedded.ports import free_port
from app.generation.orchestrator import Limits, Orchestrator
from app.generation.work import ConceptBrief, Delivery
from benchmarks.author import TimedAuthor
from benchmarks.report import Figure
from benchmarks.servers import Bench, bench, run

ROUNDS = 5
CONCEPTS, SECONDS = 15, 0.3


class _Stopwatch(TimedAuthor):
    """Notes when the last artefact of each concept was returned, and when each event was committed."""

    def __init__(self, setting: Bench) -> None:
        super().__init__(SECONDS)
        self._notifications = setting.notifications
        self.returned: dict[str, float] = {}
        self.committed: dict[str, float] = {}
        self.received: dict[str, float] = {}

    async def write(self, kind: ArtefactKind, brief: ConceptBrief) -> Delivery[Artefact]:
        delivery = await super().write(kind, brief)
        self.returned[brief.concept.concept_id] = time.perf_counter()
        return delivery

    async def publish(self, events: Sequence[Event]) -> None:
        now = time.perf_counter()
        self.committed |= {event.concept_id: now for event in events if isinstance(event, ConceptComplete)}
        await self._notifications.publish(events)


def measure() -> list[Figure]:
    port = free_port()
    api = subprocess.Popen([sys.executable, "-m", "app.cli", "api", "--port", str(port)])
    try:
        return run(_measure(port))
    finally:
        api.terminate()
        api.wait()


async def _measure(port: int) -> list[Figure]:
    await until_ready(port)
    async with bench() as setting:
        rounds = [await _round(setting, port) for _ in range(ROUNDS)]
    worst = tuple(max(total) for total, _ in rounds)
    added = tuple(statistics.median(after) * 1000 for _, after in rounds)
    slowest = tuple(max(after) * 1000 for _, after in rounds)
    return [
        Figure("event latency", "agent returned to event on a WebSocket, slowest of a run", "s", worst, 1.3),
        Figure("event latency", "committed to event on a WebSocket, median of a run", "ms", added, 50),
        Figure("event latency", "committed to event on a WebSocket, slowest of a run", "ms", slowest, 50),
    ]


async def _round(setting: Bench, port: int) -> tuple[list[float], list[float]]:
    roadmap_id, task_id = await setting.approved(CONCEPTS)
    claim = await setting.claim(task_id)
    watch = _Stopwatch(setting)
    store = PostgresContentStore(setting.sessions, FlushWriter(setting.sessions), claim)
    attached = asyncio.Event()
    client = asyncio.create_task(_listen(port, roadmap_id, watch, attached))
    await attached.wait()
    await Orchestrator(watch, store, watch, Limits()).run()
    await client
    total = [watch.received[concept] - watch.returned[concept] for concept in watch.received]
    after = [watch.received[concept] - watch.committed[concept] for concept in watch.received]
    return total, after


async def _listen(port: int, roadmap_id: UUID, watch: _Stopwatch, attached: asyncio.Event) -> None:
    url = f"ws://127.0.0.1:{port}/api/v1/ws/roadmaps/{roadmap_id}"
    async with connect(url, proxy=None) as socket:
        await socket.recv()  # the snapshot
        attached.set()
        async for text in socket:
            now = time.perf_counter()
            event = json.loads(text)
            if event["type"] == "concept_complete":
                watch.received[event["concept_id"]] = now
            if event["type"] == "completed":
                return


async def until_ready(port: int) -> None:
    async with asyncio.timeout(60), httpx2.AsyncClient(trust_env=False) as http:
        while True:
            try:
                if (await http.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.05)
