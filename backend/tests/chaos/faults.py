"""What can go wrong, and how it is made to. Each fault strikes, lasts, and is over when its coroutine returns."""

import asyncio
import gzip
import random
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import psutil
from model_answers import facts_in, form_of, good
from redis.asyncio import Redis
from redis.exceptions import RedisError
from scripted_model import Call, Reply, ScriptedModel

from app.core.celery_app import CONTENT_QUEUE, DRAFTING_QUEUE
from app.core.failpoints import Failpoint
from chaos.history import Footprint, History, Seen, Strike
from chaos.processes import ManagedProcess, Program, worker
from chaos.proxy import Proxy
from chaos.system import System

CLOCK_LIBRARY = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
HOUR = 3600.0
HUGE = 200_000_000
"""Bytes of an answer that is far beyond GREENWAY_MAX_ANSWER_BYTES."""


@dataclass(frozen=True, slots=True)
class Battlefield:
    system: System
    history: History
    rng: random.Random
    create: Callable[[int], Awaitable[None]]
    """Have learners create so many roadmaps more, and watch them."""

    async def a_worker(self) -> ManagedProcess:
        """One of those that run; where all have just been struck, it waits for one to come back."""
        while not (running := [process for process in self.system.workers if process.is_running]):
            await asyncio.sleep(0.1)
        return self.rng.choice(running)

    @asynccontextmanager
    async def strike(
        self, fault: str, process: ManagedProcess | None = None, *, of_database: bool = False
    ) -> AsyncIterator[Strike]:
        strike = Strike(
            fault=fault,
            began=time.time(),
            ended=float("inf"),
            process=process.name if process else None,
            of_database=of_database,
        )
        self.history.strikes.append(strike)
        try:
            yield strike
        finally:
            strike.ended = time.time()

    @asynccontextmanager
    async def footprint(self, fault: str, process: ManagedProcess) -> AsyncIterator[None]:
        """Note how much memory a process takes meanwhile, for as long as it lives."""
        before = most = 0

        async def look() -> None:
            nonlocal before, most
            pid = process.pid
            with suppress(psutil.NoSuchProcess):
                while True:
                    now = psutil.Process(pid).memory_info().rss
                    before, most = before or now, max(most, now)
                    await asyncio.sleep(0.05)

        looking = asyncio.create_task(look())
        try:
            yield
        finally:
            looking.cancel()
            self.history.footprints.append(Footprint(process=process.name, fault=fault, before=before, most=most))


async def kill_worker(field: Battlefield) -> None:
    victim = await field.a_worker()
    async with field.strike("kill_worker", victim) as strike:
        victim.send(signal.SIGKILL)
        await victim.ended()
        strike.killed = time.time()  # on a busy machine it lives for some milliseconds more


async def kill_prefork_child(field: Battlefield) -> None:
    while not (victims := [(process, child) for process in field.system.workers for child in process.children()]):
        await asyncio.sleep(0.1)
    process, child = field.rng.choice(victims)
    async with field.strike("kill_prefork_child", process) as strike:
        process.kill_child(child)
        strike.killed = time.time()


async def kill_api(field: Battlefield) -> None:
    victim = field.rng.choice(field.system.apis)
    async with field.strike("kill_api", victim):
        victim.send(signal.SIGKILL)
        await victim.ended()


async def stop_worker_for_20_s(field: Battlefield) -> None:
    """The lease runs out, others take the tasks, and then the zombie wakes up."""
    victim = await field.a_worker()
    async with field.strike("stop_worker_for_20_s", victim) as strike:
        strike.is_freeze = True
        victim.send_to_all(signal.SIGSTOP)
        await asyncio.sleep(20)
        victim.resume()
        await asyncio.sleep(1)


async def terminate_worker(field: Battlefield) -> None:
    victim = await field.a_worker()
    async with field.strike("terminate_worker", victim) as strike:
        strike.is_drain = True
        victim.send(signal.SIGTERM)
        await victim.ended()


