"""Connections to Postgres stay within the formula of the documentation."""

import asyncio
from collections import Counter

import asyncpg
from e2e.cluster import Cluster, wait_until

from app.tasks.heartbeat import ATTEMPTS

POOL, CHILDREN, THREADS = 3, 2, 1


async def count_connections(url: str, most: Counter[str]) -> None:
    """The most connections at once, by the kind of process, until cancelled."""
    query = """
        SELECT split_part(application_name, ' ', 1) AS kind, count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'greenway-%' GROUP BY kind
    """
    connection = await asyncpg.connect(url)
    try:
        while True:
            for row in await connection.fetch(query):
                most[row["kind"]] = max(most[row["kind"]], row["count"])
            await asyncio.sleep(0.01)
    finally:
        await connection.close()


async def test_connections_under_load_stay_within_the_formula(cluster: Cluster) -> None:
    threads = cluster.start_worker(GREENWAY_DB_POOL_SIZE=str(POOL), GREENWAY_BUILTIN_PACE="0.05")
    prefork = cluster.start_worker(
        pool="prefork", concurrency=CHILDREN, GREENWAY_DB_POOL_SIZE=str(POOL), GREENWAY_BUILTIN_PACE="0.05"
    )
    wait_until(lambda: len(prefork.logged("worker_started")) == CHILDREN and bool(threads.logged("worker_started")))
    most: Counter[str] = Counter()
    counting = asyncio.create_task(count_connections(cluster.database_url, most))
    async with cluster.client() as client:
        made = await asyncio.gather(*(client.create(concepts=30, auto_approve=True) for _ in range(12)))
        for roadmap_id in made:
            await client.until_status(roadmap_id, "completed")
    counting.cancel()
    await asyncio.gather(counting, return_exceptions=True)
    workers = THREADS + CHILDREN
    assert 1 < most["greenway-worker"] <= workers * POOL
    assert 1 <= most["greenway-heartbeat"] <= workers * ATTEMPTS
    assert 1 <= most["greenway-api"] <= 8, "its pool has the default size"
