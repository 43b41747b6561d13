"""Calls of many callers that are carried out together."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Joined(Generic[T, R]):
    """Carries out what is asked for: at once when nothing is on its way, else together with whatever else has come in
    the meantime, `at_most` at a time. Nobody waits for company, and nobody is left without an answer.

    `carry_out` gives an answer for each, in order: a result, or an exception for that one alone; what it raises is
    everybody's. It runs in no caller's context. For one event loop.
    """

    def __init__(
        self, carry_out: Callable[[Sequence[T]], Awaitable[Sequence[R | BaseException]]], *, at_most: int
    ) -> None:
        self._carry_out = carry_out
        self._at_most = at_most
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, asked: T) -> R:
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._running is None:
            self._running = asyncio.get_running_loop().create_task(self._run(), context=Context())
        return await answer

    async def _run(self) -> None:
        group: list[tuple[T, asyncio.Future[R]]] = []
        try:
            while self._waiting:
                group = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._at_most))]
                answers: Sequence[R | BaseException]
                try:
                    answers = await self._carry_out([asked for asked, _ in group])
                except Exception as error:  # noqa: BLE001 - it reaches all callers
                    answers = [error] * len(group)
                for (_, caller), answer in zip(group, answers, strict=True):
                    _give(caller, answer)
        finally:
            self._running = None
            for _, caller in (*group, *self._waiting):  # those that have no answer, where this has been cancelled
                caller.cancel()
            self._waiting.clear()


def _give(caller: asyncio.Future[R], answer: R | BaseException) -> None:
    if caller.done():  # it has been cancelled, and waits no more
        return
    if isinstance(answer, BaseException):
        caller.set_exception(answer)
    else:
        caller.set_result(answer)
