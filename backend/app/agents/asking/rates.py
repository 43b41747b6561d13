"""Requests and tokens a minute, counted across all workers in Redis."""

import asyncio
import random
from typing import Any

import structlog
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from app.core.redis_faults import redis_fault

POLL = 0.5
"""Seconds between two looks at an allowance that is used up, more or less."""

log = structlog.get_logger()


class Rates:
    """The allowance of one model; 0 a minute means no limit.

    While Redis is away, each process keeps to the same numbers by itself.
    """

    def __init__(self, redis_url: str, model: str, *, requests_per_minute: int = 0, tokens_per_minute: int = 0) -> None:
        self._model = model
        self._allowances = {
            name: RateLimitItemPerMinute(amount, namespace="greenway-model")
            for name, amount in (("requests", requests_per_minute), ("tokens", tokens_per_minute))
            if amount
        }
        self._shared: SlidingWindowCounterRateLimiter | None = None
        self._alone = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._pool = ConnectionPool.from_url(redis_url)
        if self._allowances:
            self._shared = SlidingWindowCounterRateLimiter(_storage(redis_url, self._pool))
        self._next = asyncio.Lock()
        self._reachable = True

    async def acquire(self, tokens: int) -> None:
        """Wait until one more request of so many tokens may be made. One that is larger than a minute's allowance
        takes all of it."""
        if not self._allowances:
            return
        async with self._next:
            for name, allowance in self._allowances.items():
                cost = 1 if name == "requests" else min(tokens, allowance.amount)
                while not await self._hit(allowance, name, cost):  # noqa: ASYNC110 - other processes use it up, too
                    await asyncio.sleep(POLL * random.uniform(0.5, 1.5))

    async def close(self) -> None:
        await self._pool.disconnect()

    async def _hit(self, allowance: RateLimitItemPerMinute, name: str, cost: int) -> bool:
        assert self._shared is not None
        try:
            allowed = await self._shared.hit(allowance, self._model, name, cost=cost)
        except (StorageError, RedisError) as error:
            if self._reachable:
                log.warning("shared_rate_limit_unavailable", error=redis_fault(getattr(error, "storage_error", error)))
            self._reachable = False
            return await self._alone.hit(allowance, self._model, name, cost=cost)
        self._reachable = True
        return allowed


def _storage(redis_url: str, pool: ConnectionPool) -> RedisStorage:
    options: dict[str, Any] = {"connection_pool": pool}
    return RedisStorage(f"async+{redis_url}", implementation="redispy", wrap_exceptions=True, **options)
