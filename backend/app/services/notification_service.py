"""Announces committed events: to a capped Redis stream for those who come later, and to those who listen now."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from app.core import metrics, outages
from app.core.failpoints import Failpoint, reach
from app.core.joining import Joined
from app.core.pauses import with_pauses
from app.db.session import DatabaseUnavailable
from app.domain.events import Completed, ConceptComplete, Event
from app.messaging.channels import channel, stream_key
from app.messaging.sealed_events import EventSeal

STREAM_LENGTH = 1000
"""Events of a roadmap that Redis keeps, each of at most `LONGEST_IN_REDIS` bytes; others are read from Postgres."""
STREAM_LIFETIME = 3600
"""Seconds after its newest event at which a stream disappears from Redis."""

MOST_ANNOUNCEMENTS = 64
"""Of roadmaps, that go to Redis at once."""

_PUBLISH = """
for i = 3, #ARGV, 2 do
  redis.call('PUBLISH', KEYS[2], ARGV[i + 1])
  redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], ARGV[i] .. '-0', 'e', ARGV[i + 1])
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
"""
"""An event's number is its id in the stream: publishing it again is refused there, and dropped by listeners."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Announcement:
    """Events of one roadmap, as Redis is told of them."""

    keys: tuple[str, str]
    arguments: list[int | bytes]


class NotificationService:
    """Publishing never fails: a client that misses an event notices the gap and reads it from Postgres. What several
    publish at the same moment goes out together."""

    def __init__(self, redis: Redis, seal: EventSeal) -> None:
        self._redis = redis
        self._seal = seal
        self._joined = Joined(self._send, at_most=MOST_ANNOUNCEMENTS)

    async def publish(self, events: Sequence[Event]) -> None:
        """Publish events that are committed; they may be of several roadmaps."""
        try:
            await self._seal.load()
        except (DatabaseUnavailable, DBAPIError) as error:
            log.debug("event_publish_failed", error=type(error).__name__)
            return
        by_roadmap: dict[tuple[UUID, UUID], list[Event]] = {}
        for event in events:
            by_roadmap.setdefault((event.roadmap_id, event.epoch), []).append(event)
        for (roadmap_id, epoch), own in by_roadmap.items():
            arguments: list[int | bytes] = [STREAM_LENGTH, STREAM_LIFETIME]
            async for event in with_pauses(own):
                arguments += [event.seq, self._seal.seal(roadmap_id, event.seq, event.encoded.encode())]
            keys = stream_key(roadmap_id, epoch), channel(roadmap_id)
            try:
                await self._joined(_Announcement(keys, arguments))
            except (RedisError, OSError) as error:
                outages.redis.noticed(error)
                log.debug("event_publish_failed", roadmap_id=str(roadmap_id), error=type(error).__name__)
            else:
                outages.redis.over()
                metrics.events_published.inc(len(own))
                reach(Failpoint.AFTER_PUBLISH)

    async def _send(self, announcements: Sequence[_Announcement]) -> Sequence[BaseException | None]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for one in announcements:
                pipe.eval(_PUBLISH, len(one.keys), *one.keys, *one.arguments)
            answers = await pipe.execute(raise_on_error=False)
        return [answer if isinstance(answer, RedisError) else None for answer in answers]

    async def publish_concept_complete(self, event: ConceptComplete) -> None:
        """Announce one concept that is saved and can be opened."""
        await self.publish([event])

    async def publish_completed(self, event: Completed) -> None:
        """Announce the end of a run."""
        await self.publish([event])
