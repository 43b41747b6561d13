"""What reading costs beside its floor: the same query and bytes without a framework, and a bare FastAPI.

The load comes from `wrk` (Debian: `apt-get install wrk`) and from clients in C: Python's would be the bottleneck.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import asyncpg
import httpx2
from asyncpg.prepared_stmt import PreparedStatement

from app.core.garbage import leave_full_collections_to_us
from app.core.settings import load_settings
from app.db.session import Sessions
from app.domain.viewer import LOCAL_VIEWER
from app.embedded.ports import free_port
from app.services.api_services import Readers
from benchmarks.report import Figure
from benchmarks.servers import Bench, bench, run

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS, CONNECTIONS = 3, 8
"""Of the load of one side in a round."""
USUAL, LARGE, JOINED = 30, 1000, 200
"""Concepts of the roadmaps that are read over HTTP, read cold, and joined."""
JOINERS = 500
COLD_READS = 20
PATIENCE = 60

_OF_THE_BARE_ROUTE = 1 / 0.6
_OF_BARE_FASTAPI = 1 / 0.7
_READ = "/api/v1/roadmaps"


def measure() -> list[Figure]:
    leave_full_collections_to_us()  # as the API does
    figures = run(_cold())
    if shutil.which("wrk") is None:
        sys.stderr.write("Reads over HTTP need wrk (apt-get install wrk); they are left out.\n")
    else:
        figures += run(_over_http())
    compiler = shutil.which("cc")
    if compiler is None:
        sys.stderr.write("Joiners need a C compiler for their clients; they are left out.\n")
        return figures
    with tempfile.TemporaryDirectory(prefix="greenway-clients-") as folder:
        program = Path(folder, "many_clients")
        source = Path(__file__).with_name("many_clients.c")
        subprocess.run([compiler, "-O2", "-o", program, source], check=True)
        return figures + run(_joiners(program))


@dataclass(frozen=True)
class Side:
    """A request that is made over and over, and how many of them were answered a second in each round."""

    url: str
    headers: Sequence[str] = ()
    rates: list[float] = field(default_factory=list)

    def round(self) -> None:
        options = [part for header in self.headers for part in ("-H", header)]
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *options, self.url]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        rate = re.search(r"Requests/sec:\s*([\d.]+)", said)
        assert rate is not None, said
        assert "Non-2xx" not in said, said
        assert "Socket errors" not in said, said
        self.rates.append(float(rate[1]))


async def _over_http() -> list[Figure]:
    async with bench() as setting:
        roadmap_id, _ = await setting.approved(USUAL)
        with _servers(await _body_of(setting, roadmap_id)) as (ours, bare):
            read = f"{ours}{_READ}/{roadmap_id}"
            etag = f"If-None-Match: {httpx2.get(read, trust_env=False, headers=_PLAIN).headers['etag']}"
            pairs = {
                "304": (Side(read, [etag]), Side(f"{bare}/{roadmap_id}", [etag])),
                "a warm read": (Side(read), Side(f"{bare}/{roadmap_id}")),
                "a warm read, compressed": (Side(read, ["Accept-Encoding: gzip"]), Side(f"{bare}/{roadmap_id}")),
                "health": (Side(f"{ours}/health"), Side(f"{bare}/health")),
            }
            for _ in range(ROUNDS):
                for pair in pairs.values():
                    for side in pair:
                        side.round()
            listed = _alone(Side(f"{ours}{_READ}"))
            concept = _alone(Side(f"{read}/concepts/concept-0"))
    figures = []
    for name, (own, floor) in pairs.items():
        beside, most = ("a bare FastAPI route", _OF_BARE_FASTAPI) if name == "health" else _BESIDE
        figures += [
            _figure(f"{name}: requests a second", "/s", own.rates),
            _figure(f"{name}: of {beside}", "/s", floor.rates),
            _figure(f"{name}: {beside} / ours", "x", _ratios(floor.rates, own.rates), most),
        ]
    return [
        *figures,
        _figure("the list: requests a second", "/s", listed.rates),
        _figure("a concept: requests a second", "/s", concept.rates),
    ]


_BESIDE = ("a bare route with the same query", _OF_THE_BARE_ROUTE)
_PLAIN = {"Accept-Encoding": "identity"}


def _alone(side: Side) -> Side:
    for _ in range(ROUNDS):
        side.round()
    return side


async def _cold() -> list[Figure]:
    """A read of what is not kept, beside the statements that it sends, by plain asyncpg."""
    cold: list[float] = []
    queries: list[float] = []
    async with bench() as setting:
        roadmap_id, _ = await setting.approved(LARGE)
        sent = await _statements(setting.sessions, roadmap_id)
        connection = await asyncpg.connect(setting.settings.require_database_url().replace("+asyncpg", ""))
        prepared = [(await connection.prepare(query), arguments) for query, arguments in sent]
        for statement, arguments in prepared:
            await statement.fetch(*arguments)
        for _ in range(ROUNDS):
            spent = spent_on_queries = 0.0
            for _ in range(COLD_READS):
                await connection.execute(_COMPLETE, roadmap_id)
                readers = _readers(setting.sessions)
                began = time.perf_counter()
                await readers.roadmaps.roadmap(LOCAL_VIEWER, roadmap_id)
                read = time.perf_counter()
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    for statement, arguments in prepared:
                        await statement.fetch(*arguments)
                spent_on_queries += time.perf_counter() - read
                spent += read - began
            cold.append(spent / COLD_READS * 1000)
            queries.append(spent_on_queries / COLD_READS * 1000)
        await connection.close()
    return [
        _figure(f"a cold read of {LARGE} finished concepts", "ms", cold),
        _figure("the same: its queries alone", "ms", queries),
        _figure("the same: the read / its queries", "x", _ratios(cold, queries), 2),
    ]


_COMPLETE = """
UPDATE concepts SET artefacts = jsonb_build_object(
    'tutorial', jsonb_build_object('status', 'completed', 'id', gen_random_uuid(), 'glance',
        jsonb_build_object('summary', 'What ' || concept_id || ' is about, in a sentence of usual length.')),
    'resources', jsonb_build_object('status', 'completed', 'id', gen_random_uuid(), 'glance',
        jsonb_build_object('count', 6)),
    'quiz', jsonb_build_object('status', 'completed', 'id', gen_random_uuid(), 'glance',
        jsonb_build_object('count', 5)))
