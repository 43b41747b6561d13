"""Calls of many callers that are carried out together."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

PATIENCE = 0.25
"""Seconds for which calls wait for those on their way: one that is stuck, on a dead connection say, must not hold up
the others."""
MOST_ROUNDS = 8
"""Groups that are on their way at once, of which all but one have taken longer than that."""


class Joined(Generic[T, R]):
    """Carries out what is asked for: at once when nothing is on its way, else together with whatever else has come in
    the meantime, `at_most` at a time. Nobody waits for company, and nobody is left without an answer. With `patience`
    None, groups strictly follow one another. With `abandonable`, what a caller asked for that is cancelled while it
    waits is not carried out.

    `carry_out` gives an answer for each, in order: a result, or an exception for that one alone; what it raises is
    everybody's. It runs in no caller's context. For one event loop.
    """

    def __init__(
        self,
        carry_out: Callable[[Sequence[T]], Awaitable[Sequence[R | BaseException]]],
        *,
        at_most: int,
        patience: float | None = PATIENCE,
        abandonable: bool = False,
    ) -> None:
        self._carry_out = carry_out
        self._at_most = at_most
        self._patience = patience
        self._abandonable = abandonable
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._rounds: set[asyncio.Task[None]] = set()
        self._relief: asyncio.TimerHandle | None = None

    async def __call__(self, asked: T) -> R:
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if not self._rounds:
            self._begin()
        elif self._relief is None:
            self._watch()
        return await answer

    def _begin(self) -> None:
        self._rounds.add(asyncio.get_running_loop().create_task(self._run(), context=Context()))

    def _watch(self) -> None:
        """Look in a while whether what waits now waits still."""
        if self._patience is not None and self._waiting and len(self._rounds) < MOST_ROUNDS:
            newest = self._waiting[-1][1]
            self._relief = asyncio.get_running_loop().call_later(self._patience, self._relieve, newest)

    def _relieve(self, since: "asyncio.Future[R]") -> None:
        self._relief = None
        if any(answer is since for _, answer in self._waiting):
            self._begin()
        self._watch()

    async def _run(self) -> None:
        group: list[tuple[T, asyncio.Future[R]]] = []
        try:
            while group := self._next_group():
                answers: Sequence[R | BaseException]
                try:
                    answers = await self._carry_out([asked for asked, _ in group])
                except Exception as error:  # noqa: BLE001 - it reaches all callers
                    answers = [error] * len(group)
                for (_, caller), answer in zip(group, answers, strict=True):
                    _give(caller, answer)
        finally:
            for _, caller in group:  # they get no answer, where this has been cancelled
                caller.cancel()
            self._rounds -= {task for task in self._rounds if task is asyncio.current_task()}
            if self._waiting and not self._rounds:
                self._begin()

    def _next_group(self) -> "list[tuple[T, asyncio.Future[R]]]":
        group: list[tuple[T, asyncio.Future[R]]] = []
        while self._waiting and len(group) < self._at_most:
            asked, caller = self._waiting.popleft()
            if not (self._abandonable and caller.done()):
                group.append((asked, caller))
        return group


def _give(caller: "asyncio.Future[R]", answer: R | BaseException) -> None:
    if caller.done():  # it has been cancelled, and waits no more
        return
    if isinstance(answer, BaseException):
        caller.set_exception(answer)
    else:
        caller.set_result(answer)
