"""Three ways to tell many WebSockets of what is published on one channel of Redis, each as its documentation shows it.

`python -m benchmarks.peers.telling WAY PORT`; a client that is connected is sent every message as one text frame.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from redis.asyncio import Redis

CHANNEL = "bench:telling"


def subscription_per_client(url: str) -> FastAPI:
    """Every client has a connection to Redis, and a subscription of its own."""
    app, redis = FastAPI(), Redis.from_url(url, max_connections=10_000)

    @app.websocket("/events")
    async def events(socket: WebSocket) -> None:
        await socket.accept()
        async with redis.pubsub() as messages:
            await messages.subscribe(CHANNEL)
            async for message in messages.listen():
                if message["type"] == "message":
                    await socket.send_text(message["data"].decode())

    return app


def broadcaster(url: str) -> FastAPI:
    """One connection to Redis; a queue for each client. Its own backend for Redis hears nothing with redis-py 8, so
    that it is given the messages in memory."""
    from broadcaster import Broadcast  # noqa: PLC0415 - a peer may be missing

    broadcast = Broadcast("memory://")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # Of the first clients that come at once, it forgets all but one: so there has always been one.
        async with (
            broadcast,
            broadcast.subscribe(channel=CHANNEL),
            _forwarding(url, partial(broadcast.publish, CHANNEL)),
        ):
            yield

    app = FastAPI(lifespan=lifespan)

    @app.websocket("/events")
    async def events(socket: WebSocket) -> None:
        await socket.accept()
        async with broadcast.subscribe(channel=CHANNEL) as messages:
            async for event in messages:
                await socket.send_text(event.message)

    return app


def websocket_pubsub(url: str) -> FastAPI:
    """One connection to Redis; each client has subscribed by a call, and acknowledges every message."""
    from fastapi_websocket_pubsub import PubSubEndpoint  # noqa: PLC0415 - a peer may be missing

    endpoint = PubSubEndpoint()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with _forwarding(url, partial(endpoint.publish, [CHANNEL])):
            yield

    app = FastAPI(lifespan=lifespan)

    @app.websocket("/events")
    async def events(socket: WebSocket) -> None:
        with suppress(WebSocketDisconnect):
            await endpoint.main_loop(socket)

    return app


@asynccontextmanager
async def _forwarding(url: str, publish: Callable[[str], Awaitable[None]]) -> AsyncIterator[None]:
    """Hands over what is published in Redis."""
    redis = Redis.from_url(url)

    async def forward() -> None:
        async with redis.pubsub() as messages:
            await messages.subscribe(CHANNEL)
            async for message in messages.listen():
                if message["type"] == "message":
                    await publish(message["data"].decode())

    forwarding = asyncio.create_task(forward())
    yield
    forwarding.cancel()


WAYS: dict[str, Callable[[str], FastAPI]] = {
    "subscription_per_client": subscription_per_client,
    "broadcaster": broadcaster,
    "websocket_pubsub": websocket_pubsub,
}

if __name__ == "__main__":
    uvicorn.run(
        WAYS[sys.argv[1]](os.environ["REDIS_URL"]),
        port=int(sys.argv[2]),
        log_level="error",
        ws_per_message_deflate=False,
    )
