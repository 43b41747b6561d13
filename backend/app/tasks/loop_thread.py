"""One event loop in one background thread, in which all of a process's asynchronous clients live."""

import asyncio
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from app.core.ending import end

try:
    from uvloop import new_event_loop
except ImportError:  # there is none for Windows
    from asyncio import new_event_loop  # type: ignore[assignment]

T = TypeVar("T")

TICK_EVERY = 0.5
"""Seconds between two signs of life of the loop."""


class LoopThread:
    """Start it after any fork; a loop cannot be taken along."""

    def __init__(self, name: str) -> None:
        self.loop = new_event_loop()
        self.ticked_at = time.monotonic()
        """When the loop last showed that it is not wedged, by `time.monotonic`."""
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
        """Run a coroutine in the loop; from any thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def stop(self) -> None:
        """End the loop, cancelling what still runs in it; returns when the thread has ended."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self._tick()
        try:
            self.loop.run_forever()
            self.loop.run_until_complete(end(*asyncio.all_tasks(self.loop)))
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        finally:
            self.loop.close()

    def _tick(self) -> None:
        self.ticked_at = time.monotonic()
        self.loop.call_later(TICK_EVERY, self._tick)
