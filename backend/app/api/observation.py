"""Gives every request an id, binds it to the logs, and measures how long the answer took."""

import re
import time
from http import HTTPMethod
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
        status: int | None = None

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
                _measure(scope, status, started)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, observed)
            finally:
                if status is None:  # a bug: the answer is made outside
                    _measure(scope, 500, started)


def _measure(scope: Scope, status: int, started: float) -> None:
    """Unknown methods share a label; otherwise, clients could make any number of series."""
    method = scope["method"] if scope["method"] in HTTPMethod.__members__ else "other"
    route = getattr(scope.get("route"), "path", "unmatched")
    metrics.http_request_seconds.labels(method, route, status).observe(time.perf_counter() - started)
