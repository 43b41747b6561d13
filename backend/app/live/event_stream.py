"""What one client is sent: a snapshot or what it has missed, then everything live, with heartbeats."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import orjson

from app.core import metrics
from app.core.errors import InvalidInput, Unavailable
from app.domain.records import RoadmapPosition
from app.domain.viewer import Viewer
from app.live.event_hub import EventHub
from app.live.live_feed import EncodedFrame, FeedEnded, Listener, Outlet, frames_of
from app.reading.roadmaps import RoadmapReader

LONGEST_CATCH_UP = 5000
"""Events that a client may be behind; one that has missed more starts from a fresh snapshot."""

_RETRY_AFTER = 5
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asks for."""

    since: int | None = None
    """The number of the last event that it knows; without one it gets a snapshot."""
    coalesced: bool = False
    """Whether it takes several events in one frame."""


def parse_wish(*, since: str | None, coalesce: str | None) -> Wish:
    """
    Raises:
        InvalidInput: `since` is negative or no number, or `coalesce` is neither 0 nor 1.
    """
    return Wish(since=_parse_since(since), coalesced=_parse_coalesce(coalesce))


def _parse_since(text: str | None) -> int | None:
    if text is None or text == "":
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise InvalidInput(
            "`since` must be the number of an event: 0 or more.",
            fields=[{"field": "since", "message": "must be a whole number, 0 or more"}],
        )
    return int(text)


def _parse_coalesce(text: str | None) -> bool:
    if text not in {None, "", "0", "1"}:
        raise InvalidInput("`coalesce` must be 0 or 1.", fields=[{"field": "coalesce", "message": "must be 0 or 1"}])
    return text == "1"


class EventStream:
    """`heartbeat` is the number of seconds of silence after which a client is told that nothing has happened; `most`
    is how many clients may follow at once."""

    def __init__(self, hub: EventHub, reader: RoadmapReader, *, heartbeat: float, most: int) -> None:
        self._hub = hub
        self._reader = reader
        self._heartbeat = heartbeat
        self._most = most
        self._followers = 0

    def check_place(self) -> None:
        """Ask before `follow`, while the client can still be answered.

        Raises:
            Unavailable: too many follow already.
        """
        if self._followers >= self._most:
            message = f"{self._followers} event streams are open (GREENWAY_MAX_EVENT_STREAMS)."
            raise Unavailable(message, retry_after=_RETRY_AFTER)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._followers += 1
        try:
            with metrics.websocket_connections.track_inprogress():
                yield
        finally:
            self._followers -= 1

    async def follow(
        self, viewer: Viewer, roadmap_id: UUID, wish: Wish, outlet: Outlet | None = None
    ) -> AsyncGenerator[EncodedFrame]:
        """The frames for one client, until the roadmap is deleted. Events that arrive while the generator waits for
        them are written to the outlet, if there is one, and not yielded.

        It is attached to the live channel before anything is read, so nothing can fall in between.

        Raises:
            NotFound: the viewer has no such roadmap.
        """
        since = wish.since
        with self._counted():
            while True:
                joined = self._hub.listen(viewer, roadmap_id, coalesced=wish.coalesced, outlet=outlet)
                async with joined as (listener, position):
                    try:
                        async for frame in self._connected(listener, position, since):
                            yield frame
                            del frame  # a snapshot may be large, and the next frame hours away
                    except FeedEnded as ended:
                        if str(ended) != "slow":
                            return
                        yield _resync("slow")
                        since = None

    async def _connected(
        self, listener: Listener, position: RoadmapPosition, since: int | None
    ) -> AsyncIterator[EncodedFrame]:
        # The client may know more than this process has heard so far, but not more than Postgres.
        newest = position.seq
        too_old = since is not None and (since < position.floor or newest - since > LONGEST_CATCH_UP)
        if since is not None and (since > newest or too_old):
            yield _resync("unknown" if since > newest else "too_old")
            since = None
        if since is not None:
            missed = await self._hub.read(position, after=since, until=listener.seq)
            for frame in frames_of(missed, coalesced=listener.coalesced):
                yield frame
            listener.sent = missed[-1].seq if missed else since
            if listener.sent < listener.seq:  # they have been removed meanwhile
                yield _resync("too_old")
                since = None
            elif listener.sent == since:  # who has missed nothing is told so, and need not wonder
                yield _heartbeat(since)
        if since is None:
            yield await self._snapshot(listener, position)
        while True:
            for frame in await listener.take(self._heartbeat) or [_heartbeat(listener.sent)]:
                yield frame

    async def _snapshot(self, listener: Listener, position: RoadmapPosition) -> EncodedFrame:
        roadmap = await self._reader.at(listener.viewer, position)
        listener.sent = roadmap.seq
        return EncodedFrame("snapshot", b'{"type":"snapshot","roadmap":' + roadmap.body + b"}")


def _heartbeat(seq: int) -> EncodedFrame:
    return EncodedFrame("heartbeat", b'{"type":"heartbeat","seq":%d}' % seq)


def _resync(reason: str) -> EncodedFrame:
    return EncodedFrame("resync", orjson.dumps({"type": "resync", "reason": reason}))
