"""Requests and tokens a minute, shared by all workers through Redis."""

import asyncio

import structlog

from app.agents.asking.rates import Rates
from app.embedded.ports import free_port


async def waits(rates: Rates, tokens: int = 1) -> bool:
    """Whether one more request has to wait."""
    try:
        async with asyncio.timeout(0.3):
            await rates.acquire(tokens)
    except TimeoutError:
        return True
    return False


async def test_two_workers_share_the_requests_of_a_minute(redis_url: str) -> None:
    one, other = (Rates(redis_url, "openai:m", requests_per_minute=4) for _ in range(2))
    taken = [await waits(rates) for rates in (one, other, one, other)]
    assert taken == [False] * 4
    assert await waits(one)
    assert await waits(other)
    await one.close()
    await other.close()


async def test_two_workers_share_the_tokens_of_a_minute(redis_url: str) -> None:
    one, other = (Rates(redis_url, "openai:m", tokens_per_minute=1000) for _ in range(2))
    assert not await waits(one, 600)
    assert await waits(other, 600)
    await one.close()
    await other.close()


async def test_a_request_beyond_the_whole_allowance_takes_all_of_it(redis_url: str) -> None:
    rates = Rates(redis_url, "openai:m", tokens_per_minute=1000)
    assert not await waits(rates, 5000)
    assert await waits(rates, 1)
    await rates.close()


async def test_another_model_has_its_own_allowance(redis_url: str) -> None:
    one, other = (Rates(redis_url, model, requests_per_minute=1) for model in ("openai:a", "openai:b"))
    assert not await waits(one)
    assert not await waits(other)
    await one.close()
    await other.close()


async def test_while_redis_is_away_a_process_keeps_to_the_limit_by_itself() -> None:
    rates = Rates(f"redis://127.0.0.1:{free_port()}", "openai:m", requests_per_minute=3)
    with structlog.testing.capture_logs() as logs:
        assert [await waits(rates) for _ in range(4)] == [False, False, False, True]
    assert [entry["event"] for entry in logs] == ["model_limits_not_shared"]
    await rates.close()


async def test_without_limits_nothing_is_asked() -> None:
    rates = Rates(f"redis://127.0.0.1:{free_port()}", "openai:m")
    assert not await waits(rates, 10**9)
    await rates.close()
