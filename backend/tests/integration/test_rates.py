"""A model's allowance is shared by all workers, and kept by each of them alone while Valkey is away."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from app.agents.asking.rates import Rates
from app.embedded.ports import free_port

SOON = 0.6
"""Seconds within which an allowance that is not used up is given, on a slow machine too; one that is used up comes back
only after many more."""


@pytest.fixture(autouse=True)
async def _in_one_minute() -> None:
    """Minutes are those of the clock: at the turn of one, what was used up before it counts a little less."""
    if (left := 60 - time.time() % 60) < 15:
        await asyncio.sleep(left)


@asynccontextmanager
async def a_worker(
    redis_url: str, model: str = "test:m", *, requests: int = 0, tokens: int = 0
) -> AsyncIterator[Rates]:
    rates = Rates(redis_url, model, requests_per_minute=requests, tokens_per_minute=tokens)
    try:
        yield rates
    finally:
        await rates.close()


async def has_to_wait(rates: Rates, tokens: int = 1) -> bool:
    acquiring = asyncio.create_task(rates.acquire(tokens))
    done, _ = await asyncio.wait([acquiring], timeout=SOON)
    acquiring.cancel()
    await asyncio.wait([acquiring])
    if done:
        acquiring.result()
    return not done


async def test_two_workers_share_the_requests_of_a_minute(redis_url: str) -> None:
    async with a_worker(redis_url, requests=5) as first, a_worker(redis_url, requests=5) as second:
        for rates in (first, second, first, second, first):
            await rates.acquire(1)
        assert await has_to_wait(first)
        assert await has_to_wait(second)


async def test_two_workers_share_the_tokens_of_a_minute(redis_url: str) -> None:
    async with a_worker(redis_url, tokens=1000) as first, a_worker(redis_url, tokens=1000) as second:
        await first.acquire(600)
        await second.acquire(390)
        assert await has_to_wait(first, 11)
        assert not await has_to_wait(second, 10)


async def test_both_limits_hold(redis_url: str) -> None:
    async with a_worker(redis_url, requests=2, tokens=1000) as rates:
        await rates.acquire(1)
        assert await has_to_wait(rates, 1000)
    async with a_worker(redis_url, "test:other", requests=2, tokens=1000) as rates:
        await rates.acquire(1)
        await rates.acquire(1)
        assert await has_to_wait(rates, 1)


async def test_a_call_larger_than_a_minutes_allowance_takes_all_of_it(redis_url: str) -> None:
    async with a_worker(redis_url, tokens=1000) as rates:
        await rates.acquire(50_000)
        assert await has_to_wait(rates, 1)


async def test_another_model_has_an_allowance_of_its_own(redis_url: str) -> None:
    async with a_worker(redis_url, "test:m", requests=1) as first, a_worker(redis_url, "test:n", requests=1) as second:
        await first.acquire(1)
        assert await has_to_wait(first)
        assert not await has_to_wait(second)


async def test_while_valkey_is_away_a_worker_keeps_to_the_limit_by_itself_and_says_so_once() -> None:
    with capture_logs() as logs:
        async with a_worker(f"redis://127.0.0.1:{free_port()}", requests=3, tokens=1000) as rates:
            for _ in range(3):
                await rates.acquire(1)
            assert await has_to_wait(rates)
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("shared_rate_limit_unavailable", "warning")]


async def test_without_limits_nothing_waits_and_nobody_connects(redis: Redis, redis_url: str) -> None:
    before = (await redis.info("stats"))["total_connections_received"]
    async with a_worker(redis_url, requests=0, tokens=0) as rates:
        for _ in range(100):
            await rates.acquire(1_000_000)
    assert (await redis.info("stats"))["total_connections_received"] == before
    async with a_worker("redis://no-such-host.invalid", requests=0, tokens=0) as rates:
        await rates.acquire(1)
