"""Background work that a process must not lose: a bug in one step is logged and counted, and the next step follows."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn

import structlog

from app.core import metrics

PAUSE_AFTER_A_BUG = 1.0
"""Seconds, so that a bug in every step fills no disk."""

log = structlog.get_logger()


async def keep_going(name: str, step: Callable[[], Awaitable[None]]) -> NoReturn:
    """Take step after step, until this is cancelled. The step itself waits for its time."""
    while True:
        try:
            await step()
        except Exception:
            log.exception("background_step_failed", step=name)
            metrics.background_failures.labels(name).inc()
            await asyncio.sleep(PAUSE_AFTER_A_BUG)
