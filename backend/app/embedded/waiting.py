"""Ways to wait: for a condition, for the first of several things, for blocking work that may be abandoned."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from importlib import import_module
from types import ModuleType
from typing import TypeVar

from app.core.ending import end

T = TypeVar("T")
_POLL_SECONDS = 0.03


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Asks again and again, for as long as it takes."""
    while True:
        if await condition():
            return
        await asyncio.sleep(_POLL_SECONDS)


async def imported(name: str) -> ModuleType:
    """A module that is needed only once the processes have been started: they should not wait for its import."""
    return await asyncio.to_thread(import_module, name)


async def first_of(*awaitables: Awaitable[T]) -> T:
    """The result of the one that ends first, or its error; the others are cancelled, and have ended on return."""
    tasks = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await end(*tasks)
    return next(task for task in tasks if task in done).result()


async def in_abandonable_thread(function: Callable[[], T]) -> T:
    """Runs a blocking function that the process need not wait for when it ends, unlike the loop's own threads."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(function())
        except BaseException as error:  # noqa: BLE001 - handed to the caller that awaits
            future.set_exception(error)

    future.set_running_or_notify_cancel()
    threading.Thread(target=run, daemon=True).start()
    return await asyncio.wrap_future(future)
