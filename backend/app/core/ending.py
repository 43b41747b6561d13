"""How tasks of an event loop are ended."""

import asyncio
from typing import Any

CANCEL_AGAIN = 5.0
"""Seconds after which a task that has been cancelled and goes on is cancelled once more."""


async def end(*tasks: asyncio.Task[Any] | asyncio.Future[Any]) -> None:
    """Cancel tasks, and wait until they have ended; errors stay with them. One cancellation may be lost: a library that
    is interrupted while it connects, say, may raise an error of its own, after which the task would go on for ever."""
    running = {task for task in tasks if not task.done()}
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=CANCEL_AGAIN)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # has been looked at
