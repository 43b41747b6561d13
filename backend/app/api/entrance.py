"""What holds for all requests alike, in one layer round the application, which reads their headers once."""

import time
from collections.abc import Collection, Sequence

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.body_limit import BodyLimits
from app.api.compression import compressing
from app.api.forwarded import believe_proxies
from app.api.guard import Guard
from app.api.headers import RawHeaders, with_private
from app.api.observation import measure, request_id_of
from app.api.problem_details import problem
from app.api.request_head import RequestHead
from app.api.sub_path import enter_sub_path, without_origin
from app.core.errors import Forbidden
from app.core.serving_settings import Network


class Entrance:
    """For each request, in this order: its sub-path, its id, what proxies say of it, whether it may come in, and how
    large its body may be. Every answer gets the request's id and the headers that keep it private, is measured, and
    compressed; those to bugs, too.

    `trusted` are the networks of proxies, `allowed_hosts` the names of `Guard`, `bodies` the limits of bodies.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        root_path: str = "",
        trusted: Sequence[Network] = (),
        allowed_hosts: Collection[str] = (),
        bodies: BodyLimits | None = None,
        measured: bool = True,
    ) -> None:
        self._app = app
        self._root_path = root_path
        self._trusted = trusted
        self._guard = Guard(allowed_hosts)
        self._bodies = bodies
        self._measured = measured

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        if self._root_path:
            enter_sub_path(scope, self._root_path)
        head = RequestHead(scope)
        believe_proxies(scope, head, self._trusted)
        refusal = self._guard.refusal(scope, head)
        if kind == "http":
            await self._answer(scope, head, refusal, receive, send)
        elif refusal is None:
            await self._app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 4403, "reason": refusal})

    async def _answer(self, scope: Scope, head: RequestHead, refusal: str | None, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        request_id = request_id_of(head.first(b"x-request-id"))
        scope.setdefault("state", {})["request_id"] = request_id
        status: int | None = None
        deliver = send

        async def finished(message: Message) -> None:
            nonlocal status, deliver
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = with_private([*message["headers"], (b"x-request-id", request_id.encode())])
                message["headers"] = _redirected(headers, scope) if 300 <= status < 400 else headers
                if self._measured:
                    measure(scope, status, started)
                deliver = compressing(message, head.first(b"accept-encoding", ""), send)
            await deliver(message)

        bound = structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            if refusal is not None:
                await problem(scope, Forbidden(refusal))(scope, receive, finished)
            elif self._bodies is not None:
                await self._bodies.run(self._app, head, scope, receive, finished)
            else:
                await self._app(scope, receive, finished)
        finally:
            structlog.contextvars.reset_contextvars(**bound)
            if status is None and self._measured:
                measure(scope, 500, started)


def _redirected(headers: RawHeaders, scope: Scope) -> RawHeaders:
    return [
        (name, without_origin(value.decode("latin-1"), scope).encode("latin-1") if name == b"location" else value)
        for name, value in headers
    ]
