"""An embedded server for the length of a `with` block, as tests and benchmarks use it."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from app.core.errors import Unavailable
from app.embedded.child import Child
from app.embedded.command import ProcessCommand

_START_SECONDS = 60
_STOP_SECONDS = 10
_POLL_SECONDS = 0.02


class EmbeddedServer(Protocol):
    """What `EmbeddedPostgres` and `EmbeddedValkey` have in common."""

    name: str
    log: Path

    @property
    def url(self) -> str: ...

    def prepare(self) -> None: ...

    def command(self) -> ProcessCommand: ...

    async def wait_ready(self) -> None: ...


S = TypeVar("S", bound=EmbeddedServer)


@asynccontextmanager
async def running(server: S) -> AsyncIterator[S]:
    """Starts the server, waits until it is ready, and stops it at the end."""
    await asyncio.to_thread(server.prepare)
    command = server.command()
    child = await Child.spawn(command)
    try:
        await _until_ready(server, command, lambda: child.returncode is not None)
        yield server
    finally:
        await child.stop(_STOP_SECONDS)


@contextmanager
def running_in_background(server: S) -> Iterator[S]:
    """The same where no event loop runs, as in fixtures of a whole test session."""
    server.prepare()
    command = server.command()
    with command.popen_arguments() as arguments:
        process = subprocess.Popen(command.argv, **arguments)
    try:
        # In a thread of its own, so that no event loop of the caller is disturbed.
        with ThreadPoolExecutor(1) as pool:
            ready = _until_ready(server, command, lambda: process.poll() is not None)
            pool.submit(asyncio.run, ready).result()
        yield server
    finally:
        process.send_signal(command.stop_signal)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def _until_ready(server: EmbeddedServer, command: ProcessCommand, has_ended: Callable[[], bool]) -> None:
    ready = asyncio.ensure_future(server.wait_ready())
    try:
        async with asyncio.timeout(_START_SECONDS):
            while not ready.done():
                if has_ended():
                    raise Unavailable(f"{command.name} did not start; its log is {command.log}.")
                await asyncio.wait({ready}, timeout=_POLL_SECONDS)
            await ready
    finally:
        ready.cancel()
