"""A Greenway API without anything behind it, on a free loopback port."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from watched_runs import DRAFT, ROADMAP, Run, after, as_answered

Frame = dict[str, Any] | str


class FakeApi:
    """Answers with the run as it stands after `seen` events; who follows is sent the rest.

    Answers are one event ahead of what has been sent, as when two events are committed together. After each event in
    `lost_after` the connection is lost, once. `instead` holds frames that are sent in place of an event, `refusal` a
    (status, detail) for every request, `broken` a whole answer, `anything` what all other requests are answered.
    """

    def __init__(self, run: Run, *, seen: int) -> None:
        self.url = ""
        self.run = run
        self.seen = seen
        self.lost_after: list[int] = []
        self.instead: dict[int, list[Frame]] = {}
        self.refusal: tuple[int, str] | None = None
        self.broken: Response | None = None
        self.anything: dict[str, Any] = {}
        self.deleted_after: int | None = None
        self.ready = True
        self.requests: list[dict[str, Any]] = []
        self.posted: dict[str, Any] = {}
        """What was sent to the other addresses, the last time."""
        self.tokens: set[str | None] = set()
        self.connections: list[int] = []
        """The `since` of each connection."""

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/api/v1/roadmaps", self._create, methods=["POST"]),
                Route("/api/v1/roadmaps/{roadmap_id}", self._read),
                WebSocketRoute("/api/v1/ws/roadmaps/{roadmap_id}", self._follow),
                Route("/health", self._health),
                Route("/readyz", self._readiness),
                Route("/{path:path}", self._any, methods=["GET", "POST", "DELETE"]),
            ]
        )

    async def _create(self, request: Request) -> Response:
        self.tokens.add(request.headers.get("authorization"))
        if (refused := self._refused()) is not None:
            return refused
        self.requests.append(orjson.loads(await request.body()))
        body = {"roadmap_id": str(ROADMAP), "task_id": str(DRAFT), "status": "drafting"}
        return JSONResponse(body, status_code=202)

    async def _read(self, request: Request) -> Response:
        self.tokens.add(request.headers.get("authorization"))
        if (refused := self._refused()) is not None:
            return refused
        if request.path_params["roadmap_id"] != str(ROADMAP):
            return _problem(404, "There is no such roadmap.")
        return JSONResponse(as_answered(after(self.run.events[: self.seen])).model_dump(mode="json"))

    async def _any(self, request: Request) -> Response:
        if body := await request.body():
            self.posted[request.url.path] = orjson.loads(body)
        return self._refused() or JSONResponse(self.anything)

    async def _health(self, request: Request) -> Response:
        return self._refused() or JSONResponse({"status": "ok"})

    async def _readiness(self, request: Request) -> Response:
        return JSONResponse({}, status_code=200 if self.ready else 503)

    def _refused(self) -> Response | None:
        return self.broken or (_problem(*self.refusal) if self.refusal else None)

    async def _follow(self, websocket: WebSocket) -> None:
        self.tokens.add(websocket.headers.get("authorization"))
        since = int(websocket.query_params["since"])
        self.connections.append(since)
        await websocket.accept()
        for event in self.run.events[since:]:
            frames = self.instead.pop(event.seq, None)
            self.seen = max(self.seen, event.seq + 1)
            for frame in frames if frames is not None else [event.model_dump(mode="json")]:
                await websocket.send_text(frame if isinstance(frame, str) else orjson.dumps(frame).decode())
            if event.seq in self.lost_after:
                self.lost_after.remove(event.seq)
                await websocket.close(code=1012)
                return
            if event.seq == self.deleted_after:
                await websocket.close(code=4404, reason="There is no such roadmap.")
                return
        try:
            while True:
                await websocket.receive_text()
        except WebSocketDisconnect:
            return


@asynccontextmanager
async def serving(api: FakeApi) -> AsyncIterator[FakeApi]:
    """The API, listening."""
    config = uvicorn.Config(api.app, lifespan="off", log_config=None, access_log=False, ws="websockets-sansio")
    async with listening(config) as port:
        api.url = f"http://127.0.0.1:{port}"
        yield api


@asynccontextmanager
async def listening(config: uvicorn.Config) -> AsyncIterator[int]:
    """The port on which it listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield int(listener.getsockname()[1])
        finally:
            server.should_exit = server.force_exit = True
            await running


def _problem(status: int, detail: str) -> Response:
    return JSONResponse({"detail": detail}, status_code=status, media_type="application/problem+json")
