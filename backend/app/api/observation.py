"""Gives every request an id, binds it to the logs, and measures how long the answer took."""

import re
import time
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core import metrics

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


class ObservationMiddleware:
    """`X-Request-ID` is accepted where it is well-formed, made otherwise, and always returned."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.perf_counter()
        status = 500

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
                route = getattr(scope.get("route"), "path", "unmatched")
                metrics.http_request_seconds.labels(scope["method"], route, status).observe(
                    time.perf_counter() - started
                )
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self._app(scope, receive, observed)
