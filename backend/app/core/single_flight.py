"""Work that many ask for at the same moment, done once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from contextvars import Context
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class SingleFlight(Generic[K, T]):
    """Gives all callers with the same key the result of the work that is under way, or starts it. It runs in no
    caller's context, and goes on when a caller is cancelled. For one event loop."""

    def __init__(self) -> None:
        self._under_way: dict[K, asyncio.Task[T]] = {}

    def __contains__(self, key: K) -> bool:
        """Whether work is under way."""
        return key in self._under_way

    async def __call__(self, key: K, work: Callable[[], Awaitable[T]]) -> T:
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._run(key, work), context=Context())
            task.add_done_callback(_retrieve)
            self._under_way[key] = task
        return await asyncio.shield(task)

    async def _run(self, key: K, work: Callable[[], Awaitable[T]]) -> T:
        try:
            return await work()
        finally:
            del self._under_way[key]


def _retrieve(task: asyncio.Task[T]) -> None:
    """All callers may have left: an error is then nobody's."""
    if not task.cancelled():
        task.exception()
