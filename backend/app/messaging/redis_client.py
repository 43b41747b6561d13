"""How Redis clients are made. Only composition roots call this."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff

CONNECT_TIMEOUT = 2.0
"""Seconds to wait for a connection."""
COMMAND_TIMEOUT = 5.0
"""Seconds to wait for an answer."""


def create_redis(url: str) -> Redis:
    """A client for one event loop; answers are bytes, in RESP2 shapes. Connects when first used."""
    return Redis.from_url(
        url,
        protocol=2,
        decode_responses=False,
        socket_connect_timeout=CONNECT_TIMEOUT,
        socket_timeout=COMMAND_TIMEOUT,
        socket_keepalive=True,
        health_check_interval=15,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.05), 1),
    )
