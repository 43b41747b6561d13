"""A whole Greenway for a benchmark: API processes and workers beside the servers, and roadmaps by HTTP."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil

from app.cli.endpoint import API
from app.embedded.ports import free_port
from benchmarks.event_latency import until_ready
from benchmarks.order import Order
from benchmarks.programs import processor_time, running
from benchmarks.servers import connect

AT_ONCE = 16
"""Requests of a client that creates many roadmaps."""
_LIMITS = {
    "GREENWAY_MAX_CONNECTIONS": "10000",
    "GREENWAY_MAX_EVENT_STREAMS": "9000",
    "GREENWAY_MAX_CONNECTIONS_PER_ADDRESS": "10000",
    "GREENWAY_WORKER_METRICS_PORT": "0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    ports: Sequence[int]
    apis: Sequence[psutil.Process]
    workers: Sequence[psutil.Process]
    http: httpx2.AsyncClient

    async def create(self, goals: Sequence[str], concepts: int) -> list[str]:
        """Roadmaps whose outlines are approved as soon as they are drafted; their ids."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def create(number: int, goal: str) -> str:
            body = {"goal": goal, "concepts": concepts, "auto_approve": True}
            async with turns:
                answer = await self.http.post(f"{self.url(number)}/roadmaps", json=body)
            assert answer.status_code == 202, answer.text
            return str(answer.json()["roadmap_id"])

        return await asyncio.gather(*(create(number, goal) for number, goal in enumerate(goals)))

    async def read(self, roadmap_ids: Sequence[str]) -> None:
        for number, roadmap_id in enumerate(roadmap_ids):
            answer = await self.http.get(f"{self.url(number)}/roadmaps/{roadmap_id}")
            assert answer.status_code == 200, answer.text

    def url(self, number: int) -> str:
        return f"http://127.0.0.1:{self.ports[number % len(self.ports)]}{API}"

    def processor_times(self) -> dict[str, float]:
        """Seconds that each kind of process has taken so far; `clients` is this one."""
        times = {
            "workers": sum(map(processor_time, self.workers)),
            "APIs": sum(map(processor_time, self.apis)),
            "clients": processor_time(psutil.Process()),
        }
        servers = Counter[str]()
        for process in psutil.Process().children(recursive=True):
            for kind, name in (("PostgreSQL", "postgres"), ("Valkey", "valkey")):
                if process.name().startswith(name):
                    servers[kind] += processor_time(process)  # type: ignore[assignment]
        return times | dict(servers)


@asynccontextmanager
async def deployed(
    order: Order,
    folder: Path,
    *,
    apis: int,
    workers: int,
    concurrency: int,
    api_env: Mapping[str, str] | None = None,
    worker_env: Mapping[str, str] | None = None,
) -> AsyncIterator[Deployment]:
    """Everything is ready, and every worker holds its lease."""
    path = folder / "order"
    path.write_text(order.to_json())
    timed = {"BENCH_ORDER": str(path), "BENCH_CONCURRENCY": str(concurrency)}
    ports = [free_port() for _ in range(apis)]
    with ExitStack() as processes:
        serving = [
            processes.enter_context(running("app.cli", "api", "--port", str(port), env={**_LIMITS, **(api_env or {})}))
            for port in ports
        ]
        working = [
            processes.enter_context(running("benchmarks.timed_worker", env={**_LIMITS, **timed, **(worker_env or {})}))
            for _ in range(workers)
        ]
        for port in ports:
            await until_ready(port)
        await _until_leased(workers)
        async with httpx2.AsyncClient(trust_env=False, timeout=120) as http:
            yield Deployment(ports=ports, apis=serving, workers=working, http=http)


async def _until_leased(workers: int) -> None:
    database = await connect()
    try:
        async with asyncio.timeout(60):
            while await database.fetchval("SELECT count(*) FROM workers WHERE expires_at > now()") < workers:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    finally:
        await database.close()


async def until_ended(roadmap_ids: Sequence[str], patience: float) -> None:
    """Wait until the content of all roadmaps is written."""
    database = await connect()
    query = """
        SELECT count(*) FROM tasks WHERE roadmap_id = ANY ($1::uuid[]) AND kind = 'content' AND status = 'completed'
    """
    try:
        async with asyncio.timeout(patience):
            while await database.fetchval(query, roadmap_ids) < len(roadmap_ids):  # noqa: ASYNC110
                await asyncio.sleep(0.5)
    finally:
        await database.close()
