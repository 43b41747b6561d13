"""When the embedded Valkey server is ready."""

import asyncio

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

_POLL_SECONDS = 0.02


async def wait_until_loaded(url: str) -> None:
    """Waits until it answers with its data loaded, for as long as it takes."""
    async with Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_timeout=5) as client:
        while True:
            try:
                await client.ping()
            except (RedisConnectionError, RedisTimeoutError):
                await asyncio.sleep(_POLL_SECONDS)
            else:
                return
