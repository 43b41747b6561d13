"""The two servers of a Greenway under test, which can be stopped, killed, emptied and starved of room."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg

from app.embedded.child import Child
from app.embedded.ports import free_port
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.running import EmbeddedServer
from app.embedded.valkey import EmbeddedValkey

PASSWORD = "for-chaos-only"
DISK = 2048
"""Megabytes of the disk that Postgres has for itself, where one can be made."""


class Server:
    """An embedded server that can go away and come back."""

    def __init__(self, embedded: EmbeddedServer, port: int) -> None:
        self.embedded = embedded
        self.port = port
        self._child: Child | None = None

    @property
    def url(self) -> str:
        return self.embedded.url

    async def start(self) -> None:
        """Also after a crash; nothing happens to one that runs."""
        while self._child is None or self._child.returncode is not None:
            await asyncio.to_thread(self.embedded.prepare)
            self._child = await Child.spawn(self.embedded.command())
            ready = asyncio.create_task(self.embedded.wait_ready())
            ended = asyncio.create_task(self._child.wait())
            await asyncio.wait({ready, ended}, return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
            ended.cancel()

    async def stop(self) -> None:
        if self._child is not None:
            await self._child.stop(10)

    async def kill(self) -> None:
        assert self._child is not None
        self._child.signal(signal.SIGKILL)
        await self._child.wait()


class Postgres(Server):
    def __init__(self, directory: Path, *, disk: Path | None) -> None:
        port = free_port()
        super().__init__(EmbeddedPostgres(directory / "data", port, PASSWORD, log=directory.parent / "pg.log"), port)
        self._disk = disk

    @property
    def has_own_disk(self) -> bool:
        return self._disk is not None

    async def execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def terminate_connections(self) -> None:
        await self.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name ~ 'greenway'")

    @asynccontextmanager
    async def without_room(self) -> AsyncIterator[None]:
        assert self._disk is not None
        room = os.statvfs(self._disk)
        ballast = self._disk / "ballast"
        try:
            with ballast.open("wb") as file, suppress(OSError):  # room can get less while one asks for it
                os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_frsize)
            yield
        finally:
            ballast.unlink()


class Valkey(Server):
    def __init__(self, directory: Path) -> None:
        port = free_port()
        super().__init__(EmbeddedValkey(directory, port, PASSWORD, durable=False), port)


@asynccontextmanager
async def servers(directory: Path) -> AsyncIterator[tuple[Postgres, Valkey]]:
    """Both running, Postgres on a small disk of its own where the system permits one."""
    home = directory / "postgres"
    home.mkdir()
    mounted = _run("mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", str(home))
    home.chmod(0o755)
    postgres = Postgres(home, disk=home if mounted else None)
    valkey = Valkey(directory / "valkey")
    try:
        await asyncio.gather(postgres.start(), valkey.start())
        yield postgres, valkey
    finally:
        await asyncio.gather(postgres.stop(), valkey.stop())
        if mounted:
            _run("umount", "--lazy", str(home))


def _run(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
