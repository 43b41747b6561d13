"""Calls that are carried out together."""

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar

import pytest

from app.core.joining import MOST_ROUNDS, Joined

who: ContextVar[str] = ContextVar("who", default="nobody")


class Doubling:
    """Doubles numbers when it is let; negative ones it refuses, and zero it cannot do for anybody."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.seen: list[str] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def __call__(self, numbers: Sequence[int]) -> list[int | BaseException]:
        self.groups.append(list(numbers))
        self.seen.append(who.get())
        await self.may_answer.wait()
        if 0 in numbers:
            raise ZeroDivisionError
        return [ValueError(number) if number < 0 else 2 * number for number in numbers]


async def test_a_call_goes_out_at_once_and_those_that_come_meanwhile_go_together() -> None:
    doubling = Doubling()
    joined: Joined[int, int] = Joined(doubling, at_most=3)
    doubling.may_answer.clear()
    calls = [asyncio.create_task(joined(1))]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert doubling.groups == [[1]]
    calls += [asyncio.create_task(joined(number)) for number in range(2, 7)]
    await asyncio.sleep(0)
    doubling.may_answer.set()
    assert await asyncio.gather(*calls) == [2, 4, 6, 8, 10, 12]
    assert doubling.groups == [[1], [2, 3, 4], [5, 6]]
    assert await joined(7) == 14


async def test_one_callers_error_is_no_others_and_a_groups_is_everybodys() -> None:
    joined: Joined[int, int] = Joined(Doubling(), at_most=10)
    own = await asyncio.gather(*map(joined, (1, -1, 2)), return_exceptions=True)
    assert own[::2] == [2, 4]
    assert isinstance(own[1], ValueError)
    shared = await asyncio.gather(*map(joined, (1, 0, 2)), return_exceptions=True)
    assert [type(error) for error in shared] == [ZeroDivisionError] * 3
    assert await joined(3) == 6


async def test_a_caller_that_is_cancelled_takes_nothing_from_the_others() -> None:
    doubling = Doubling()
    joined: Joined[int, int] = Joined(doubling, at_most=10)
    doubling.may_answer.clear()
    impatient, patient = asyncio.create_task(joined(1)), asyncio.create_task(joined(2))
    await asyncio.sleep(0)
    impatient.cancel()
    doubling.may_answer.set()
    assert await patient == 4
    with pytest.raises(asyncio.CancelledError):
        await impatient


@pytest.mark.parametrize(("abandonable", "groups"), [(True, [[1], [3, 4]]), (False, [[1], [2, 3], [4]])])
async def test_what_is_asked_for_by_a_caller_that_leaves_while_it_waits(
    abandonable: bool, groups: list[list[int]]
) -> None:
    doubling = Doubling()
    joined: Joined[int, int] = Joined(doubling, at_most=2, abandonable=abandonable)
    doubling.may_answer.clear()
    first = asyncio.create_task(joined(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gone, *others = [asyncio.create_task(joined(number)) for number in (2, 3, 4)]
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait([gone])
    doubling.may_answer.set()
    assert await asyncio.gather(first, *others) == [2, 6, 8]
    assert doubling.groups == groups


async def test_the_work_runs_in_no_callers_context() -> None:
    doubling = Doubling()
    who.set("the first caller")
    await Joined(doubling, at_most=10)(1)
    assert doubling.seen == ["nobody"]


async def test_one_that_is_stuck_holds_up_no_others() -> None:
    stuck = asyncio.Event()

    async def carry_out(numbers: Sequence[int]) -> list[int | BaseException]:
        if 13 in numbers:
            await stuck.wait()
        return list(numbers)

    joined: Joined[int, int] = Joined(carry_out, at_most=2, patience=0.01)
    unlucky = asyncio.create_task(joined(13))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert await asyncio.gather(*map(joined, range(7))) == list(range(7))
    assert not unlucky.done()
    stuck.set()
    assert await unlucky == 13


async def test_without_patience_groups_follow_one_another() -> None:
    doubling = Doubling()
    joined: Joined[int, int] = Joined(doubling, at_most=10, patience=None)
    doubling.may_answer.clear()
    calls = [asyncio.create_task(joined(number)) for number in (1, 2)]
    await asyncio.sleep(0)
    calls.append(asyncio.create_task(joined(3)))
    await asyncio.sleep(0.02)
    assert doubling.groups == [[1, 2]]
    doubling.may_answer.set()
    assert await asyncio.gather(*calls) == [2, 4, 6]


async def test_stuck_groups_are_relieved_again_and_again_but_only_so_often() -> None:
    groups: list[Sequence[int]] = []
    stuck = asyncio.Event()

    async def carry_out(numbers: Sequence[int]) -> list[int | BaseException]:
        groups.append(numbers)
        await stuck.wait()
        return list(numbers)

    joined: Joined[int, int] = Joined(carry_out, at_most=1, patience=0.001)
    calls = [asyncio.create_task(joined(number)) for number in range(MOST_ROUNDS + 3)]
    async with asyncio.timeout(10):
        while len(groups) < MOST_ROUNDS:
            await asyncio.sleep(0.001)
    await asyncio.sleep(0.02)
    assert len(groups) == MOST_ROUNDS
    stuck.set()
    assert await asyncio.gather(*calls) == list(range(MOST_ROUNDS + 3))


async def test_when_a_group_is_cancelled_its_callers_are_and_those_that_wait_go_on() -> None:
    rounds: list[asyncio.Task[object]] = []
    waiting = asyncio.Event()

    async def carry_out(numbers: Sequence[int]) -> list[int | BaseException]:
        if 1 in numbers:
            current = asyncio.current_task()
            assert current is not None
            rounds.append(current)
            await waiting.wait()
        return list(numbers)

    joined: Joined[int, int] = Joined(carry_out, at_most=1, patience=None)
    lost, next_one = asyncio.create_task(joined(1)), asyncio.create_task(joined(2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    rounds[0].cancel()
    async with asyncio.timeout(5):
        assert await next_one == 2
    await asyncio.sleep(0)
    assert lost.cancelled()