async def valkey_killed(field: Battlefield) -> None:
    """It comes back empty."""
    async with field.strike("valkey_killed"):
        await field.system.valkey.kill()
        await field.system.valkey.start()


async def valkey_away_for_30_s(field: Battlefield) -> None:
    async with field.strike("valkey_away_for_30_s"):
        await field.system.valkey.stop()
        await asyncio.sleep(30)
        await field.system.valkey.start()


async def postgres_restarted(field: Battlefield) -> None:
    async with field.strike("postgres_restarted", of_database=True):
        await field.system.postgres.stop()
        await field.system.postgres.start()


async def postgres_killed(field: Battlefield) -> None:
    async with field.strike("postgres_killed", of_database=True):
        await field.system.postgres.kill()
        await field.system.postgres.start()


async def connections_terminated(field: Battlefield) -> None:
    async with field.strike("connections_terminated", of_database=True):
        await field.system.postgres.terminate_connections()


async def postgres_away_for_60_s(field: Battlefield) -> None:
    async with field.strike("postgres_away_for_60_s", of_database=True):
        await field.system.postgres.stop()
        await asyncio.sleep(60)
        await field.system.postgres.start()


async def disk_full(field: Battlefield) -> None:
    async with field.strike("disk_full", of_database=True):
        async with field.system.postgres.without_room():
            await asyncio.sleep(field.rng.uniform(3, 8))
        await field.system.postgres.start()


async def database_line_cut(field: Battlefield) -> None:
    worker = await field.a_worker()
    await _break(field, worker, worker.postgres, Proxy.cut, seconds=field.rng.choice((2, 10)), of_database=True)


async def database_line_hangs(field: Battlefield) -> None:
    """Half-open connections: what is sent is never answered."""
    worker = await field.a_worker()
    await _break(field, worker, worker.postgres, Proxy.hang, seconds=field.rng.choice((2, 10)), of_database=True)


async def database_line_slow(field: Battlefield) -> None:
    worker = await field.a_worker()
    await _break(field, worker, worker.postgres, Proxy.slow_down, seconds=6, of_database=True)


async def valkey_line_cut(field: Battlefield) -> None:
    process = field.rng.choice(field.system.processes)
    await _break(field, process, process.valkey, Proxy.cut, seconds=6)


async def valkey_line_hangs(field: Battlefield) -> None:
    process = field.rng.choice(field.system.processes)
    await _break(field, process, process.valkey, Proxy.hang, seconds=8)


async def api_loses_the_database(field: Battlefield) -> None:
    api = field.rng.choice(field.system.apis)
    await _break(field, api, api.postgres, Proxy.cut, seconds=6)


async def _break(
    field: Battlefield,
    process: ManagedProcess,
    line: Proxy,
    how: Callable[[Proxy], None],
    *,
    seconds: float,
    of_database: bool = False,
) -> None:
    """One of the lines between a process and the servers is broken for a while."""
    server = "postgres" if line is process.postgres else "valkey"
    async with field.strike(f"{server}_line_{how.__name__}", process, of_database=of_database):
        how(line)
        await asyncio.sleep(seconds)
        line.heal()


