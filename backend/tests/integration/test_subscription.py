"""One connection listens to channels that come and go, whatever happens to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.embedded.valkey import EmbeddedValkey
from app.messaging.redis_client import create_redis
from app.messaging.subscription import Subscription


@pytest.fixture
async def redis(valkey: EmbeddedValkey) -> AsyncIterator[Redis]:
    client = create_redis(valkey.url)
    yield client
    await client.aclose()


@pytest.fixture
async def subscription(redis: Redis) -> AsyncIterator[Subscription]:
    subscription = Subscription(redis)
    yield subscription
    await subscription.close()


class Receiver:
    """What a process does: it takes message after message, and goes on when Redis is away."""

    def __init__(self, subscription: Subscription) -> None:
        self._subscription = subscription
        self.heard: list[bytes] = []
        self.outages = 0
        self.bugs: list[BaseException] = []
        self._running = asyncio.create_task(self._receive())

    async def _receive(self) -> None:
        while True:
            try:
                message = await self._subscription.next_message()
            except (RedisError, OSError):
                self.outages += 1
                await asyncio.sleep(0.01)
            except RuntimeError as bug:
                self.bugs.append(bug)
                await asyncio.sleep(0.01)
            else:
                if message is not None:
                    self.heard.append(message)

    async def stop(self) -> None:
        self._running.cancel()
        with suppress(asyncio.CancelledError):
            await self._running


@pytest.fixture
async def receiver(subscription: Subscription) -> AsyncIterator[Receiver]:
    receiver = Receiver(subscription)
    yield receiver
    await receiver.stop()


async def until_heard(receiver: Receiver, redis: Redis, channel: str, message: bytes) -> None:
    async with asyncio.timeout(20):
        while message not in receiver.heard:
            with suppress(RedisError, OSError):
                await redis.publish(channel, message)
            await asyncio.sleep(0.02)


async def test_a_channel_is_listened_to_when_its_call_returns(
    redis: Redis, subscription: Subscription, receiver: Receiver
) -> None:
    for number in range(20):
        await subscription.listen_to(f"channel {number}")
        assert await redis.publish(f"channel {number}", b"%d" % number) == 1, "somebody listens by now"
    async with asyncio.timeout(5):
        while len(receiver.heard) < 20:
            await asyncio.sleep(0.01)
    assert receiver.heard == [b"%d" % number for number in range(20)], "each once, and nothing of ours beside them"
    for number in range(20):
        await subscription.leave(f"channel {number}")
    assert subscription.channels == frozenset()
    assert await redis.publish("channel 3", b"x") == 0


async def test_connections_that_are_cut_while_channels_come_and_go_are_no_bug(
    redis: Redis, subscription: Subscription, receiver: Receiver
) -> None:
    await subscription.listen_to("stays")

    async def come_and_go(name: str) -> None:
        for number in range(60):
            await subscription.listen_to(f"{name} {number}")
            await asyncio.sleep(0)
            await subscription.leave(f"{name} {number}")

    async def cut() -> None:
        for _ in range(60):
            with suppress(RedisError, OSError):
                await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")  # type: ignore[no-untyped-call]
            await asyncio.sleep(0.01)

    await asyncio.gather(cut(), *(come_and_go(f"channel {number}") for number in range(10)))
    assert not receiver.bugs
    await until_heard(receiver, redis, "stays", b"still")
    async with asyncio.timeout(20):
        while len(subscription.channels) > len({"stays", "its own"}):
            await asyncio.sleep(0.05)
