"""The live events of one roadmap within one process: every event once, in order, to everybody who listens."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from app.domain.viewer import Viewer

BACKLOG = 256
"""Events that may wait for one listener; a slower one is told to start afresh."""
MOST_TOGETHER = 128
"""Events in one frame."""
TICK = 0.05
"""Seconds for which events are gathered for listeners that take several in one frame."""


@dataclass(frozen=True, slots=True)
class EncodedEvent:
    """An event as it is sent: its number, and its JSON, made once for all listeners."""

    seq: int
    data: bytes


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """One frame. `seq` is the number of its event, or of the last one; None for frames that are no events."""

    type: str
    data: bytes
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where a client's frames can be written without waking its task."""

    encode: Callable[[EncodedFrame], bytes]
    """A frame as it goes over the wire: the same function for all clients of one kind, called once a frame for all."""
    write: Callable[[bytes], bool]
    """False when nothing was written, because the client has not taken what was written before, or has left."""


def frames_of(events: Sequence[EncodedEvent], *, coalesced: bool) -> list[EncodedFrame]:
    """One frame for each event, or for as many as a frame may hold."""
    if not coalesced:
        return [EncodedFrame("event", event.data, event.seq) for event in events]
    return [_together(events[start : start + MOST_TOGETHER]) for start in range(0, len(events), MOST_TOGETHER)]


def _together(events: Sequence[EncodedEvent]) -> EncodedFrame:
    data = b'{"events":[' + b",".join([event.data for event in events]) + b"]}"
    return EncodedFrame("events", data, events[-1].seq)


class FeedEnded(Exception):
    """The feed cannot go on for this listener; `str(error)` says why: `slow`, `deleted` or `stopping`."""


@dataclass(frozen=True, slots=True)
class _Delivery:
    """Events that are due for several listeners at once, and the frames of them."""

    events: Sequence[EncodedEvent]
    frames: Sequence[EncodedFrame]
    at: float
    _encoded: dict[Callable[[EncodedFrame], bytes], bytes] = field(default_factory=dict)

    def encoded(self, encode: Callable[[EncodedFrame], bytes]) -> bytes:
        chunk = self._encoded.get(encode)
        if chunk is None:
            chunk = self._encoded[encode] = b"".join(map(encode, self.frames))
        return chunk


class Listener:
    """One reader of a feed, in a viewer's name. It gets every event after `seq`, the feed's position when it joined.

    While its reader waits in `take` and its outlet takes more, events are written there at once. Otherwise they wait
    for the reader."""

    __slots__ = ("_backlog", "_ended", "_outlet", "_spoke_at", "_waiter", "coalesced", "sent", "seq", "viewer")

    def __init__(self, viewer: Viewer, seq: int, *, coalesced: bool = False, outlet: Outlet | None = None) -> None:
        self.viewer = viewer
        self.seq = seq
        self.sent = seq
        """The newest event that the client has been given; earlier ones are dropped."""
        self.coalesced = coalesced
        self._outlet = outlet
        self._spoke_at = asyncio.get_running_loop().time()
        self._backlog: list[EncodedEvent] = []
        self._ended: str | None = None
        self._waiter: asyncio.Future[None] | None = None

    async def take(self, silence: float) -> list[EncodedFrame]:
        """The frames that are due; none after `silence` seconds in which nothing was sent.

        Raises:
            FeedEnded: there will be no further ones.
        """
        loop = asyncio.get_running_loop()
        while True:
            if self._ended is not None:
                raise FeedEnded(self._ended)
            events = [event for event in self._backlog if event.seq > self.sent]
            self._backlog = []
            now = loop.time()
            left = self._spoke_at + silence - now
            if events or left <= 0:
                self._spoke_at = now
                self.sent = events[-1].seq if events else self.sent
                return frames_of(events, coalesced=self.coalesced)
            self._waiter = loop.create_future()
            timer = loop.call_later(left, self._wake)
            try:
                await self._waiter
            finally:
                timer.cancel()
                self._waiter = None

    def put(self, delivery: _Delivery) -> bool:
        """False when the listener is too slow; it has been told."""
        outlet = self._outlet
        if (
            outlet is not None
            and self._waiter is not None
            and self.sent < delivery.events[0].seq
            and outlet.write(delivery.encoded(outlet.encode))
        ):
            self._spoke_at = delivery.at
            self.sent = delivery.events[-1].seq
            return True
        if len(self._backlog) + len(delivery.events) > BACKLOG:
            self.end("slow")
            return False
        self._backlog += delivery.events
        self._wake()
        return True

    def end(self, reason: str) -> None:
        """Drop what waits, since it is of no use without what would have followed."""
        self._backlog = []
        self._ended = reason
        self._wake()

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)


