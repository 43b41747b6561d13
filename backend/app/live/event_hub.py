"""One Redis subscription a roadmap and process, shared by all its listeners, and watched against Postgres."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, NoReturn
from uuid import UUID

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import metrics, outages
from app.core.ending import end
from app.core.rate_limited_log import RateLimitedLog
from app.core.supervision import keep_going
from app.db.positions import Positions
from app.db.repositories.event_repo import EventRepository
from app.db.session import DatabaseUnavailable, Sessions, safe_session_with_retry
from app.domain.records import RoadmapPosition
from app.domain.viewer import NoSuchRoadmap, RoadmapHandle, Viewer
from app.live.live_feed import EncodedEvent, Listener, LiveFeed, Outlet
from app.messaging.channels import channel, stream_key
from app.messaging.sealed_events import EventSeal
from app.messaging.subscription import Subscription

_ignored = RateLimitedLog()

CHECK_EVERY = 2.0
"""Seconds between two comparisons with Postgres: how late an event can be when Redis has lost it or is away."""
READ_AT_ONCE = 500
"""Events read from Postgres in one go."""


class EventHub:
    """Lives in one event loop, between `start` and `stop`."""

    def __init__(self, sessions: Sessions, redis: Redis, seal: EventSeal) -> None:
        self._sessions = sessions
        self._where = Positions(sessions)
        self._seal = seal
        self._redis = redis
        self._subscription = Subscription(redis)
        self._feeds: dict[UUID, LiveFeed] = {}
        self._opening = asyncio.Lock()
        self._tasks: list[asyncio.Task[NoReturn]] = []

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(keep_going("receive events", self._receive)),
            asyncio.create_task(keep_going("watch events", self._watch)),
        ]

    async def stop(self) -> None:
        await end(*self._tasks)
        for feed in self._feeds.values():
            feed.end("stopping")
        await self._subscription.close()

    @asynccontextmanager
    async def listen(
        self, viewer: Viewer, roadmap_id: UUID, *, coalesced: bool = False, outlet: Outlet | None = None
    ) -> AsyncIterator[tuple[Listener, RoadmapPosition]]:
        """Attach to the live events of a viewer's roadmap; nothing is missed from here on. Gives the position in
        Postgres, too, as it was once the listener had been attached.

        Raises:
            NotFound: the viewer has no such roadmap.
        """
        feed = self._feeds.get(roadmap_id)
        if feed is None:
            async with self._opening:
                feed = self._feeds.get(roadmap_id) or await self._open(viewer, roadmap_id)
        listener = feed.join(viewer, coalesced=coalesced, outlet=outlet)
        try:
            yield listener, await self._position(viewer, roadmap_id)
        finally:
            if feed.leave(listener) and self._feeds.get(roadmap_id) is feed:
                del self._feeds[roadmap_id]
                await self._leave(roadmap_id)

    async def read(self, position: RoadmapPosition, *, after: int, until: int) -> list[EncodedEvent]:
        """Committed events from `after` (exclusive) to `until` (inclusive): from Redis if it has them all, else from
        Postgres."""
        if after >= until:
            return []
        frames = await self._from_stream(position, after, until)
        if [frame.seq for frame in frames] == list(range(after + 1, until + 1)):
            return frames
        frames = []
        while after < until and (more := await self._from_postgres(position.handle, after)):
            frames += [frame for frame in more if frame.seq <= until]
            after = more[-1].seq
        return frames

    async def _open(self, viewer: Viewer, roadmap_id: UUID) -> LiveFeed:
        """Subscribe first, then ask Postgres where the roadmap stands: what is published in between is dropped by
        its number, what was published before is not needed."""
        await self._seal.load()
        await self._subscription.listen_to(channel(roadmap_id))
        try:
            position = await self._position(viewer, roadmap_id)
        except (NoSuchRoadmap, DatabaseUnavailable):
            await self._subscription.leave(channel(roadmap_id))
            raise

        async def read_after(seq: int) -> Sequence[EncodedEvent]:
            return await self._from_postgres(position.handle, seq)

        feed = self._feeds[roadmap_id] = LiveFeed(position.seq, read_after)
        return feed

    async def _receive(self) -> None:
        """Pass on one message of Redis; while that is away, `_watch` does it."""
        try:
            message = await self._subscription.next_message()
        except (RedisError, OSError) as error:
            outages.redis.noticed(error)
            await asyncio.sleep(CHECK_EVERY)
            return
        if message is not None:
            await self._arrived(message)

    async def _arrived(self, data: bytes) -> None:
        event = self._seal.open(data)
        if event is None:
            _ignored.warn("unverified_event_ignored")
            metrics.ignored_messages.labels("event").inc()
        elif feed := self._feeds.get(event.roadmap_id):
            with suppress(DatabaseUnavailable):  # `_watch` tries again
                await (feed.arrived(EncodedEvent(event.seq, event.data)) if event.data else feed.catch_up(event.seq))

    async def _watch(self) -> None:
        """Notice what got lost on the way, by comparing numbers."""
        await asyncio.sleep(CHECK_EVERY)
        await self._ask_redis()
        feeds = dict(self._feeds)
        if not feeds:
            return
        with suppress(DatabaseUnavailable):
            await self._compare(feeds)

    async def _ask_redis(self) -> None:
        """Whether Redis is there: silence does not tell."""
        try:
            await self._redis.ping()
        except (RedisError, OSError) as error:
            outages.redis.noticed(error)
        else:
            outages.redis.over()

    async def _compare(self, feeds: Mapping[UUID, LiveFeed]) -> None:
        positions = await self._positions(list(feeds))
        for roadmap_id, feed in feeds.items():
            if roadmap_id in positions:
                owner, seq = positions[roadmap_id]
                feed.end("deleted", but_for=owner)
                await feed.catch_up(seq)
            else:
                feed.end("deleted")  # it goes with the last of its listeners

    async def _position(self, viewer: Viewer, roadmap_id: UUID) -> RoadmapPosition:
        return await self._where(viewer, roadmap_id)

    async def _positions(self, roadmap_ids: Sequence[UUID]) -> dict[UUID, tuple[Viewer, int]]:
        async def work(session: AsyncSession) -> dict[UUID, tuple[Viewer, int]]:
            return await EventRepository(session).positions(roadmap_ids)

        return await safe_session_with_retry(self._sessions, work, single_statement=True)

    async def _from_postgres(self, roadmap: RoadmapHandle, after: int) -> list[EncodedEvent]:
        async def work(session: AsyncSession) -> list[EncodedEvent]:
            bodies = await EventRepository(session).after(roadmap, after, limit=READ_AT_ONCE)
            return [EncodedEvent(body["seq"], orjson.dumps(body)) for body in bodies]

        return await safe_session_with_retry(self._sessions, work, single_statement=True)

    async def _from_stream(self, position: RoadmapPosition, after: int, until: int) -> list[EncodedEvent]:
        roadmap_id = position.handle.roadmap_id
        key = stream_key(roadmap_id, position.epoch)
        try:
            entries: Any = await self._redis.xrange(key, f"{after + 1}-0", f"{until}-0")
        except (RedisError, OSError):
            return []
        events = [self._seal.open(fields.get(b"e", b"")) for _, fields in entries]
        ours = (event for event in events if event and event.roadmap_id == roadmap_id)
        return [EncodedEvent(event.seq, event.data) for event in ours if event.data]

    async def _leave(self, roadmap_id: UUID) -> None:
        async with self._opening:
            if roadmap_id not in self._feeds:
                await self._subscription.leave(channel(roadmap_id))
