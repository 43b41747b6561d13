"""What goes through Redis is signed: who can write there can neither forge an event nor silence the live ones."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import orjson
import pytest
from factories import an_outline
from integration.conftest import Desk
from prometheus_client import REGISTRY
from redis.asyncio import Redis

from app.domain.viewer import LOCAL_VIEWER
from app.embedded.valkey import EmbeddedValkey
from app.live import event_hub
from app.live.event_hub import EventHub
from app.live.live_feed import EncodedFrame
from app.messaging.channels import channel, stream_key
from app.messaging.redis_client import create_redis
from app.messaging.sealed_events import LONGEST_IN_REDIS, EventSeal
from app.services.notification_service import NotificationService


@dataclass
class Line:
    """A hub whose watch over Postgres comes too late to help, so that what arrives has come through Redis."""

    hub: EventHub
    notifications: NotificationService
    redis: Redis


@pytest.fixture
async def line(desk: Desk, valkey: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    monkeypatch.setattr(event_hub, "CHECK_EVERY", 3600)
    redis = create_redis(valkey.url)
    hub = EventHub(desk.sessions, redis, EventSeal(desk.sessions))
    hub.start()
    yield Line(hub, NotificationService(redis, EventSeal(desk.sessions)), redis)
    await hub.stop()
    await redis.aclose()


def dropped() -> float:
    return REGISTRY.get_sample_value("greenway_ignored_messages_total", {"kind": "event"}) or 0


async def test_forged_and_broken_messages_are_dropped_and_the_next_event_arrives(desk: Desk, line: Line) -> None:
    roadmap_id = await desk.drafted()
    async with line.hub.listen(LOCAL_VIEWER, roadmap_id) as (listener, _):
        before, seq = dropped(), listener.seq
        desk.events.published.clear()
        await desk.steering.approve(LOCAL_VIEWER, roadmap_id)
        [event, *_] = desk.events.published
        real = event.model_dump_json().encode()
        another_key = EventSeal(desk.sessions)
        another_key._key = b"another key"
        sealed = another_key.seal(roadmap_id, seq + 1, real)
        forged = [
            *(b"", b"garbage", b"\xff" * 100, b"{}", b"[]", b"null", real, sealed, sealed[:-1], b"\0" * 40),
            b'{"roadmap_id": "x", "seq": "y"}',
        ]
        for message in forged:
            await line.redis.publish(channel(roadmap_id), message)
        await line.notifications.publish([event])
        [frame] = await asyncio.wait_for(listener.take(20), 10)
        assert (frame.seq, frame.data) == (seq + 1, real)
        assert dropped() - before == len(forged)


async def test_a_forged_entry_of_the_stream_is_not_passed_on(desk: Desk, line: Line) -> None:
    roadmap_id = await desk.drafted()
    async with line.hub.listen(LOCAL_VIEWER, roadmap_id) as (_, position):
        newest = position.seq
        for seq in range(1, newest + 1):
            await line.redis.xadd(
                stream_key(roadmap_id, position.epoch), {"e": b'{"seq": 7, "type": "completed"}'}, f"{seq}-0"
            )
        frames = await line.hub.read(position, after=0, until=newest)
    assert [frame.seq for frame in frames] == list(range(1, newest + 1))
    assert all(orjson.loads(frame.data)["roadmap_id"] == str(roadmap_id) for frame in frames)


async def test_a_big_event_goes_through_redis_by_its_number_alone(desk: Desk, line: Line) -> None:
    roadmap_id = await desk.drafted(an_outline(120))
    position = await desk.read.roadmaps.position(LOCAL_VIEWER, roadmap_id)
    desk.events.published.clear()
    async with line.hub.listen(LOCAL_VIEWER, roadmap_id) as (listener, _):
        await desk.outlines.replace(LOCAL_VIEWER, roadmap_id, an_outline(150), if_match=None)
        published = list(desk.events.published)
        assert any(len(event.model_dump_json()) > LONGEST_IN_REDIS for event in published)
        await line.notifications.publish(published)
        frames: list[EncodedFrame] = []
        async with asyncio.timeout(10):
            while len(frames) < len(published):
                frames += await listener.take(20)
        for event, frame in zip(published, frames, strict=True):
            assert orjson.loads(frame.data) == orjson.loads(event.model_dump_json())
    entries = await line.redis.xrange(stream_key(roadmap_id, position.epoch))
    assert entries
    assert all(fields and len(fields[b"e"]) <= LONGEST_IN_REDIS + 40 for _, fields in entries)
    kept = await line.hub.read(position, after=position.seq, until=published[-1].seq)
    assert [one.seq for one in kept] == [event.seq for event in published]
    assert [orjson.loads(one.data)["seq"] for one in kept] == [event.seq for event in published]
