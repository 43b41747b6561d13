"""Refuses bodies that say themselves that they are too large; Starlette's limiter, inside, counts the others."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import body_too_large, problem


class DeclaredBodyLimit:
    def __init__(self, app: ASGIApp, *, max_body_bytes: int) -> None:
        self._app = app
        self._limit = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            declared = Headers(scope=scope).get("content-length", "")
            if declared.isdigit() and int(declared) > self._limit:
                await problem(scope, body_too_large(self._limit))(scope, receive, send)
                return
        await self._app(scope, receive, send)