WHERE roadmap_id = $1
"""
"""Concepts whose artefacts nobody has seen yet."""


async def _statements(sessions: Sessions, roadmap_id: UUID) -> list[tuple[str, tuple[Any, ...]]]:
    """What one cold read sends."""
    sent: list[tuple[str, tuple[Any, ...]]] = []
    fetch = PreparedStatement.fetch

    async def noting(self: Any, *arguments: Any, **options: Any) -> Any:
        if "roadmap" in self.get_query():  # not what begins a transaction
            sent.append((self.get_query(), arguments))
        return await fetch(self, *arguments, **options)

    with patch.object(PreparedStatement, "fetch", noting):
        await _readers(sessions).roadmaps.roadmap(LOCAL_VIEWER, roadmap_id)
    return sent


def _readers(sessions: Sessions) -> Readers:
    """Readers that have kept nothing."""
    return Readers.over(sessions, load_settings())


async def _joiners(program: Path) -> list[Figure]:
    """Clients that open a WebSocket at once, of a roadmap that has just changed, until each has its snapshot."""
    ours: list[float] = []
    floor: list[float] = []
    async with bench() as setting:
        roadmap_id, _ = await setting.approved(JOINED)
        with _servers(await _body_of(setting, roadmap_id)) as (own, bare):
            for number in range(ROUNDS):
                learned = f"{own}{_READ}/{roadmap_id}/concepts/concept-0/learned"
                httpx2.put(learned, json={"learned": number % 2 == 0}, trust_env=False).raise_for_status()
                ours.append(_join(program, own, f"/api/v1/ws/roadmaps/{roadmap_id}"))
                floor.append(_join(program, bare, "/"))
    return [
        _figure(f"{JOINERS} joiners: until all have a snapshot of {JOINED} concepts", "ms", ours),
        _figure("the same: bare handshakes with a constant snapshot", "ms", floor),
        _figure("the same: ours / bare", "x", _ratios(ours, floor), 2),
    ]


def _join(program: Path, server: str, path: str) -> float:
    command = [str(program), server.rpartition(":")[2], path, str(JOINERS)]
    began = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as clients:
        assert clients.stdout is not None
        assert clients.stdin is not None
        assert clients.stdout.readline() == "connected\n"
        took = time.perf_counter() - began
        clients.stdin.close()
    return took * 1000


async def _body_of(setting: Bench, roadmap_id: UUID) -> bytes:
    return (await _readers(setting.sessions).roadmaps.roadmap(LOCAL_VIEWER, roadmap_id)).body


@contextmanager
def _servers(body: bytes) -> Iterator[tuple[str, str]]:
    """The API, and its floor that answers with this body."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        with _running("app.cli", "api", "--port") as ours, _running("benchmarks.bare_api", file.name) as bare:
            yield ours, bare


@contextmanager
def _running(module: str, *arguments: str) -> Iterator[str]:
    port = str(free_port())
    ordered = [*arguments, port] if arguments[-1].startswith("--") else [port, *arguments]
    process = subprocess.Popen([sys.executable, "-m", module, *ordered])
    address = f"http://127.0.0.1:{port}"
    try:
        _await_answer(f"{address}/health")
        yield address
    finally:
        process.terminate()
        process.wait()


def _await_answer(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            httpx2.get(url, trust_env=False).raise_for_status()
        except httpx2.TransportError:
            assert time.monotonic() < deadline, f"{url} does not answer"
            time.sleep(0.05)
        else:
            return


def _ratios(those: Sequence[float], these: Sequence[float]) -> list[float]:
    return [one / other for one, other in zip(those, these, strict=True)]


def _figure(name: str, unit: str, rounds: Sequence[float], at_most: float | None = None) -> Figure:
    return Figure("read a roadmap", name, unit, tuple(rounds), at_most)
