"""The lease outlives its connections."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest
from chaos.processes import through
from chaos.proxy import Proxy

from app.db.session import Sessions
from app.domain.ownership import LEASE
from app.tasks.heartbeat import LeaseHeartbeat


@pytest.fixture
async def line(database_url: str) -> AsyncIterator[Proxy]:
    proxy = Proxy(int(database_url.rpartition(":")[2].partition("/")[0]))
    await proxy.start()
    yield proxy
    await proxy.stop()


async def terminate_heartbeats(url: str) -> None:
    connection = await asyncpg.connect(url)
    named = "application_name = 'greenway-heartbeat' AND datname = current_database()"
    try:
        await connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {named}")
    finally:
        await connection.close()


async def keeps_its_lease(heartbeat: LeaseHeartbeat) -> None:
    """For one and a half times as long as it would hold without a renewal."""
    until = time.monotonic() + 1.5 * LEASE.total_seconds()
    while time.monotonic() < until:
        assert heartbeat.is_held
        await asyncio.sleep(0.02)


@pytest.mark.slow
async def test_connections_that_hang_are_slow_or_terminated_cost_no_lease(
    database_url: str, sessions: Sessions, line: Proxy
) -> None:
    worker_id = uuid4()
    url = through(database_url, line).replace("postgresql://", "postgresql+asyncpg://")
    heartbeat = LeaseHeartbeat(url, worker_id, "test", ticked_at=time.monotonic)
    heartbeat.start()
    try:
        assert await asyncio.to_thread(heartbeat.wait_until_held, 10)
        since = heartbeat.held_since
        line.hang()
        line.heal()  # new connections work; those that there were hang for good
        await keeps_its_lease(heartbeat)
        line.delay = 0.1
        await terminate_heartbeats(database_url)  # and new ones take seconds
        await keeps_its_lease(heartbeat)
        assert heartbeat.held_since == since
    finally:
        await asyncio.to_thread(heartbeat.stop)
