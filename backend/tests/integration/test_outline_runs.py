"""A draft that is paid for is kept: the store may be away, and may have saved without being able to say so."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from factories import a_failure, an_outline
from fakes import RecordingEvents
from integration.conftest import DRAFTED, Desk, claim_of

from app.db.outline_store import OutlineStore, SavedOutline
from app.domain.events import Failed, OutlineReady
from app.domain.ownership import Claim
from app.domain.roadmap import LearningRequest, Outline
from app.domain.usage import Usage
from app.domain.viewer import LOCAL_VIEWER
from app.generation import patience
from app.generation.orchestrator import RunEnd
from app.generation.ports import StoreUnavailable
from app.generation.work import Delivery
from app.tasks.outline_run import OutlineRun

USED = Usage(calls=1, input_tokens=100, output_tokens=200)


class OneDraft:
    """An author that counts how often it is asked."""

    name = "test"

    def __init__(self) -> None:
        self.asked = 0

    async def draft(self, request: LearningRequest) -> Delivery[Outline]:
        self.asked += 1
        return Delivery(result=an_outline(3), usage=USED)

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"a draft asks for no {name}")


class Mute(OutlineStore):
    """Saves, and cannot say so for some times: the connection is lost with the commit's answer."""

    answers_lost = 2

    async def save(self, *arguments: Any, **named: Any) -> SavedOutline:
        saved = await super().save(*arguments, **named)
        if self.answers_lost:
            self.answers_lost -= 1
            raise StoreUnavailable("the answer is lost")
        return saved


async def drafting(desk: Desk) -> Claim:
    created = await desk.drafting()
    claim = await claim_of(await desk.a_worker(), created.task_id)
    assert claim is not None
    return claim


async def usage_of(desk: Desk, claim: Claim) -> dict[str, Any]:
    usage = (await desk.read.tasks.task(LOCAL_VIEWER, claim.task_id)).usage
    return {name: getattr(usage, name) for name in ("calls", "input_tokens", "output_tokens")}


async def test_a_draft_is_asked_for_once_however_often_the_answer_of_its_saving_is_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "FIRST_RETRY", 0.001)
    claim, author, events = await drafting(desk), OneDraft(), RecordingEvents()
    run = OutlineRun(claim, Mute(desk.sessions, claim), author, events)
    assert await run.run() == RunEnd.FINISHED
    assert author.asked == 1
    assert [type(event) for event in events.published] == [OutlineReady]
    assert await usage_of(desk, claim) == {"calls": 1, "input_tokens": 100, "output_tokens": 200}
    assert (await desk.read.tasks.task(LOCAL_VIEWER, claim.task_id)).status == "completed"


async def test_a_failure_that_is_told_twice_counts_once(desk: Desk) -> None:
    claim = await drafting(desk)
    store, save_id = OutlineStore(desk.sessions, claim), uuid4()
    (first,) = await store.fail(a_failure(), USED, None, save_id=save_id)
    (second,) = await store.fail(a_failure(), USED, None, save_id=save_id)
    assert isinstance(first, Failed)
    assert (first.usage, second) == (USED, first)
    assert (await usage_of(desk, claim))["calls"] == 1


async def test_a_draft_that_is_cancelled_before_it_began_asks_nobody(desk: Desk) -> None:
    claim, author = await drafting(desk), OneDraft()
    await desk.steering.cancel(LOCAL_VIEWER, claim.roadmap_id)
    run = OutlineRun(claim, OutlineStore(desk.sessions, claim), author, RecordingEvents())
    assert await run.run() == RunEnd.FINISHED
    assert author.asked == 0


async def test_an_outline_says_what_its_draft_has_used_up(desk: Desk) -> None:
    claim = await drafting(desk)
    saved = await OutlineStore(desk.sessions, claim).save(an_outline(3), DRAFTED, USED, save_id=uuid4())
    (ready,) = saved.events
    assert isinstance(ready, OutlineReady)
    assert ready.usage == USED


async def test_nobody_waits_for_a_store_that_is_away_once_the_run_is_given_up(desk: Desk) -> None:
    claim = await drafting(desk)

    class Away(OutlineStore):
        async def save(self, *arguments: Any, **named: Any) -> SavedOutline:
            raise StoreUnavailable("away")

    running = asyncio.create_task(OutlineRun(claim, Away(desk.sessions, claim), OneDraft(), RecordingEvents()).run())
    done, _ = await asyncio.wait({running}, timeout=0.3)
    assert not done
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
