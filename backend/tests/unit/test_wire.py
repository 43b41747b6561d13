"""What our protocols write past ASGI is what clients read, and a client that reads nothing is noticed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2
import pytest
import uvicorn
from fakes_api import listening
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import connect

from app.api.connections import ConnectionLimits
from app.api.continuation import Continuations, continue_with
from app.api.protocols import uvicorn_options
from app.api.wire import chunk, outlet_of, text_message
from app.live.live_feed import EncodedFrame, Outlet

FRAME = EncodedFrame("event", '{"name":"Größe"}'.encode(), 7)
LARGE = EncodedFrame("event", b"x" * 100_000, 8)
EXTENDED = EncodedFrame("event", b"x" * 300, 9)


@dataclass
class Server:
    """Accepts, sends one frame by ASGI, and leaves the outlet to the test."""

    outlet: "asyncio.Future[Outlet]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    left: asyncio.Event = field(default_factory=asyncio.Event)
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    address: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        outlet = outlet_of(scope, text_message if scope["type"] == "websocket" else chunk)
        assert outlet is not None
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.send", "text": "by ASGI"})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"data: by ASGI\n\n", "more_body": True})
        self.outlet.set_result(outlet)
        await self.goes_on.wait()
        if scope["type"] == "http":
            await send({"type": "http.response.body", "body": b"", "more_body": False})


@asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    server = Server()
    options = uvicorn_options(ConnectionLimits(connections=100))
    async with listening(uvicorn.Config(server, lifespan="off", log_config=None, access_log=False, **options)) as port:
        server.address = f"127.0.0.1:{port}"
        yield server
        server.goes_on.set()


def written(outlet: Outlet, frame: EncodedFrame) -> bool:
    return outlet.write(outlet.encode(frame))


async def test_a_websocket_reads_what_is_written_past_asgi_in_its_place() -> None:
    async with serving() as server, connect(f"ws://{server.address}", proxy=None) as socket:
        outlet = await server.outlet
        assert all(written(outlet, frame) for frame in (FRAME, EXTENDED, LARGE))
        assert [await socket.recv() for _ in range(4)] == [
            "by ASGI", '{"name":"Größe"}', "x" * 300, "x" * 100_000,
        ]  # fmt: skip
        assert socket.response is not None
        assert "Sec-WebSocket-Extensions" not in socket.response.headers, "what is compressed cannot be shared"


async def test_a_response_reads_what_is_written_past_asgi_in_its_place() -> None:
    async with (
        serving() as server,
        httpx2.AsyncClient(trust_env=False) as http,
        http.stream("GET", f"http://{server.address}") as stream,
    ):
        assert written(await server.outlet, FRAME)
        server.goes_on.set()
        assert (await stream.aread()).decode() == 'data: by ASGI\n\ndata: {"name":"Größe"}\nid: 7\n\n'


@pytest.mark.parametrize("request_", ["websocket", "http"])
async def test_nothing_more_is_written_to_a_client_that_reads_nothing_until_it_does(request_: str) -> None:
    async with serving() as server:
        host, _, port = server.address.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
        upgrade = (
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        )
        writer.write(f"GET / HTTP/1.1\r\nHost: {host}\r\n{upgrade if request_ == 'websocket' else ''}\r\n".encode())
        outlet = await server.outlet
        async with asyncio.timeout(10):
            while written(outlet, LARGE):
                await asyncio.sleep(0)
            assert not written(outlet, FRAME)
            while not written(outlet, FRAME):
                assert await reader.read(65536)
        writer.transport.abort()
        async with asyncio.timeout(10):
            while written(outlet, FRAME):
                await asyncio.sleep(0)


async def test_what_a_route_leaves_to_be_done_runs_when_it_has_returned_and_its_scope_is_gone() -> None:
    order: list[str] = []
    given: Scope = {"type": "websocket"}

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        async def rest(receive: Receive, send: Send) -> None:
            order.append("rest")
            await send(await receive())

        scope["large"] = "what routers and middlewares put there"
        continue_with(scope, rest)
        order.append("route")

    async def receive() -> dict[str, str]:
        return {"type": "told"}

    sent: list[object] = []

    async def send(message: object) -> None:
        sent.append(message)

    await Continuations(route)(given, receive, send)
    assert order == ["route", "rest"]
    assert sent == [{"type": "told"}]
    assert given == {"type": "websocket"}
