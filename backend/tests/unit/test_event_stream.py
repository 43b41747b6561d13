"""One client's stream: every event once, whichever way it comes, one by one or together."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast
from uuid import UUID, uuid4

import orjson
import pytest

from app.core.errors import InvalidInput
from app.domain.records import RoadmapPosition
from app.domain.viewer import LOCAL_VIEWER, RoadmapHandle, Viewer
from app.live import live_feed
from app.live.event_hub import EventHub
from app.live.event_stream import EventStream, Wish, parse_wish
from app.live.live_feed import (
    BACKLOG,
    MOST_TOGETHER,
    EncodedEvent,
    EncodedFrame,
    FeedEnded,
    Listener,
    LiveFeed,
    Outlet,
)
from app.reading.kept_roadmaps import RoadmapSnapshot
from app.reading.roadmaps import RoadmapReader

ROADMAP, EPOCH = uuid4(), uuid4()
NEWEST = 3
SILENCE = 20.0


def event(seq: int) -> EncodedEvent:
    return EncodedEvent(seq=seq, data=b"%d" % seq)


async def nothing_after(seq: int) -> list[EncodedEvent]:
    return []


class OneFeed:
    """A hub of one roadmap."""

    def __init__(self, *, floor: int = 0, kept: Sequence[int] = range(1, NEWEST + 1)) -> None:
        self.feed = LiveFeed(NEWEST, nothing_after)
        self._floor = floor
        self._kept = kept

    @asynccontextmanager
    async def listen(
        self, viewer: Viewer, roadmap_id: UUID, **how: Any
    ) -> AsyncIterator[tuple[Listener, RoadmapPosition]]:
        assert viewer == LOCAL_VIEWER
        listener = self.feed.join(viewer, **how)
        newest = self.feed.seq
        yield listener, RoadmapPosition(handle=RoadmapHandle(roadmap_id), epoch=EPOCH, seq=newest, floor=self._floor)
        self.feed.leave(listener)

    async def read(self, position: RoadmapPosition, *, after: int, until: int) -> list[EncodedEvent]:
        return [event(seq) for seq in self._kept if after < seq <= until]

    def stream(self, *, heartbeat: float = SILENCE) -> EventStream:
        class Reader:
            async def at(self, *_: object) -> RoadmapSnapshot:
                return RoadmapSnapshot(epoch=ROADMAP, seq=NEWEST, body=b"{}")

        return EventStream(cast(EventHub, self), cast(RoadmapReader, Reader()), heartbeat=heartbeat, most=10)


class Wire:
    """A client's transport, and how often something was encoded for it."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.takes_more = True
        self.encoded = 0

    def encode(self, frame: EncodedFrame) -> bytes:
        self.encoded += 1
        return b"<%b>" % frame.data

    def write(self, data: bytes) -> bool:
        if self.takes_more:
            self.written.append(data)
        return self.takes_more


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def outlet(wire: Wire) -> Outlet:
    return Outlet(wire.encode, wire.write)


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A tick comes as soon as nothing else is to be done."""
    monkeypatch.setattr(live_feed, "TICK", 0)
    yield


async def waits(listener: Listener) -> "asyncio.Task[list[EncodedFrame]]":
    """Its reader, which waits for what comes next."""
    reader = asyncio.create_task(listener.take(SILENCE))
    await asyncio.sleep(0)
    return reader


async def test_what_the_backlog_and_the_live_channel_both_bring_is_sent_once() -> None:
    hub = OneFeed()
    frames = hub.stream().follow(LOCAL_VIEWER, ROADMAP, Wish(since=1))
    seen = [await anext(frames)]
    for seq in (2, 3, 4, 4, 5):
        await hub.feed.arrived(event(seq))
    seen += [await anext(frames) for _ in range(3)]
    assert [frame.seq for frame in seen] == [2, 3, 4, 5]


@pytest.mark.parametrize(("since", "type_"), [(2, "resync"), (3, "heartbeat")])
async def test_a_client_from_below_the_floor_starts_afresh(since: int, type_: str) -> None:
    first = await anext(OneFeed(floor=3).stream().follow(LOCAL_VIEWER, ROADMAP, Wish(since=since)))
    assert first.type == type_


async def test_a_client_whose_missed_events_are_removed_while_it_connects_starts_afresh() -> None:
    hub = OneFeed(kept=[])
    frames = hub.stream().follow(LOCAL_VIEWER, ROADMAP, Wish(since=1))
    seen = [await anext(frames) for _ in range(2)]
    await hub.feed.arrived(event(4))
    seen.append(await anext(frames))
    assert [frame.type for frame in seen] == ["resync", "snapshot", "event"]


@pytest.mark.parametrize("kept", [[], [8]])
async def test_a_feed_that_was_behind_when_events_were_removed_goes_on(kept: list[int]) -> None:
    """Its listeners start afresh; those who come then hear what follows."""

    async def read_after(seq: int) -> list[EncodedEvent]:
        await asyncio.sleep(0)
        return [event(one) for one in kept if one > seq]

    feed = LiveFeed(3, read_after)
    behind = feed.join(LOCAL_VIEWER)
    async with asyncio.timeout(1):
        await feed.catch_up(7)
        with pytest.raises(FeedEnded, match="slow"):
            await behind.take(SILENCE)
        later = feed.join(LOCAL_VIEWER)
        await feed.arrived(event(8))
        await feed.arrived(event(9))
        assert [frame.seq for frame in await later.take(SILENCE)] == [8, 9][len(kept) :]


async def test_a_frame_is_encoded_once_and_written_to_all_whose_readers_wait(wire: Wire, outlet: Outlet) -> None:
    feed = LiveFeed(3, nothing_after)
    readers = [await waits(feed.join(LOCAL_VIEWER, outlet=outlet)) for _ in range(5)]
    await feed.arrived(event(4))
    assert wire.written == [b"<4>"] * 5
    assert wire.encoded == 1
    await asyncio.sleep(0)
    assert not any(reader.done() for reader in readers), "no task was woken"


async def test_a_client_that_takes_no_more_gets_what_it_missed_in_order_from_its_reader(
    wire: Wire, outlet: Outlet
) -> None:
    feed = LiveFeed(3, nothing_after)
    listener = feed.join(LOCAL_VIEWER, outlet=outlet)
    reader = await waits(listener)
    await feed.arrived(event(4))
    wire.takes_more = False
    await feed.arrived(event(5))
    wire.takes_more = True
    await feed.arrived(event(6))  # not before event 5
    assert wire.written == [b"<4>"]
    assert [frame.seq for frame in await reader] == [5, 6]
    await waits(listener)
    await feed.arrived(event(7))
    assert wire.written == [b"<4>", b"<7>"]


async def test_a_slow_client_is_told_to_start_afresh_and_slows_nobody(wire: Wire, outlet: Outlet) -> None:
    hub = OneFeed()
    slow = hub.stream().follow(LOCAL_VIEWER, ROADMAP, Wish(since=NEWEST))
    assert (await anext(slow)).type == "heartbeat"  # and it does not come back for more
    await waits(hub.feed.join(LOCAL_VIEWER, outlet=outlet))
    for seq in range(NEWEST + 1, NEWEST + BACKLOG + 2):
        await hub.feed.arrived(event(seq))
    assert len(wire.written) == BACKLOG + 1
    assert [(await anext(slow)).type for _ in range(2)] == ["resync", "snapshot"]
    await hub.feed.arrived(event(NEWEST + BACKLOG + 2))
    assert (await anext(slow)).seq == NEWEST + BACKLOG + 2


async def test_events_of_a_tick_come_in_one_frame_to_those_who_ask_for_it(
    ticks: None, wire: Wire, outlet: Outlet
) -> None:
    feed = LiveFeed(3, nothing_after)
    together = await waits(feed.join(LOCAL_VIEWER, coalesced=True))
    await waits(feed.join(LOCAL_VIEWER, coalesced=True, outlet=outlet))
    alone = await waits(feed.join(LOCAL_VIEWER))
    for seq in (4, 5, 6):
        await feed.arrived(event(seq))
    assert [frame.data for frame in await alone] == [b"4", b"5", b"6"]
    [frame] = await together
    assert (orjson.loads(frame.data), frame.seq) == ({"events": [4, 5, 6]}, 6)
    assert wire.written == [b'<{"events":[4,5,6]}>']


async def test_who_joins_between_two_ticks_does_not_hear_what_it_knows(ticks: None, wire: Wire, outlet: Outlet) -> None:
    feed = LiveFeed(3, nothing_after)
    feed.join(LOCAL_VIEWER, coalesced=True)
    await feed.arrived(event(4))
    reader = await waits(feed.join(LOCAL_VIEWER, coalesced=True, outlet=outlet))
    await feed.arrived(event(5))
    assert [frame.data for frame in await reader] == [b'{"events":[5]}']


async def test_a_frame_holds_a_bounded_number_of_events(wire: Wire, outlet: Outlet) -> None:
    feed = LiveFeed(0, nothing_after)
    await waits(feed.join(LOCAL_VIEWER, coalesced=True, outlet=outlet))
    for seq in range(1, MOST_TOGETHER + 2):
        await feed.arrived(event(seq))
    assert [len(orjson.loads(data[1:-1])["events"]) for data in wire.written] == [MOST_TOGETHER]


async def test_missed_events_come_together_to_those_who_ask_for_it() -> None:
    frames = OneFeed().stream().follow(LOCAL_VIEWER, ROADMAP, Wish(since=1, coalesced=True))
    assert orjson.loads((await anext(frames)).data) == {"events": [2, 3]}


async def test_silence_is_counted_from_the_last_event_that_was_written(wire: Wire, outlet: Outlet) -> None:
    hub = OneFeed()
    frames = hub.stream(heartbeat=0.05).follow(LOCAL_VIEWER, ROADMAP, Wish(since=NEWEST), outlet)
    assert orjson.loads((await anext(frames)).data) == {"type": "heartbeat", "seq": NEWEST}
    following = asyncio.ensure_future(anext(frames))
    await asyncio.sleep(0)
    await hub.feed.arrived(event(NEWEST + 1))
    assert wire.written == [b"<4>"]
    assert orjson.loads((await following).data) == {"type": "heartbeat", "seq": NEWEST + 1}


async def test_the_end_of_a_feed_reaches_readers_that_wait(outlet: Outlet) -> None:
    feed = LiveFeed(3, nothing_after)
    readers = [await waits(feed.join(LOCAL_VIEWER, coalesced=coalesced, outlet=outlet)) for coalesced in (False, True)]
    feed.end("deleted")
    for reader in readers:
        with pytest.raises(FeedEnded, match="deleted"):
            await reader


@pytest.mark.parametrize("text", ["2", "true", "yes"])
def test_what_is_neither_0_nor_1_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="`coalesce` must be 0 or 1"):
        parse_wish(since=None, coalesce=text)


def test_a_client_says_what_it_wants() -> None:
    assert parse_wish(since="4", coalesce="1") == Wish(since=4, coalesced=True)
    assert parse_wish(since=None, coalesce="0") == Wish(since=None, coalesced=False)
