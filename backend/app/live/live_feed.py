"""The live events of one roadmap within one process: every event once, in order, to everybody who listens."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from app.domain.viewer import Viewer

BACKLOG = 256
"""Events that may wait for one listener; a slower one is told to start afresh."""


@dataclass(frozen=True, slots=True)
class EncodedEvent:
    """An event as it is sent: its number, and its JSON, made once for all listeners."""

    seq: int
    data: bytes


class FeedEnded(Exception):
    """The feed cannot go on for this listener; `str(error)` says why: `slow`, `deleted` or `stopping`."""


class Listener:
    """One reader of a feed, in a viewer's name. It gets every event after `seq`, the feed's position when it
    joined."""

    def __init__(self, viewer: Viewer, seq: int) -> None:
        self.viewer = viewer
        self.seq = seq
        self._frames: asyncio.Queue[EncodedEvent | FeedEnded] = asyncio.Queue(BACKLOG + 1)

    async def next(self) -> EncodedEvent:
        """The next event.

        Raises:
            FeedEnded: there will be no further ones.
        """
        item = await self._frames.get()
        if isinstance(item, FeedEnded):
            raise item
        return item

    def put(self, frame: EncodedEvent) -> bool:
        """False when the listener is too slow; it has been told."""
        if self._frames.qsize() >= BACKLOG:
            self.end("slow")
            return False
        self._frames.put_nowait(frame)
        return True

    def end(self, reason: str) -> None:
        """Drop what waits, since it is of no use without what would have followed."""
        while not self._frames.empty():
            self._frames.get_nowait()
        self._frames.put_nowait(FeedEnded(reason))


class LiveFeed:
    """Puts what arrives into order. `read_after(seq)` reads committed events from Postgres, to fill gaps."""

    def __init__(self, seq: int, read_after: Callable[[int], Awaitable[Sequence[EncodedEvent]]]) -> None:
        self.seq = seq
        self._read_after = read_after
        self._listeners: set[Listener] = set()
        self._filling = asyncio.Lock()

    def join(self, viewer: Viewer) -> Listener:
        listener = Listener(viewer, self.seq)
        self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> bool:
        """True when the last listener has gone."""
        self._listeners.discard(listener)
        return not self._listeners

    async def arrived(self, frame: EncodedEvent) -> None:
        """An event came in: drop it when it is known, fill the gap when some before it are missing."""
        if frame.seq == self.seq + 1:
            self._pass_on(frame)
        elif frame.seq > self.seq + 1:
            await self.catch_up(frame.seq)

    async def catch_up(self, seq: int) -> None:
        """Read what is missing up to `seq`, and any later events. Where that is kept no more, listeners are told
        to start afresh."""
        async with self._filling:
            while self.seq < seq:
                frames = await self._read_after(self.seq)
                if not frames or frames[0].seq > self.seq + 1:
                    self.seq = seq
                    self.end("slow")
                for frame in frames:
                    if frame.seq == self.seq + 1:
                        self._pass_on(frame)

    def end(self, reason: str, *, but_for: Viewer | None = None) -> None:
        """Nothing more is sent, but to one viewer."""
        for listener in [one for one in self._listeners if one.viewer != but_for]:
            listener.end(reason)
            self._listeners.discard(listener)

    def _pass_on(self, frame: EncodedEvent) -> None:
        self.seq = frame.seq
        for listener in [listener for listener in self._listeners if not listener.put(frame)]:
            self._listeners.discard(listener)
