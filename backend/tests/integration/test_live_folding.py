"""History ends while somebody follows: nobody waits for what is gone, and what is new is heard."""

from collections.abc import AsyncIterator

import orjson
import pytest
from factories import a_batch
from integration.conftest import Desk, generated
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.viewer import LOCAL_VIEWER
from app.live.event_hub import EventHub
from app.live.event_stream import EventStream, Wish
from app.messaging.redis_client import create_redis
from app.messaging.sealed_events import EventSeal


@pytest.fixture
async def hub(desk: Desk, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EventHub]:
    monkeypatch.setattr("app.live.event_hub.CHECK_EVERY", 0.05)
    redis = create_redis(redis_url)
    hub = EventHub(desk.sessions, redis, EventSeal(desk.sessions))
    hub.start()
    yield hub
    await hub.stop()
    await redis.aclose()


async def fold(desk: Desk) -> None:
    async def ages(session: AsyncSession) -> None:
        older = "jsonb_set(body::jsonb, '{at}', to_jsonb(now() - interval '8 days'))::json"
        await session.execute(text(f"UPDATE events SET body = {older}"))

    await desk.execute(ages)
    await (await desk.a_worker()).clean_up()


async def test_who_follows_while_history_ends_hears_what_comes_next_and_who_is_below_it_starts_afresh(
    desk: Desk, hub: EventHub
) -> None:
    roadmap_id = await generated(desk, a_batch("c0", "c1", "c2"))
    position = await desk.read.roadmaps.position(LOCAL_VIEWER, roadmap_id)
    stream = EventStream(hub, desk.read.roadmaps, heartbeat=20, most=10)
    following = stream.follow(LOCAL_VIEWER, roadmap_id, Wish(since=position.seq))
    assert (await anext(following)).type == "heartbeat"
    await fold(desk)
    assert (await desk.read.roadmaps.position(LOCAL_VIEWER, roadmap_id)).floor == position.seq
    below = stream.follow(LOCAL_VIEWER, roadmap_id, Wish(since=position.seq - 1))
    assert orjson.loads((await anext(below)).data) == {"type": "resync", "reason": "too_old"}
    assert (await anext(below)).type == "snapshot"
    at_the_floor = stream.follow(LOCAL_VIEWER, roadmap_id, Wish(since=position.seq))
    assert (await anext(at_the_floor)).type == "heartbeat"
    await desk.roadmaps.mark_learned(LOCAL_VIEWER, roadmap_id, "c0", learned=True)
    for one in (following, below, at_the_floor):
        assert (await anext(one)).seq == position.seq + 1
        await one.aclose()


async def test_a_process_that_had_not_heard_of_what_is_gone_lets_its_clients_start_afresh(
    desk: Desk, hub: EventHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stood still while the roadmap was changed and its history ended; Redis has nothing for it either."""
    roadmap_id = await generated(desk, a_batch("c0", "c1", "c2"))
    position = await desk.read.roadmaps.position(LOCAL_VIEWER, roadmap_id)
    stream = EventStream(hub, desk.read.roadmaps, heartbeat=20, most=10)
    following = stream.follow(LOCAL_VIEWER, roadmap_id, Wish(since=position.seq))
    assert (await anext(following)).type == "heartbeat"

    async def stands_still(*_: object) -> None: ...

    with monkeypatch.context() as patch:
        patch.setattr(hub, "_compare", stands_still)
        await desk.roadmaps.mark_learned(LOCAL_VIEWER, roadmap_id, "c0", learned=True)
        await fold(desk)
    assert [(await anext(following)).type for _ in range(2)] == ["resync", "snapshot"]
    await desk.roadmaps.mark_learned(LOCAL_VIEWER, roadmap_id, "c1", learned=True)
    assert (await anext(following)).seq == position.seq + 2
    await following.aclose()
