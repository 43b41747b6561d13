"""A whole Greenway: two API processes, two workers, Postgres and Valkey, with a proxy in each line between them."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import httpx2

from app.db.migrate import upgrade
from app.embedded.ports import free_port
from chaos.audit import AUDIT
from chaos.history import LogPart
from chaos.processes import ManagedProcess, Program, api, through, worker
from chaos.proxy import Proxy
from chaos.servers import Postgres, Valkey, servers

PACE = "0.8"
"""Seconds that the built-in author takes for an artefact: long enough for faults to strike in between."""


_MIGRATING = asyncio.Lock()
"""Alembic migrates one database at a time."""


class System:
    def __init__(self, directory: Path, postgres: Postgres, valkey: Valkey) -> None:
        self._directory = directory
        self._proxies: list[Proxy] = []
        self.postgres = postgres
        self.valkey = valkey
        self.processes: list[ManagedProcess] = []
        """Those that run now, in the order of their first start."""
        self._gone: list[ManagedProcess] = []
        self.urls: list[str] = []
        self._guests = 0

    @property
    def workers(self) -> list[ManagedProcess]:
        return [process for process in self.processes if process.name.startswith("worker")]

    @property
    def apis(self) -> list[ManagedProcess]:
        return [process for process in self.processes if process.name.startswith("api")]

    async def start(self, program: Program, *, keep: bool = True) -> ManagedProcess:
        to_postgres, to_valkey = Proxy(self.postgres.port), Proxy(self.valkey.port)
        for proxy in (to_postgres, to_valkey):
            await proxy.start()
            self._proxies.append(proxy)
        env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GREENWAY_")},
            "DATABASE_URL": through(self.postgres.url, to_postgres),
            "REDIS_URL": through(self.valkey.url, to_valkey),
            "GREENWAY_BUILTIN_PACE": PACE,
            "LOG_FORMAT": "json",
            "LOG_LEVEL": "INFO" if program.name.startswith("api") else "DEBUG",
        }
        process = ManagedProcess(program, self._directory, to_postgres, to_valkey, env)
        await process.start(keep=keep)
        self.processes.append(process)
        return process

    async def start_guest(self, program: Program) -> ManagedProcess:
        """A process that is not started again when it ends; its name tells it from all others."""
        self._guests += 1
        return await self.start(replace(program, name=f"{program.name}-{self._guests}"), keep=False)

    async def retire(self, process: ManagedProcess) -> None:
        self.processes.remove(process)
        self._gone.append(process)
        await process.retire()

    async def heal(self) -> None:
        """Everything that a fault has broken works again."""
        for proxy in self._proxies:
            proxy.heal()
        await asyncio.gather(self.postgres.start(), self.valkey.start())
        for process in self.processes:
            process.resume()

    async def until_ready(self) -> None:
        """All processes run, all API processes are ready, and all workers hold a lease."""
        async with asyncio.timeout(90), httpx2.AsyncClient(trust_env=False) as http:
            for url in self.urls:
                while not await _is_ready(http, url):
                    await asyncio.sleep(0.1)
            while await self._leases() < len(self.workers):
                await asyncio.sleep(0.1)

    def marks(self) -> dict[Path, int]:
        """How long the logs are by now."""
        return {path: path.stat().st_size for process in self._all() for path in process.logs}

    def logs_since(self, marks: dict[Path, int]) -> list[LogPart]:
        return [
            LogPart(
                process=process.name,
                path=path,
                start=marks.get(path, 0),
                clock_offset=process.program.clock_offset,
            )
            for process in self._all()
            for path in process.logs
        ]

    async def close(self) -> None:
        await asyncio.gather(*(process.retire(patience=10) for process in self.processes))
        for proxy in self._proxies:
            await proxy.stop()

    def _all(self) -> list[ManagedProcess]:
        return [*self._gone, *self.processes]

    async def _leases(self) -> int:
        connection = await asyncpg.connect(self.postgres.url)
        try:
            return int(await connection.fetchval("SELECT count(*) FROM workers WHERE expires_at > now()"))
        finally:
            await connection.close()


BOTH_POOLS = (worker("worker-threads"), worker("worker-prefork", pool="prefork", concurrency=3))


@asynccontextmanager
async def a_system(directory: Path, workers: Sequence[Program] = BOTH_POOLS) -> AsyncIterator[System]:
    async with servers(directory) as (postgres, valkey):
        async with _MIGRATING:
            await asyncio.to_thread(upgrade, postgres.url)
        await postgres.execute(AUDIT)
        system = System(directory, postgres, valkey)
        try:
            for number in (1, 2):
                port = free_port()
                system.urls.append(f"http://127.0.0.1:{port}")
                await system.start(api(f"api-{number}", port))
            for program in workers:
                await system.start(program)
            await system.until_ready()
            yield system
        finally:
            await system.close()


async def _is_ready(http: httpx2.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(f"{url}/readyz")).status_code == 200
    except httpx2.HTTPError:
        return False
