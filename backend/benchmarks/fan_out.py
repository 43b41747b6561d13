"""What it costs the API to tell many clients of one roadmap, beside a loop of `send(2)` over the same sockets."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from uuid import UUID

import psutil
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.roadmap_repo import RoadmapRepository
from app.db.session import safe_session_with_retry
from app.domain.base import new_id
from app.domain.events import ConceptComplete
from app.domain.records import RoadmapPosition
from app.domain.viewer import LOCAL_VIEWER
from app.embedded.ports import free_port
from benchmarks.event_latency import until_ready
from benchmarks.report import Figure
from benchmarks.servers import Bench, bench, run

ROUNDS = 5
CLIENTS, IDLE = 500, 2000
EVENTS = 100
"""Published in a round, one frame an event."""
SELDOM = 0.02
"""Seconds between two events, so that each is a write of its own."""
COALESCED_EVENTS = 500
OFTEN = 0.004
"""Seconds between two events, so that more than ten come in a tick."""
TICK_MS = 50
PATIENCE = 30

_Publish = Callable[[ConceptComplete], Awaitable[None]]


class Clients:
    """A process with many clients, which counts what they receive."""

    def __init__(self, program: Path, port: int, path: str, number: int) -> None:
        command = [str(program), str(port), path, str(number)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def connected(self) -> None:
        assert self._line() == "connected\n"

    def report(self, events: int) -> dict[str, int]:
        """What has been received since the last report; waits for so many events."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{events}\n")
        self._process.stdin.flush()
        return dict(json.loads(self._line()))

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@dataclass
class Side:
    """Clients of one server, how they are told of an event, and what was measured in each round."""

    server: psutil.Process
    clients: Clients
    publish: _Publish
    next_event: Callable[[], ConceptComplete]
    number: int
    every: float
    cpu: list[float] = field(default_factory=list)
    """Microseconds of processor time for each event and client."""
    p99: list[float] = field(default_factory=list)
    """Milliseconds from the publication, which follows the commit, to a client."""
    together: list[float] = field(default_factory=list)
    """Events in a frame."""

    async def round(self) -> None:
        before = _processor_time(self.server)
        at = time.monotonic()
        for sent in range(self.number):
            await self.publish(self.next_event())
            await asyncio.sleep(max(0.0, at + (sent + 1) * self.every - time.monotonic()))
        expected = self.number * CLIENTS
        heard = await asyncio.wait_for(asyncio.to_thread(self.clients.report, expected), PATIENCE)
        spent = _processor_time(self.server) - before
        assert heard["events"] == expected, f"{heard} instead of {expected} events"
        self.cpu.append(spent / expected * 1e6)
        self.p99.append(heard["p99"] / 1000)
        self.together.append(heard["events"] / heard["frames"])


def measure() -> list[Figure]:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        print("fan_out needs a C compiler for its clients; it is left out.", file=sys.stderr)
        return []
    with tempfile.TemporaryDirectory(prefix="greenway-clients-") as folder:
        program = Path(folder, "many_clients")
        source = Path(__file__).with_name("many_clients.c")
        subprocess.run([compiler, "-O2", "-o", program, source], check=True)
        return run(_telling(program)) + run(_idle(program))


async def _telling(program: Path) -> list[Figure]:
    async with bench() as setting:
        with _an_api() as (api, port):
            await until_ready(port)
            ours = partial(_ours, setting, program, api, port)
            with _a_floor(setting, program) as floor:
                one_by_one = await ours("", EVENTS, SELDOM)
                together = await ours("&coalesce=1", COALESCED_EVENTS, OFTEN)
                for _ in range(ROUNDS):
                    for side in (floor, one_by_one, together):
                        await side.round()
                for side in (one_by_one, together):
                    side.clients.stop()
    allowed = [TICK_MS + 2 * beside for beside in floor.p99]
    return [
        _figure("one frame an event, 500 clients: API CPU a frame", "us", one_by_one.cpu),
        _figure("the same by send(2) in a loop", "us", floor.cpu),
        _figure("the same: API CPU / send(2)", "x", _ratios(one_by_one.cpu, floor.cpu), 4),
        _figure("coalesced, 500 clients: events in a frame", "", together.together),
        _figure("coalesced, 500 clients: API CPU an event and client", "us", together.cpu, 2),
        _figure("send(2) in a loop: 99 % are there after", "ms", floor.p99),
        _figure("one frame an event: 99 % are there after", "ms", one_by_one.p99),
        _figure("coalesced, 250 events a second: 99 % are there after", "ms", together.p99),
        _figure("the same / (tick + 2 x send(2))", "x", _ratios(together.p99, allowed), 1),
    ]


async def _idle(program: Path) -> list[Figure]:
    """Memory of clients to which nothing happens, in a fresh process each round."""
    async with bench() as setting:
        rounds = [await _idle_round(setting, program) for _ in range(ROUNDS)]
    return [_figure(f"{IDLE} idle clients: memory of the API a client", "KiB", rounds, 25)]


