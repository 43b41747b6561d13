"""A bug in background work ends a step, not the work."""

import asyncio

import pytest
from prometheus_client import REGISTRY

from app.core import supervision
from app.core.ending import end
from app.core.supervision import keep_going


async def test_a_step_that_fails_is_counted_and_the_next_one_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "PAUSE_AFTER_A_BUG", 0)
    taken, enough = 0, asyncio.Event()

    async def step() -> None:
        nonlocal taken
        taken += 1
        if taken == 2:
            raise RuntimeError("a bug")
        if taken == 4:
            enough.set()
        await asyncio.sleep(0)

    before = REGISTRY.get_sample_value("greenway_background_failures_total", {"step": "test"}) or 0
    going = asyncio.create_task(keep_going("test", step))
    waiting = asyncio.create_task(enough.wait())
    await asyncio.wait({going, waiting}, return_when=asyncio.FIRST_COMPLETED)
    assert not going.done()
    assert REGISTRY.get_sample_value("greenway_background_failures_total", {"step": "test"}) == before + 1
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going


async def test_a_task_that_has_lost_a_cancellation_is_ended_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.ending.CANCEL_AGAIN", 0.01)
    lost = 0

    async def interrupted() -> None:
        """As a driver does that is cancelled while it connects."""
        nonlocal lost
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            lost += 1
            if lost < 3:
                raise OSError("could not connect") from None
            raise

    monkeypatch.setattr("app.core.supervision.PAUSE_AFTER_A_BUG", 0)
    going = asyncio.create_task(keep_going("connect", interrupted))
    failed = asyncio.create_task(asyncio.sleep(0))
    await asyncio.sleep(0)
    await end(going, failed)
    assert going.cancelled()
    assert lost == 3
