"""Who may call the model now: so many calls in flight in this process, and carefully until one has succeeded."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.agents.asking.effort import Effort
from app.agents.asking.rates import Rates
from app.domain.failures import FailureCode

PROBES = 3
"""Calls in flight until one has succeeded, also after a while without any; and refusals without a success in between
after which those who wait are told: where a key is refused, that is noticed after so few. One refusal alone may be
about that one call."""
SPREAD = 0.25
"""By which part of a wait that the provider asks for the calls are spread at its end."""


class CallRefused(Exception):
    """The call was not made, since one that was ahead of it was refused for a reason that holds for all."""

    def __init__(self, code: FailureCode) -> None:
        super().__init__(code)
        self.code = code


class CallGate:
    """For one model in one event loop."""

    def __init__(self, calls_at_once: int, rates: Rates) -> None:
        self._calls_at_once = calls_at_once
        self._rates = rates
        self._changed = asyncio.Condition()
        self._in_flight = 0
        self._waiting = 0
        self._trusted = False
        self._refusals = 0
        self._refused_in_a_row = 0
        self._refused_for = FailureCode.UNAUTHORISED
        self._held_until = 0.0

    @asynccontextmanager
    async def turn(self, effort: Effort, tokens: int) -> AsyncIterator[None]:
        """Wait for a turn, make a call, and give the turn back. `tokens` is how many it may use up.

        Raises:
            CallRefused: while it waited, the provider refused the key, the model or the account.
        """
        with effort.waits():
            await self._enter(tokens)
        try:
            yield
        finally:
            await self._leave()

    def hold(self, seconds: float) -> None:
        """The provider asks everybody to wait."""
        self._held_until = max(self._held_until, asyncio.get_running_loop().time() + seconds)

    async def _wait_while_held(self) -> None:
        """Until the time is up, and a little longer, so that not all go on at the same moment."""
        pause = self._held_until - asyncio.get_running_loop().time()
        if pause > 0:
            await asyncio.sleep(pause + random.uniform(0, SPREAD * pause))

    async def succeeded(self) -> None:
        """The provider has answered a call."""
        self._refused_in_a_row = 0
        if not self._trusted:
            self._trusted = True
            await self._tell()

    async def refused(self, code: FailureCode) -> None:
        """The provider has refused a call for a reason that holds for all: the next ones are careful, and after a
        few in a row those who wait need not try."""
        self._trusted = False
        self._refused_in_a_row += 1
        if self._refused_in_a_row >= PROBES:
            self._refusals += 1
            self._refused_for = code
        await self._tell()

    async def _enter(self, tokens: int) -> None:
        before = self._refusals
        async with self._changed:
            self._waiting += 1
            try:
                await self._changed.wait_for(lambda: self._refusals > before or self._in_flight < self._allowed())
            finally:
                self._waiting -= 1
            if self._refusals > before:
                raise CallRefused(self._refused_for)
            self._in_flight += 1
        try:
            await self._wait_while_held()
            await self._rates.acquire(tokens)
        except BaseException:
            await self._leave()
            raise

    async def _leave(self) -> None:
        self._in_flight -= 1
        if self._in_flight == self._waiting == 0:
            self._trusted = False  # a key may be revoked between calls
        await self._tell()

    def _allowed(self) -> int:
        return self._calls_at_once if self._trusted else min(PROBES, self._calls_at_once)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()