class LiveFeed:
    """Puts what arrives into order. `read_after(seq)` reads committed events from Postgres, to fill gaps."""

    def __init__(self, seq: int, read_after: Callable[[int], Awaitable[Sequence[EncodedEvent]]]) -> None:
        self.seq = seq
        self._read_after = read_after
        self._listeners: set[Listener] = set()
        self._coalesced: set[Listener] = set()
        """Those of them that take several events in one frame."""
        self._gathered: list[EncodedEvent] = []
        self._tick: asyncio.TimerHandle | None = None
        self._filling = asyncio.Lock()

    def join(self, viewer: Viewer, *, coalesced: bool = False, outlet: Outlet | None = None) -> Listener:
        listener = Listener(viewer, self.seq, coalesced=coalesced, outlet=outlet)
        self._group_of(listener).add(listener)
        return listener

    def leave(self, listener: Listener) -> bool:
        """True when the last listener has gone."""
        self._group_of(listener).discard(listener)
        return not (self._listeners or self._coalesced)

    async def arrived(self, event: EncodedEvent) -> None:
        """An event came in: drop it when it is known, fill the gap when some before it are missing."""
        if event.seq == self.seq + 1:
            self._pass_on(event)
        elif event.seq > self.seq + 1:
            await self.catch_up(event.seq)

    async def catch_up(self, seq: int) -> None:
        """Read what is missing up to `seq`, and any later events. Where that is kept no more, listeners are told
        to start afresh."""
        async with self._filling:
            while self.seq < seq:
                events = await self._read_after(self.seq)
                if not events or events[0].seq > self.seq + 1:
                    self.seq = seq
                    self.end("slow")
                for event in events:
                    if event.seq == self.seq + 1:
                        self._pass_on(event)

    def end(self, reason: str, *, but_for: Viewer | None = None) -> None:
        """Nothing more is sent, but to one viewer."""
        for group in (self._listeners, self._coalesced):
            for listener in [one for one in group if one.viewer != but_for]:
                listener.end(reason)
                group.discard(listener)

    def _group_of(self, listener: Listener) -> set[Listener]:
        return self._coalesced if listener.coalesced else self._listeners

    def _pass_on(self, event: EncodedEvent) -> None:
        self.seq = event.seq
        self._deliver(self._listeners, [event], coalesced=False)
        if not self._coalesced:
            return
        self._gathered.append(event)
        if len(self._gathered) >= MOST_TOGETHER:
            self._tell_gathered()
        elif self._tick is None:
            self._tick = asyncio.get_running_loop().call_later(TICK, self._tell_gathered)

    def _tell_gathered(self) -> None:
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None
        events, self._gathered = self._gathered, []
        self._deliver(self._coalesced, events, coalesced=True)

    def _deliver(self, group: set[Listener], events: Sequence[EncodedEvent], *, coalesced: bool) -> None:
        if not group:
            return
        at = asyncio.get_running_loop().time()
        delivery = _Delivery(events, frames_of(events, coalesced=coalesced), at)
        for listener in [one for one in group if not one.put(delivery)]:
            group.discard(listener)
