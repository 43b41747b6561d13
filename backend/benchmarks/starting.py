"""How long `greenway up` takes until everything is ready, beside its floor: the same two servers, and processes that
import the libraries that the API and the worker are made of, all at once."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from app.embedded.child import Child
from app.embedded.ports import free_port
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.running import EmbeddedServer
from app.embedded.valkey import EmbeddedValkey
from benchmarks.comparison import OURS, Comparison, Measured, in_turn, values
from benchmarks.programs import processor_time

FLOOR = "the floor"
PARTS = ("API", "worker")

_BOTH = (
    "asyncpg",
    "orjson",
    "prometheus_client",
    "pydantic_settings",
    "redis.asyncio",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.ext.asyncio",
    "structlog",
    "typer",
    "uvicorn.protocols.http.httptools_impl",
    "uvloop",
)
LIBRARIES = {
    "API": (*_BOTH, "celery.app.base", "fastapi", "uvicorn.protocols.websockets.websockets_sansio_impl"),
    "worker": (*_BOTH, "celery.apps.worker", "celery.concurrency.thread", "kombu.transport.redis"),
}
"""What the processes cannot do without."""
_NOT_OURS = ("DATABASE_URL", "REDIS_URL", "LOG_LEVEL")
"""Of the environment of the benchmarks."""


def measure() -> list[Comparison]:
    with tempfile.TemporaryDirectory(prefix="greenway-starting-") as name:
        folder = Path(name)
        _up(folder)  # makes the database, which later starts find
        servers = _servers(folder)
        for server in servers:
            server.prepare()
        asyncio.run(_start(servers))
        rounds = in_turn({OURS: lambda: _up(folder), FLOOR: lambda: asyncio.run(_start(servers))})
    ours, floor = rounds[OURS], rounds[FLOOR]
    return [
        Comparison(
            question="greenway up in a directory that it has used before: how long until it is ready?",
            unit="s",
            sides={OURS: values(ours, "seconds"), FLOOR: values(floor, "seconds")},
            beside=FLOOR,
            at_most=1.3,
        ),
        *(
            Comparison(
                question=f"The {part} until it is ready: how much processor time?",
                unit="s",
                sides={OURS: values(ours, part), FLOOR: values(floor, part)},
                beside=FLOOR,
            )
            for part in PARTS
        ),
    ]


def _up(folder: Path) -> Measured:
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
    port = str(free_port())
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "app.cli", "up", "--data-dir", "data", "--port", port],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            if not any(line.startswith("Greenway is ready") for line in process.stdout):
                raise AssertionError("it did not start")
            took = time.monotonic() - began
            used = dict.fromkeys(PARTS, 0.0)
            for child in psutil.Process(process.pid).children():
                command = child.cmdline()
                for part in PARTS:
                    if part.lower() in command:
                        used[part] += processor_time(child)
        finally:
            process.send_signal(signal.SIGINT)
    return {"seconds": took, **used}


def _servers(folder: Path) -> list[EmbeddedServer]:
    return [
        EmbeddedPostgres(folder / "floor" / "postgres", free_port(), "bench"),
        EmbeddedValkey(folder / "floor" / "valkey", free_port(), "bench"),
    ]


async def _start(servers: list[EmbeddedServer]) -> Measured:
    began = time.monotonic()
    importing = {part: await _importing(LIBRARIES[part]) for part in PARTS}
    children = [await Child.spawn(server.command()) for server in servers]
    try:
        said, _ = await asyncio.gather(
            asyncio.gather(*(process.communicate() for process in importing.values())),
            asyncio.gather(*(server.wait_ready() for server in servers)),
        )
        took = time.monotonic() - began
    finally:
        await asyncio.gather(*(child.stop(10) for child in children))
    return {"seconds": took} | {part: float(out) for part, (out, _) in zip(importing, said, strict=True)}


async def _importing(libraries: tuple[str, ...]) -> asyncio.subprocess.Process:
    program = f"import time, {', '.join(libraries)}; print(time.process_time())"
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program),
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # as ours: Linux may share out processor time by sessions
    )
