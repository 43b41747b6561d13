"""One connection to Redis that listens to channels, which come and go while it does."""

import asyncio
from contextlib import suppress
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.core import outages

LISTENS_FOR = 1.0
"""Seconds after which listening pauses for a moment, to see whether the connection is still there."""
APPLIED_WITHIN = 1.0
"""Seconds that a caller waits until its channel is listened to; after that, Redis counts as away."""


class Subscription:
    """Only `next_message` touches the connection: the client breaks when one coroutine connects anew while another one
    reads. All others say what they want, and wake it by a message on a channel of its own. For one event loop.

    Nothing is raised for a Redis that is away: what is wanted is listened to once it is back.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._pubsub = redis.pubsub(ignore_subscribe_messages=True)
        self._wake = f"greenway:wake:{uuid4()}"
        self._wanted: set[str] = set()
        self._is_changed = asyncio.Event()
        self._is_away = False
        self._applied: asyncio.Future[None] | None = None

    @property
    def channels(self) -> frozenset[str]:
        """What is listened to."""
        found = self._pubsub.channels.keys() - self._pubsub.pending_unsubscribe_channels
        return frozenset(channel.decode() for channel in found)

    async def listen_to(self, channel: str) -> None:
        """Return when the channel is listened to, or Redis is away."""
        self._wanted.add(channel)
        await self._change()

    async def leave(self, channel: str) -> None:
        self._wanted.discard(channel)
        await self._change()

    async def next_message(self) -> bytes | None:
        """What comes next; None when nothing has come for a while.

        Raises:
            RedisError, OSError: Redis is away. The next call tries again.
        """
        if not self._pubsub.subscribed:
            await self._is_changed.wait()
        try:
            if self._is_changed.is_set():
                await self._apply()
            message = await self._pubsub.get_message(timeout=LISTENS_FOR)
        except (RedisError, OSError):
            self._is_away = True
            self._is_changed.set()
            self._tell()
            raise
        self._is_away = False
        if message is None or message["type"] != "message" or message["channel"] == self._wake.encode():
            return None
        data: bytes = message["data"]
        return data

    async def close(self) -> None:
        await self._pubsub.aclose()  # type: ignore[no-untyped-call]

    async def _change(self) -> None:
        loop = asyncio.get_running_loop()
        applied = self._applied = self._applied or loop.create_future()
        self._is_changed.set()
        if self._is_away:
            return
        try:
            await self._redis.publish(self._wake, b"")
            async with asyncio.timeout(APPLIED_WITHIN):
                await asyncio.shield(applied)
        except (RedisError, OSError, TimeoutError) as error:
            outages.redis.noticed(error)

    async def _apply(self) -> None:
        self._is_changed.clear()
        wanted = {self._wake, *self._wanted} if self._wanted else set()
        listened_to = self.channels
        if missing := wanted - listened_to:
            await self._pubsub.subscribe(*missing)
        if left := listened_to - wanted:
            await self._pubsub.unsubscribe(*left)
        self._tell()

    def _tell(self) -> None:
        if self._applied is not None:
            with suppress(asyncio.InvalidStateError):
                self._applied.set_result(None)
            self._applied = None
