"""Calls a store again and again until it answers: what has been paid for waits, and is not given up."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from app.generation.ports import StoreUnavailable

FIRST_RETRY, LAST_RETRY = 0.1, 2.0
"""Seconds between two tries while the store is away; doubled from the first to the last, with jitter."""

T = TypeVar("T")

log = structlog.get_logger()


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """The store's answer, however long that takes. The call must be one that may be repeated."""
    pause = FIRST_RETRY
    while True:
        try:
            return await call()
        except StoreUnavailable as error:
            log.debug("store_unavailable", error=str(error), retry_in=round(pause, 2))
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(2 * pause, LAST_RETRY)
