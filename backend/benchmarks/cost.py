"""What one roadmap costs, from its creation to its last concept, with one client that watches it."""

import asyncio
import os
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from app.core.settings import load_settings
from app.messaging.redis_client import create_redis
from benchmarks.comparison import ROUNDS
from benchmarks.counting_proxy import counting
from benchmarks.deployment import Deployment, deployed, until_ended
from benchmarks.listeners import Listener, listening
from benchmarks.order import Order
from benchmarks.report import Figure, Finding
from benchmarks.servers import connect, run

ROADMAPS, CONCEPTS = 40, 30
ORDER = Order(seconds=0.5, at_most=2, differs_by_goal=True)
PATIENCE = 120
IDLE = 5.0
"""Seconds in which is measured what is used while nothing happens; it is taken off."""

Amounts = dict[str, float]

UNITS = {
    "worker: processor time": "ms",
    "API: processor time": "ms",
    "PostgreSQL: processor time": "ms",
    "Valkey: processor time": "ms",
    "worker: statements": "",
    "API: statements": "",
    "WAL": "kiB",
    "on disk": "kiB",
    "to and from Valkey": "kiB",
    "to the client": "kiB",
    "frames to the client": "",
}
MOST = {"worker: connections to PostgreSQL": "", "API: connections to PostgreSQL": "", "connections to Valkey": ""}


def measure() -> list[Finding]:
    rounds = run(_measure())
    named = {name: (name, unit) for name, unit in UNITS.items()}
    named |= {name: (f"{name}, {ROADMAPS} roadmaps at once", unit) for name, unit in MOST.items()}
    return [Figure("cost", shown, unit, tuple(one[name] for one in rounds)) for name, (shown, unit) in named.items()]


async def _measure() -> list[Amounts]:
    url = os.environ["DATABASE_URL"]
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            to_api, to_worker = [await stack.enter_async_context(counting(url)) for _ in range(2)]
            deployment = await stack.enter_async_context(
                deployed(
                    ORDER,
                    Path(folder),
                    apis=1,
                    workers=1,
                    concurrency=128,
                    api_env={"DATABASE_URL": to_api.url},
                    worker_env={"DATABASE_URL": to_worker.url},
                )
            )

            async def used() -> Amounts:
                return {
                    **await _servers(),
                    **{name: 1000 * seconds for name, seconds in _times(deployment).items()},
                    "worker: statements": to_worker.statements,
                    "API: statements": to_api.statements,
                }

            await _roadmaps(deployment, "to warm up")
            rounds = []
            for number in range(ROUNDS):
                before = await used()
                await asyncio.sleep(IDLE)
                idle = _difference(await used(), before)
                before, began = await used(), asyncio.get_running_loop().time()
                seen = await _roadmaps(deployment, f"round {number}")
                seconds = asyncio.get_running_loop().time() - began
                spent = _difference(await used(), before)
                rounds.append({name: (spent[name] - idle[name] * seconds / IDLE) / ROADMAPS for name in spent} | seen)
            return rounds


async def _roadmaps(deployment: Deployment, round_name: str) -> Amounts:
    """Create, watch and read roadmaps; what was counted at the client and at the servers meanwhile."""
    goals = [f"Measure Greenway, {round_name}, {number}" for number in range(ROADMAPS)]
    roadmap_ids = await deployment.create(goals, CONCEPTS)
    async with listening(deployment.ports, [f"/api/v1/ws/roadmaps/{one}" for one in roadmap_ids], Listener) as clients:
        await deployment.read(roadmap_ids)
        connections = await _connections()
        await until_ended(roadmap_ids, PATIENCE)
        await asyncio.sleep(1)
        return connections | {
            "frames to the client": sum(client.frames for client in clients) / ROADMAPS,
            "to the client": sum(client.bytes for client in clients) / ROADMAPS / 1024,
        }


def _times(deployment: Deployment) -> Amounts:
    times = deployment.processor_times()
    kinds = {"workers": "worker", "APIs": "API", "PostgreSQL": "PostgreSQL", "Valkey": "Valkey"}
    return {f"{shown}: processor time": times[kind] for kind, shown in kinds.items()}


async def _servers() -> Amounts:
    database, redis = await connect(), create_redis(load_settings().require_redis_url())
    try:
        wal = await database.fetchval("SELECT pg_current_wal_insert_lsn() - '0/0'")
        size = await database.fetchval("SELECT pg_database_size(current_database())")
        stats = await redis.info("stats")
        both_ways = stats["total_net_input_bytes"] + stats["total_net_output_bytes"]
        return {"WAL": float(wal) / 1024, "on disk": size / 1024, "to and from Valkey": both_ways / 1024}
    finally:
        await database.close()
        await redis.aclose()


async def _connections() -> Amounts:
    database, redis = await connect(), create_redis(load_settings().require_redis_url())
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE $1"
    try:
        return {
            "worker: connections to PostgreSQL": await database.fetchval(query, "greenway-worker%")
            + await database.fetchval(query, "greenway-heartbeat%"),
            "API: connections to PostgreSQL": await database.fetchval(query, "greenway-api%"),
            "connections to Valkey": (await redis.info("clients"))["connected_clients"] - 1,
        }
    finally:
        await database.close()
        await redis.aclose()


def _difference(after: Amounts, before: Amounts) -> Amounts:
    return {name: after[name] - before[name] for name in after}
