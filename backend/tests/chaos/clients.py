"""Clients that watch roadmaps over WebSockets and server-sent events, and reconnect for as long as it takes."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol
from uuid import UUID

import httpx2

from app.cli.api_client import ApiClient, ApiUnavailable
from app.cli.endpoint import API, Endpoint
from app.cli.watching.event_socket import EventSocket
from app.cli.watching.follower import Follower
from app.cli.watching.frames import Frame, parse
from app.core.errors import GreenwayError
from app.reading.views import RoadmapView
from chaos.history import Seen

SILENCE = 30.0
"""Seconds without a byte after which a client takes a connection for dead: heartbeats come every 20."""


class EventSource(Protocol):
    def open(self, roadmap_id: UUID, *, since: int) -> AbstractAsyncContextManager[AsyncIterator[Frame]]: ...


class EventStreamReader:
    """Server-sent events, as curl would read them."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    @asynccontextmanager
    async def open(self, roadmap_id: UUID, *, since: int) -> AsyncIterator[AsyncIterator[Frame]]:
        url = f"{self._endpoint.url}{API}/roadmaps/{roadmap_id}/events?since={since}"
        try:
            async with (
                httpx2.AsyncClient(trust_env=False, timeout=httpx2.Timeout(5.0, read=SILENCE)) as http,
                http.stream("GET", url) as answer,
            ):
                if answer.status_code != 200:
                    raise ApiUnavailable(f"HTTP {answer.status_code}")
                yield _frames(answer)
        except (httpx2.HTTPError, OSError) as error:
            raise ApiUnavailable(str(error)) from error


async def _frames(answer: httpx2.Response) -> AsyncIterator[Frame]:
    async for line in answer.aiter_lines():
        if line.startswith("data:"):
            for frame in parse(line.removeprefix("data:").strip()):
                yield frame


class AnyApi:
    """Reads and watches through one of several API processes, another one at each attempt."""

    def __init__(self, urls: Sequence[str], rng: random.Random, *, sse: bool) -> None:
        endpoints = [Endpoint(url=url) for url in urls]
        self._endpoints = endpoints
        self._sources: list[EventSource] = [
            EventStreamReader(endpoint) if sse else EventSocket(endpoint) for endpoint in endpoints
        ]
        self._turn = rng.randrange(len(urls))
        self.opened = 0

    async def read(self, roadmap_id: UUID) -> RoadmapView:
        while True:
            try:
                async with ApiClient.open(self._next_endpoint()) as client:
                    return await client.read(roadmap_id)
            except ApiUnavailable:
                await asyncio.sleep(0.3)

    @asynccontextmanager
    async def open(self, roadmap_id: UUID, *, since: int) -> AsyncIterator[AsyncIterator[Frame]]:
        self._next_endpoint()
        self.opened += 1
        async with self._sources[self._turn].open(roadmap_id, since=since) as frames:
            yield frames

    def _next_endpoint(self) -> Endpoint:
        self._turn = (self._turn + 1) % len(self._endpoints)
        return self._endpoints[self._turn]


async def watch(seen: Seen, urls: Sequence[str], rng: random.Random) -> None:
    """Until cancelled; notes every event and the state after it."""
    source = AnyApi(urls, rng, sse=rng.random() < 0.25)
    try:
        async for update in Follower(source, source).follow(seen.roadmap_id):
            seen.first = seen.first or update.state
            seen.state = update.state
            if update.event is not None:
                seen.events.append(update.event)
            seen.reconnects = max(0, source.opened - 1)
    except GreenwayError as error:
        seen.refused = error.message
