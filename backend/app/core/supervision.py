"""Background work that a process must not lose, and how it is ended."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

import structlog

from app.core import metrics

PAUSE_AFTER_A_BUG = 1.0
"""Seconds, so that a bug in every step fills no disk."""

CANCEL_AGAIN = 5.0
"""Seconds after which a task that has been cancelled and goes on is cancelled once more."""

log = structlog.get_logger()


async def keep_going(name: str, step: Callable[[], Awaitable[None]]) -> NoReturn:
    """Take step after step, until this is cancelled. A bug in one step is logged and counted, and the next step
    follows. The step itself waits for its time."""
    while True:
        try:
            await step()
        except Exception:
            log.exception("background_step_failed", step=name)
            metrics.background_failures.labels(name).inc()
            await asyncio.sleep(PAUSE_AFTER_A_BUG)


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
