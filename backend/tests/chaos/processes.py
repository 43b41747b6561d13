"""The processes of a Greenway under test, kept alive as a process manager would."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from processes import TETHERED

from chaos.proxy import Proxy

BACKEND = Path(__file__).resolve().parents[2]
RESTART_AFTER = 1.0
"""Seconds after which a process that has ended is started again."""
BOTH_QUEUES = "content_generation,roadmap_drafting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to start: the arguments of the interpreter, and settings beside the addresses of the servers."""

    name: str
    arguments: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)
    clock_offset: float = 0.0
    """Seconds by which its clock, and so the times in its log, are ahead."""


def api(name: str, port: int) -> Program:
    return Program(name=name, arguments=("-m", "app.cli", "api", "--port", str(port)))


def worker(
    name: str,
    settings: Mapping[str, str] | None = None,
    *,
    pool: str = "threads",
    concurrency: int = 16,
    ahead: float = 0.0,
) -> Program:
    """Its clock is `ahead` by so many seconds."""
    celery = ("-m", "celery", "-A", "app.core.celery_app", "worker", "--loglevel=info", f"--queues={BOTH_QUEUES}")
    arguments = (*celery, f"--pool={pool}", f"--concurrency={concurrency}")
    settings = {"GREENWAY_WORKER_METRICS_PORT": "0", **(settings or {})}
    return Program(name=name, arguments=arguments, settings=settings, clock_offset=ahead)


class ManagedProcess:
    """A program that is started again whenever it ends, until it is `retired`. Each start has a log of its own."""

    def __init__(self, program: Program, directory: Path, postgres: Proxy, valkey: Proxy, env: dict[str, str]) -> None:
        self.program = program
        self.postgres = postgres
        self.valkey = valkey
        self.logs: list[Path] = []
        self._directory = directory
        self._env = env
        self._process: Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._retired = False

    @property
    def name(self) -> str:
        return self.program.name

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def children(self) -> list[int]:
        """The pids of its prefork children."""
        with suppress(OSError):
            return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]
        return []

    def kill_child(self, pid: int) -> None:
        assert pid in self.children()
        os.kill(pid, signal.SIGKILL)

    async def start(self, *, keep: bool = True) -> None:
        log = self._directory / f"{self.name}.{len(self.logs)}.log"
        self.logs.append(log)
        with log.open("wb") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self.program.arguments,
                cwd=BACKEND,
                env={**self._env, **self.program.settings},
                stdout=output,
                stderr=output,
                start_new_session=True,
                **TETHERED,
            )
        if keep and self._keeper is None:
            self._keeper = asyncio.create_task(self._keep())

    def send(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def send_to_all(self, number: signal.Signals) -> None:
        """To its children, too."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def resume(self) -> None:
        """Go on, if it was stopped."""
        if self.is_running:
            self.send_to_all(signal.SIGCONT)

    async def ended(self) -> int:
        assert self._process is not None
        return await self._process.wait()

    async def replace(self) -> None:
        """Have it end in order, and start it again."""
        self.send(signal.SIGTERM)
        started = len(self.logs)
        while len(self.logs) == started:
            await asyncio.sleep(0.05)

    async def retire(self, *, patience: float = 40.0) -> None:
        """End it for good, in order if it can."""
        self._retired = True
        if self._keeper is not None:
            self._keeper.cancel()
        if self._process is None:
            return
        self.send_to_all(signal.SIGCONT)
        self.send(signal.SIGTERM)
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._process.wait()
        self.send_to_all(signal.SIGKILL)
        await self._process.wait()

    async def _keep(self) -> None:
        while not self._retired:
            await self.ended()
            await asyncio.sleep(RESTART_AFTER)
            # Orphaned prefork children see to their own end; one that hangs must not outlive the round.
            await self.start(keep=False)


def through(url: str, proxy: Proxy) -> str:
    """The address of a server, by way of the proxy."""
    parts = urlsplit(url)
    credentials = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{credentials}@127.0.0.1:{proxy.port}"))