async def wrong_clock(field: Battlefield) -> None:
    """A third worker whose clock is an hour ahead; it works for a while, and is killed."""
    settings = {
        "LD_PRELOAD": str(CLOCK_LIBRARY),
        "FAKETIME": f"+{HOUR:g}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    program = worker("worker-of-the-future", settings, ahead=HOUR)
    await _guest(field, "wrong_clock", program, for_seconds=10)


async def dies_at_a_failpoint(field: Battlefield) -> None:
    """A third worker that ends itself at a point, at some time that it comes there."""
    point = field.rng.choice(list(Failpoint))
    times = 1 if point in (Failpoint.DURING_DRAIN, Failpoint.AFTER_CLAIM) else field.rng.randint(1, 4)
    program = worker(f"worker-{point}".replace("_", "-"), {"GREENWAY_FAILPOINT": f"{point}:{times}"})
    await _guest(field, f"failpoint_{point}", program, for_seconds=12)


async def malformed_messages(field: Battlefield) -> None:
    """Garbage in the queues, and on every channel that somebody listens to."""
    garbage = (b"", b"garbage", b"[]", b"{}", b'{"body": "WyJub3QgYSBsaXN0Il0="}', b"[" * 10_000, b"\xff" * 50)
    async with field.strike("malformed_messages"), Redis.from_url(field.system.valkey.url) as redis:
        for _ in range(20):
            with suppress(RedisError, OSError):  # another fault may have its turn at the same moment
                await redis.lpush(field.rng.choice([CONTENT_QUEUE, DRAFTING_QUEUE]), *field.rng.choices(garbage, k=5))
                for channel in await redis.pubsub_channels():
                    await redis.publish(channel, field.rng.choice(garbage))
            await asyncio.sleep(0.2)


async def silent_connections(field: Battlefield) -> None:
    """Connections to an API that say nothing, or half a request."""
    url = urlsplit(field.rng.choice(field.system.urls))
    openings = [b"", b"GET /health HTTP/1.1\r\nHo", b"GET /api/v1/roadmaps HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b\r\n"]
    async with field.strike("silent_connections"), AsyncExitStack() as connections:
        for _ in range(60):
            with suppress(OSError):
                _, writer = await asyncio.open_connection(url.hostname, url.port, limit=1)
                connections.callback(writer.close)
                writer.write(field.rng.choice(openings))
        await asyncio.sleep(10)


async def clients_that_never_read(field: Battlefield) -> None:
    """Clients of an API that ask for everything that a roadmap has seen, by server-sent events or a WebSocket, and take
    next to nothing of it."""
    api = field.rng.choice(field.system.apis)
    url = urlsplit(field.system.urls[field.system.apis.index(api)])
    assert url.hostname is not None
    assert url.port is not None
    async with (
        field.strike("clients_that_never_read"),
        field.footprint("clients_that_never_read", api),
        AsyncExitStack() as connections,
    ):
        for number in range(60):
            roadmap_id = str(field.rng.choice(field.history.roadmap_ids))
            with suppress(OSError):
                deaf = connections.enter_context(socket.socket())
                deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
                deaf.setblocking(False)
                loop = asyncio.get_running_loop()
                await loop.sock_connect(deaf, (url.hostname, url.port))
                await loop.sock_sendall(deaf, _ASKING_FOR_EVENTS[number % 2].replace(b"ID", roadmap_id.encode()))
        await asyncio.sleep(10)


_ASKING_FOR_EVENTS = (
    b"GET /api/v1/roadmaps/ID/events?since=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /ws/roadmaps/ID?since=0 HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
)


async def huge_answers(field: Battlefield) -> None:
    """A third worker, whose author is a model. For two of the artefacts that it is asked for, its answers are a hundred
    times as long as they may be, as they come or once they are unpacked."""
    text = b" " * HUGE
    huge = field.rng.choice([Reply(raw=text), Reply(raw=gzip.compress(text, 1), headers={"content-encoding": "gzip"})])
    victims: set[tuple[str, str]] = set()

    def script(call: Call) -> Reply:
        if (form := form_of(call)) not in ("summary", "questions"):
            return good(call)
        what = form, str(facts_in(call)["concept"]["name"])
        if len(victims) < 2 and all(form != other for other, _ in victims):
            victims.add(what)
        if what not in victims:
            return good(call)
        field.history.huge_answers += 1  # of two roadmaps with such a concept, both get one
        return huge

    async with ScriptedModel(script) as model:
        settings = {"GREENWAY_MODEL": "openai:scripted", "OPENAI_BASE_URL": model.base_url, "GREENWAY_SEARCH": "none"}
        guest = await field.system.start_guest(worker("worker-of-a-model", settings))
        async with field.strike("huge_answers", guest) as strike:
            strike.is_drain = True
            await _started(guest)
            async with field.footprint("huge_answers", guest):
                await _until_it_writes(field, guest, lambda: len(victims) == 2)
                await asyncio.sleep(3)
            strike.took_effect = bool(victims)
            guest.send(signal.SIGTERM)
            await guest.ended()
        await field.system.retire(guest)


async def _started(guest: ManagedProcess) -> None:
    """Until it is ready, or other faults are too much for it."""
    while guest.is_running and b"worker_started" not in guest.logs[-1].read_bytes():
        await asyncio.sleep(0.1)


async def _until_it_writes(field: Battlefield, guest: ManagedProcess, has_written: Callable[[], bool]) -> None:
    """Roadmaps, so that a worker among others gets some; other faults may be too much for it."""
    for _ in range(6):
        if guest.is_running and not has_written():
            await field.create(1)
            await asyncio.sleep(2)


async def edit_storm(field: Battlefield) -> None:
    """Edits that are large, late or wrong, many at once; whether they are made is up to the roadmaps' states."""
    stage = {"op": "add_stage", "name": "S", "modules": [{"name": "M", "concepts": [{"name": "C"}]}] * 400}
    url = field.rng.choice(field.system.urls)
    async with field.strike("edit_storm"), httpx2.AsyncClient(trust_env=False, timeout=10) as http:

        async def edit(seen: Seen) -> None:
            operations = f"{url}/api/v1/roadmaps/{seen.roadmap_id}/outline/operations"
            for _ in range(5):
                with suppress(httpx2.HTTPError):
                    await http.post(operations, json={"operations": [stage] * field.rng.choice([1, 100])})

        await asyncio.gather(*(edit(seen) for seen in field.history.seen))


async def _guest(field: Battlefield, fault: str, program: Program, *, for_seconds: float) -> None:
    """A worker that comes in addition, and ends itself or is killed."""
    guest = await field.system.start_guest(program)
    async with field.strike(fault, guest) as strike:
        try:
            async with asyncio.timeout(for_seconds):
                await guest.ended()
        except TimeoutError:
            failpoint = program.settings.get("GREENWAY_FAILPOINT", "")
            drains = failpoint.startswith(Failpoint.DURING_DRAIN)
            strike.took_effect = drains or not failpoint
            guest.send(signal.SIGTERM if drains else signal.SIGKILL)
        await guest.ended()
        strike.killed = time.time()
    await field.system.retire(guest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`weight` says how often it is chosen among the others: the long ones less often."""

    strike: Callable[[Battlefield], Awaitable[None]]
    weight: float = 2.0
    server: str | None = None
    """Which server it strikes, if one; or brings along."""
    is_possible: Callable[[System], bool] = lambda _: True

    @property
    def name(self) -> str:
        return self.strike.__name__


FAULTS = (
    Fault(strike=kill_worker, weight=3),
    Fault(strike=kill_prefork_child),
    Fault(strike=kill_api),
    Fault(strike=stop_worker_for_20_s, weight=1),
    Fault(strike=terminate_worker, weight=3),
    Fault(strike=valkey_killed, server="valkey"),
    Fault(strike=valkey_away_for_30_s, server="valkey", weight=0.6),
    Fault(strike=postgres_restarted, server="postgres"),
    Fault(strike=postgres_killed, server="postgres"),
    Fault(strike=connections_terminated, server="postgres"),
    Fault(strike=postgres_away_for_60_s, server="postgres", weight=0.4),
    Fault(strike=disk_full, server="postgres", is_possible=lambda system: system.postgres.has_own_disk),
    Fault(strike=database_line_cut),
    Fault(strike=database_line_hangs),
    Fault(strike=database_line_slow),
    Fault(strike=valkey_line_cut, weight=1),
    Fault(strike=valkey_line_hangs, weight=1),
    Fault(strike=api_loses_the_database),
    Fault(strike=wrong_clock, is_possible=lambda _: CLOCK_LIBRARY.exists()),
    Fault(strike=dies_at_a_failpoint, weight=5),
    Fault(strike=malformed_messages),
    Fault(strike=silent_connections),
    Fault(strike=clients_that_never_read),
    Fault(strike=huge_answers, server="model"),
    Fault(strike=edit_storm),
)
