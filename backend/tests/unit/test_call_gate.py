"""Who may call the model: never too many, carefully at first, and nobody after a refusal."""

import asyncio
import random

import pytest

from app.agents.asking.call_gate import PROBES, CallGate, CallRefused
from app.agents.asking.effort import Effort
from app.agents.asking.rates import Rates
from app.domain.failures import FailureCode


def a_gate(calls_at_once: int) -> CallGate:
    return CallGate(calls_at_once, Rates("redis://unused", "model"))


class Callers:
    """Calls that stay in flight until they are let go."""

    def __init__(self, gate: CallGate) -> None:
        self._gate = gate
        self._go = asyncio.Event()
        self.in_flight = 0

    def start(self, count: int) -> list["asyncio.Task[None]"]:
        return [asyncio.create_task(self._call()) for _ in range(count)]

    async def let_go(self) -> None:
        self._go.set()
        await settled()
        self._go.clear()

    async def _call(self) -> None:
        async with Effort(60) as effort, self._gate.turn(effort, 1):
            self.in_flight += 1
            try:
                await self._go.wait()
            finally:
                self.in_flight -= 1


async def settled() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


async def test_three_calls_until_one_has_succeeded_then_as_many_as_allowed() -> None:
    gate = a_gate(8)
    callers = Callers(gate)
    calls = callers.start(20)
    await settled()
    assert callers.in_flight == PROBES
    await gate.succeeded()
    await settled()
    assert callers.in_flight == 8
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)


async def test_a_refusal_ends_the_waiting_of_all_and_makes_the_next_careful() -> None:
    gate = a_gate(8)
    await gate.succeeded()
    callers = Callers(gate)
    calls = callers.start(20)
    await settled()
    await gate.refused(FailureCode.QUOTA)
    await settled()
    refused = [call for call in calls if call.done() and isinstance(call.exception(), CallRefused)]
    assert len(refused) == 12
    await callers.let_go()
    later = callers.start(10)
    await settled()
    assert callers.in_flight == PROBES
    for call in later:
        call.cancel()
    await asyncio.gather(*calls, *later, return_exceptions=True)


async def test_whoever_is_cancelled_gives_the_turn_back() -> None:
    gate = a_gate(4)
    await gate.succeeded()
    callers = Callers(gate)
    chance = random.Random(7)
    calls = callers.start(60)
    for _ in range(200):
        chance.choice(calls).cancel()
        if chance.random() < 0.1:
            await callers.let_go()
        await asyncio.sleep(0)
        assert callers.in_flight <= 4
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    again = callers.start(6)
    await settled()
    assert callers.in_flight == 4
    for call in again:
        call.cancel()
    await asyncio.gather(*again, return_exceptions=True)


async def test_a_wait_that_the_provider_asks_for_holds_everybody_back() -> None:
    gate = a_gate(4)
    gate.hold(3600)
    callers = Callers(gate)
    calls = callers.start(2)
    await settled()
    assert callers.in_flight == 0
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)


async def test_time_stands_still_while_waiting_and_runs_while_working() -> None:
    with pytest.raises(TimeoutError):
        async with Effort(0.05) as effort:
            with effort.waits():
                await asyncio.sleep(0.2)
            await asyncio.Event().wait()
    async with Effort(0.1) as effort:
        with effort.waits():
            await asyncio.sleep(0.3)
