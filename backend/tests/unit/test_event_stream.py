"""One client's stream: every event once, whichever way it comes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from app.domain.records import RoadmapPosition
from app.domain.viewer import LOCAL_VIEWER, RoadmapHandle, Viewer
from app.live.event_hub import EventHub
from app.live.event_stream import EncodedFrame, EventStream
from app.live.live_feed import EncodedEvent, FeedEnded, LiveFeed
from app.reading.kept_roadmaps import RoadmapSnapshot
from app.reading.roadmaps import RoadmapReader

ROADMAP, EPOCH = uuid4(), uuid4()
NEWEST = 3


def frame(seq: int) -> EncodedEvent:
    return EncodedEvent(seq=seq, data=b"%d" % seq)


class Overlapping:
    """A hub whose live channel brings once more what has been read already."""

    def __init__(self, live: Sequence[int]) -> None:
        self._live: asyncio.Queue[EncodedEvent] = asyncio.Queue()
        for seq in live:
            self._live.put_nowait(frame(seq))
        self.seq = NEWEST
        self.floor = 0
        self.viewer = LOCAL_VIEWER

    async def next(self) -> EncodedEvent:
        return await self._live.get()

    @asynccontextmanager
    async def listen(self, viewer: Viewer, roadmap_id: UUID) -> AsyncIterator[tuple["Overlapping", RoadmapPosition]]:
        assert viewer == LOCAL_VIEWER
        yield self, RoadmapPosition(handle=RoadmapHandle(roadmap_id), epoch=EPOCH, seq=NEWEST, floor=self.floor)

    async def read(self, position: RoadmapPosition, *, after: int, until: int) -> list[EncodedEvent]:
        assert position.seq == NEWEST
        return [frame(seq) for seq in range(after + 1, until + 1)]


async def test_what_the_backlog_and_the_live_channel_both_bring_is_sent_once() -> None:
    hub: Any = Overlapping(live=[2, 3, 4, 4, 5])
    stream = EventStream(cast(EventHub, hub), cast(RoadmapReader, None), heartbeat=20, most=10)
    seen: list[EncodedFrame] = []
    async for message in stream.follow(LOCAL_VIEWER, ROADMAP, since=1):
        seen.append(message)
        if message.seq == 5:
            break
    assert [message.seq for message in seen] == [2, 3, 4, 5]


@pytest.mark.parametrize(("since", "type_"), [(2, "resync"), (3, "heartbeat")])
async def test_a_client_from_below_the_floor_starts_afresh(since: int, type_: str) -> None:
    hub: Any = Overlapping(live=[4])
    hub.floor = 3

    class Reader:
        async def at(self, *_: object) -> RoadmapSnapshot:
            return RoadmapSnapshot(epoch=ROADMAP, seq=NEWEST, body=b"{}")

    stream = EventStream(cast(EventHub, hub), cast(RoadmapReader, Reader()), heartbeat=20, most=10)
    first = await anext(stream.follow(LOCAL_VIEWER, ROADMAP, since=since))
    assert first.type == type_


async def test_a_client_whose_missed_events_are_removed_while_it_connects_starts_afresh() -> None:
    class Folded(Overlapping):
        async def read(self, position: RoadmapPosition, *, after: int, until: int) -> list[EncodedEvent]:
            return []

    class Reader:
        async def at(self, *_: object) -> RoadmapSnapshot:
            return RoadmapSnapshot(epoch=ROADMAP, seq=NEWEST, body=b"{}")

    stream = EventStream(cast(EventHub, Folded(live=[4])), cast(RoadmapReader, Reader()), heartbeat=20, most=10)
    seen: list[EncodedFrame] = []
    async for message in stream.follow(LOCAL_VIEWER, ROADMAP, since=1):
        seen.append(message)
        if message.seq == 4:
            break
    assert [message.type for message in seen] == ["resync", "snapshot", "event"]


@pytest.mark.parametrize("kept", [[], [8]])
async def test_a_feed_that_was_behind_when_events_were_removed_goes_on(kept: list[int]) -> None:
    """Its listeners start afresh; those who come then hear what follows."""

    async def read_after(seq: int) -> list[EncodedEvent]:
        await asyncio.sleep(0)
        return [frame(one) for one in kept if one > seq]

    feed = LiveFeed(3, read_after)
    behind = feed.join(LOCAL_VIEWER)
    async with asyncio.timeout(1):
        await feed.catch_up(7)
        with pytest.raises(FeedEnded, match="slow"):
            await behind.next()
        later = feed.join(LOCAL_VIEWER)
        await feed.arrived(frame(8))
        await feed.arrived(frame(9))
        assert [(await later.next()).seq for _ in range(2 - len(kept))] == [8, 9][len(kept) :]
