"""Whether a model's server is there at all."""

import asyncio
from contextlib import AsyncExitStack

import httpx2

from app.agents.models.http_client import CONNECT_SECONDS, open_http_client
from app.core.obstacles import PROXY_REFUSES, REFUSED_BY_PROXY, Obstacle, obstacle_in


async def obstacle_to(address: str) -> Obstacle | None:
    """Whether anything answers HTTP at the address; None if so."""
    async with AsyncExitStack() as resources:
        client = open_http_client(address, CONNECT_SECONDS, resources, max_bytes=0)  # nothing is read
        try:
            async with asyncio.timeout(CONNECT_SECONDS), client.stream("GET", address) as response:
                return REFUSED_BY_PROXY if response.status_code == PROXY_REFUSES else None
        except TimeoutError:
            return Obstacle(f"no answer within {CONNECT_SECONDS} s")
        except httpx2.InvalidURL:
            return Obstacle("it is not an address")
        except httpx2.TransportError as error:
            return obstacle_in(error)
