"""Follows a roadmap through its events, across lost connections and restarts of the server."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.cli.api_client import ApiUnavailable
from app.cli.watching.frames import Frame, UnknownFrame
from app.cli.watching.reducer import apply, is_known, is_next
from app.cli.watching.state import WatchedRoadmap
from app.core.errors import GreenwayError
from app.domain.events import Event
from app.live.frames import Heartbeat, Resync, Snapshot
from app.reading.views import RoadmapView

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds before a new attempt; doubled from the first to the longest, with jitter."""
LONGEST_OUTAGE = 300.0
"""Seconds without any sign of life after which a watcher gives up."""


class RoadmapReads(Protocol):
    async def read(self, roadmap_id: UUID) -> RoadmapView: ...


class EventSource(Protocol):
    def open(self, roadmap_id: UUID, *, since: int) -> AbstractAsyncContextManager[AsyncIterator[Frame]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What a watcher knows now; `event` is what has led to it, or None when it was read as a whole."""

    state: WatchedRoadmap
    event: Event | None = None
    connected: bool = True


class Follower:
    def __init__(
        self,
        roadmaps: RoadmapReads,
        events: EventSource,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._roadmaps = roadmaps
        self._events = events
        self._pause = pause
        self._clock = clock

    async def follow(self, roadmap_id: UUID) -> AsyncGenerator[Update]:
        """All that happens to the roadmap, without end.

        Raises:
            GreenwayError: it cannot be read at the start, is refused or gone later, or nothing has answered for long.
        """
        state = WatchedRoadmap.of(await self._roadmaps.read(roadmap_id))
        yield Update(state=state)
        outage = _Outage(self._clock)
        while True:
            try:
                async with self._events.open(roadmap_id, since=state.seq) as frames:
                    if outage.goes_on:
                        yield Update(state=state)
                    async for frame in frames:
                        outage.end()
                        update = await self._received(state, frame)
                        if update is not None:
                            state = update.state
                            yield update
            except GreenwayError as error:
                if not error.retryable:
                    raise
            yield Update(state=state, connected=False)
            await self._pause(outage.next_pause(roadmap_id))

    async def _received(self, state: WatchedRoadmap, frame: Frame) -> Update | None:
        match frame:
            case Snapshot():
                return Update(state=WatchedRoadmap.of(frame.roadmap))
            case Resync():
                return None
            case Heartbeat():
                return await self._read(state) if frame.seq > state.seq else None
            case UnknownFrame():
                return await self._read(state)
            case _ if is_known(state, frame):
                return None
            case _ if is_next(state, frame):
                return Update(state=apply(state, frame), event=frame)
            case _:
                return await self._read(state)

    async def _read(self, state: WatchedRoadmap) -> Update:
        """Something is missing between the state and a frame, or the frame does not tell what it has changed."""
        return Update(state=WatchedRoadmap.of(await self._roadmaps.read(state.roadmap_id)))


class _Outage:
    """How long nothing has been heard, and when to try again."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since: float | None = None
        self._pause = FIRST_PAUSE

    @property
    def goes_on(self) -> bool:
        return self._since is not None

    def end(self) -> None:
        self._since = None
        self._pause = FIRST_PAUSE

    def next_pause(self, roadmap_id: UUID) -> float:
        """Seconds until the next attempt; `ApiUnavailable` when it is of no use."""
        now = self._clock()
        if self._since is None:
            self._since = now
        if now - self._since > LONGEST_OUTAGE:
            raise ApiUnavailable(
                f"Greenway has not answered for {LONGEST_OUTAGE / 60:g} minutes; "
                f"`greenway watch {roadmap_id}` shows the roadmap again when it does."
            )
        pause, self._pause = self._pause, min(2 * self._pause, LONGEST_PAUSE)
        return pause * random.uniform(0.5, 1.0)