async def _idle_round(setting: Bench, program: Path) -> float:
    with _an_api() as (api, port):
        await until_ready(port)
        position = await _a_position(setting)
        path = _path_of(position)
        first = Clients(program, port, path, 10)  # what any client costs the process once
        await asyncio.to_thread(first.connected)
        before = api.memory_info().rss
        clients = Clients(program, port, path, IDLE)
        await asyncio.to_thread(clients.connected)
        after = api.memory_info().rss
        for one in (first, clients):
            one.stop()
    return (after - before) / IDLE / 1024


@contextmanager
def _an_api() -> Iterator[tuple[psutil.Process, int]]:
    port = free_port()
    limits = {"GREENWAY_MAX_CONNECTIONS": "8000", "GREENWAY_MAX_EVENT_STREAMS": "6000"}
    with _running("app.cli", "api", "--port", str(port), **limits) as process:
        yield process, port


@contextmanager
def _a_floor(setting: Bench, program: Path) -> Iterator[Side]:
    port = free_port()
    channel = f"bench:send-loop:{port}"

    async def publish(event: ConceptComplete) -> None:
        await setting.redis.publish(channel, event.encoded)

    with _running("benchmarks.send_loop", str(port), channel, str(CLIENTS)) as process:
        _until_listening(port)
        clients = Clients(program, port, "/", CLIENTS)
        clients.connected()
        yield Side(process, clients, publish, _events(UUID(int=0), UUID(int=0), 0).__next__, EVENTS, SELDOM)
        clients.stop()


async def _ours(
    setting: Bench, program: Path, api: psutil.Process, port: int, query: str, events: int, every: float
) -> Side:
    position = await _a_position(setting)

    async def publish(event: ConceptComplete) -> None:
        await setting.notifications.publish([event])

    clients = Clients(program, port, _path_of(position, query), CLIENTS)
    await asyncio.to_thread(clients.connected)
    following = _events(position.handle.roadmap_id, position.epoch, position.seq)
    return Side(api, clients, publish, following.__next__, events, every)


async def _a_position(setting: Bench) -> RoadmapPosition:
    """Of a new roadmap whose outline is approved."""
    roadmap_id, _ = await setting.approved(30)

    async def work(session: AsyncSession) -> RoadmapPosition:
        return await RoadmapRepository(session).position(roadmap_id, LOCAL_VIEWER)

    return await safe_session_with_retry(setting.sessions, work)


def _path_of(position: RoadmapPosition, query: str = "") -> str:
    """As the page connects: it has read the roadmap."""
    return f"/api/v1/ws/roadmaps/{position.handle.roadmap_id}?since={position.seq}{query}"


def _events(roadmap_id: UUID, epoch: UUID, seq: int) -> Iterator[ConceptComplete]:
    """What follows event `seq`, each made at the moment at which it is published."""
    progress = {"total": 30, "completed": 12, "partial": 0, "failed": 0, "generating": 5, "pending": 13}
    for number in count(seq + 1):
        quiz = {"status": "completed", "id": str(new_id()), "glance": {"count": 5}, "failure": None}
        changed = {
            "concept_id": "concept-12",
            "content_status": "completed",
            "learned_at": None,
            "artefacts": {"quiz": quiz},
        }
        yield ConceptComplete.model_validate(
            {
                "roadmap_id": roadmap_id,
                "task_id": new_id(),
                "seq": number,
                "epoch": epoch,
                "at": datetime.now(UTC),
                "concept_id": "concept-12",
                "concept_name": f"@{time.monotonic_ns()}",
                "tutorial_id": new_id(),
                "content_summary": "What it is about.",
                "resources_id": new_id(),
                "resources_count": 6,
                "quiz_id": quiz["id"],
                "quiz_questions_count": 5,
                "progress": progress,
                "changes": {"concepts": [changed], "progress": progress},
            }
        )


@contextmanager
def _running(module: str, *arguments: str, **environment: str) -> Iterator[psutil.Process]:
    process = subprocess.Popen([sys.executable, "-m", module, *arguments], env=os.environ | environment)
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def _until_listening(port: int) -> None:
    """Without a connection, which would be taken for a client's."""
    deadline = time.monotonic() + PATIENCE
    while not any(one.laddr and one.laddr.port == port for one in psutil.net_connections("tcp4") if not one.raddr):
        assert time.monotonic() < deadline, "the send loop does not listen"
        time.sleep(0.05)


def _processor_time(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _ratios(ours: Sequence[float], beside: Sequence[float]) -> list[float]:
    return [one / other for one, other in zip(ours, beside, strict=True)]


def _figure(name: str, unit: str, rounds: Sequence[float], at_most: float | None = None) -> Figure:
    return Figure("fan out", name, unit, tuple(rounds), at_most)
