"""Refuses bodies that are too large: those that say so at once, the others as soon as they are."""

from collections.abc import Mapping
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problem_details import problem
from app.api.problems import body_too_large


class SizeLimit(NamedTuple):
    """A number of bytes, and the setting that it comes from."""

    size: int
    setting: str


class BodyLimit:
    """`others` are the paths that have limits of their own."""

    def __init__(self, app: ASGIApp, *, limit: SizeLimit, others: Mapping[str, SizeLimit]) -> None:
        self._app = app
        self._limit = limit
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        limit = self._others.get(path, self._limit)
        scope.setdefault("state", {})["body_limit"] = limit
        declared = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
        if declared.isdigit() and int(declared) > limit.size:
            await problem(scope, body_too_large(*limit))(scope, receive, send)
            return
        await RequestBodyLimitMiddleware(self._app, max_body_size=limit.size)(scope, receive, send)
