"""Calls take turns: so many at once, few until one has succeeded, none after a refusal; and no turn is ever lost."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from app.agents.asking.call_gate import PROBES, CallGate, CallRefused
from app.agents.asking.effort import Effort
from app.agents.asking.rates import Rates
from app.domain.failures import FailureCode

LONG = 30.0
"""Seconds that no test uses up."""


def a_gate(calls_at_once: int) -> CallGate:
    return CallGate(calls_at_once, Rates("redis://unused", "m"))


class Caller:
    """One call through the gate, which lasts until it is told to end."""

    def __init__(self, gate: CallGate) -> None:
        self._gate = gate
        self._end = asyncio.Event()
        self.calling = False
        self.task = asyncio.create_task(self._call())

    async def _call(self) -> None:
        async with Effort(LONG) as effort, self._gate.turn(effort, 0):
            self.calling = True
            try:
                await self._end.wait()
            finally:
                self.calling = False

    def let_go(self) -> None:
        self._end.set()

    async def end(self) -> None:
        self.let_go()
        await self.task


class Callers(list[Caller]):
    @property
    def calling(self) -> int:
        return sum(caller.calling for caller in self)


@asynccontextmanager
async def callers(gate: CallGate, count: int) -> AsyncIterator[Callers]:
    made = Callers(Caller(gate) for _ in range(count))
    try:
        yield made
    finally:
        for caller in made:
            caller.task.cancel()
        await asyncio.gather(*(caller.task for caller in made), return_exceptions=True)


async def settle() -> None:
    """Let everybody go as far as they can without anything happening outside."""
    for _ in range(200):
        await asyncio.sleep(0)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONG):
        while not condition():
            await asyncio.sleep(0)


async def turns_of(gate: CallGate, at_most: int) -> int:
    """How many calls the gate lets in at once."""
    async with callers(gate, at_most + 5) as made:
        await settle()
        return made.calling


async def test_until_a_call_has_succeeded_only_a_few_are_made() -> None:
    assert await turns_of(a_gate(50), 50) == PROBES == 3
    assert await turns_of(a_gate(2), 2) == 2


async def test_a_failure_is_no_success() -> None:
    gate = a_gate(50)
    async with callers(gate, 10) as made:
        await settle()
        for caller in made[:3]:
            await caller.end()
        await settle()
        assert made.calling == 3


async def test_after_a_success_so_many_calls_are_made_at_once_and_no_more() -> None:
    gate = a_gate(7)
    async with callers(gate, 20) as made:
        await settle()
        assert made.calling == 3
        await gate.succeeded()
        for done in range(20):
            await settle()
            assert made.calling == min(7, 20 - done)
            await next(caller for caller in made if caller.calling).end()


async def test_those_who_wait_come_in_their_order() -> None:
    gate = a_gate(1)
    async with callers(gate, 5) as made:
        for caller in made:
            await settle()
            assert [each.calling for each in made] == [each is caller for each in made]
            await caller.end()


async def test_waiting_for_a_turn_does_not_use_up_the_time() -> None:
    gate = a_gate(1)
    loop = asyncio.get_running_loop()
    called = False

    async def hurried() -> None:
        nonlocal called
        async with Effort(0.05) as effort, gate.turn(effort, 0):
            called = True

    async with callers(gate, 1) as (busy,):
        await settle()
        waiting = asyncio.create_task(hurried())
        started = loop.time()
        while loop.time() - started < 0.15:
            await asyncio.sleep(0.01)
        assert not waiting.done()
        await busy.end()
        await waiting
    assert called


async def test_working_does_use_it_up() -> None:
    gate = a_gate(1)
    with pytest.raises(TimeoutError):
        async with Effort(0.01) as effort:
            async with gate.turn(effort, 0):
                pass
            async with gate.turn(effort, 0):
                await asyncio.Event().wait()
    assert await turns_of(gate, 1) == 1


async def test_one_refusal_is_not_held_against_those_who_wait() -> None:
    gate = a_gate(50)
    async with callers(gate, 20) as made:
        await settle()
        await gate.refused(FailureCode.QUOTA)
        await gate.refused(FailureCode.QUOTA)
        await gate.succeeded()
        await gate.refused(FailureCode.QUOTA)
        await settle()
        assert not any(caller.task.done() for caller in made)


async def test_refusals_in_a_row_fail_all_who_wait_without_a_call() -> None:
    gate = a_gate(50)
    async with callers(gate, 20) as made:
        await settle()
        calling = [caller for caller in made if caller.calling]
        for _ in range(PROBES):
            await gate.refused(FailureCode.QUOTA)
        await until(lambda: sum(caller.task.done() for caller in made) == 17)
        for caller in made:
            if caller not in calling:
                error = caller.task.exception()
                assert isinstance(error, CallRefused)
                assert error.code == FailureCode.QUOTA
        for caller in calling:
            await caller.end()


async def test_after_a_refusal_the_next_calls_are_careful_again() -> None:
    gate = a_gate(10)
    await gate.succeeded()
    assert await turns_of(gate, 10) == 10
    await gate.refused(FailureCode.UNAUTHORISED)
    assert await turns_of(gate, 10) == PROBES
    await gate.succeeded()
    assert await turns_of(gate, 10) == 10


async def test_when_everybody_is_asked_to_wait_nobody_calls_before_the_time() -> None:
    gate = a_gate(10)
    loop = asyncio.get_running_loop()
    gate.hold(0.1)
    gate.hold(0.05)
    earliest = loop.time() + 0.1
    async with callers(gate, 5) as made:
        await settle()
        assert made.calling == 0
        await until(lambda: made.calling > 0)
        assert loop.time() >= earliest


async def test_being_asked_to_wait_does_not_use_up_the_time() -> None:
    gate = a_gate(1)
    gate.hold(0.1)
    async with Effort(0.05) as effort, gate.turn(effort, 0):
        pass


async def test_one_who_gives_up_while_everybody_waits_gives_the_turn_back() -> None:
    gate = a_gate(2)
    gate.hold(LONG)
    async with callers(gate, 2):
        await settle()
    gate = a_gate(1)
    gate.hold(0.05)
    async with callers(gate, 1):
        await settle()
    async with callers(gate, 1) as (other,):
        await until(lambda: other.calling)


@pytest.mark.parametrize("seed", range(30))
async def test_whoever_gives_up_whenever_no_turn_is_lost(seed: int) -> None:
    dice = random.Random(seed)
    gate = a_gate(6)
    if dice.random() < 0.5:
        await gate.succeeded()
    async with callers(gate, 0) as made:
        for _ in range(150):
            match dice.randrange(6):
                case 0 | 1:
                    made.append(Caller(gate))
                case 2 | 3 if made:
                    dice.choice(made).task.cancel()
                case 4 if calling := [caller for caller in made if caller.calling]:
                    dice.choice(calling).let_go()
                case _:
                    for _ in range(dice.randrange(4)):
                        await asyncio.sleep(0)
            assert made.calling <= 6
            if dice.random() < 0.02:
                await gate.refused(FailureCode.QUOTA)
            if dice.random() < 0.05:
                await gate.succeeded()
        for caller in made:
            caller.let_go()
        await settle()
        assert all(caller.task.done() for caller in made)
    await gate.succeeded()
    assert await turns_of(gate, 6) == 6
