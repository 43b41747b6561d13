"""Refuses bodies that are too large: those that say so at once, the others as soon as they are."""

from collections.abc import Mapping
from typing import NamedTuple

from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problem_details import problem
from app.api.request_head import RequestHead
from app.core.errors import TooLarge

_WITHOUT_BODY = frozenset({"GET", "HEAD"})


class SizeLimit(NamedTuple):
    """A number of bytes, and the setting that it comes from."""

    size: int
    setting: str


def body_too_large(limit: int, setting: str) -> TooLarge:
    return TooLarge(f"The body is larger than {limit} bytes ({setting}).")


class BodyLimits:
    """`others` are the paths that have limits of their own."""

    def __init__(self, limit: SizeLimit, others: Mapping[str, SizeLimit]) -> None:
        self._limit = limit
        self._others = others

    async def run(self, app: ASGIApp, head: RequestHead, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer within the limits."""
        declared = head.first(b"content-length", "")
        if scope["method"] in _WITHOUT_BODY and not declared and head.first(b"transfer-encoding") is None:
            await app(scope, receive, send)
            return
        limit = self._others.get(scope["path"].removeprefix(scope.get("root_path", "")), self._limit)
        scope["state"]["body_limit"] = limit
        if declared.isdigit() and int(declared) > limit.size:
            await problem(scope, body_too_large(*limit))(scope, receive, send)
            return
        await RequestBodyLimitMiddleware(app, max_body_size=limit.size)(scope, receive, send)
