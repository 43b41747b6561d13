"""Routes that answer past FastAPI: finding what they depend on would take longer than what they do."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from app.api.document import name_of

Answer = Callable[[Request], Awaitable[Response]]


class DirectRoute(APIRoute):
    """Documented as any other route, by its parameters, dependencies and models, of which none is used: the endpoint
    takes the request as it is, and looks after its path and headers itself. It answers HEAD, too; the server leaves out
    the body."""

    endpoint: Answer

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child_scope = super().matches(scope)
        if match == Match.PARTIAL and scope["method"] == "HEAD":
            return Match.FULL, child_scope
        return match, child_scope

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            await super().handle(scope, receive, send)
            return
        response = await self.endpoint(Request(scope, receive))
        await response(scope, receive, send)


def direct_router(**settings: Any) -> APIRouter:
    """A router of such routes, for `include_direct`."""
    return APIRouter(route_class=DirectRoute, generate_unique_id_function=name_of, **settings)


def include_direct(app: FastAPI, *routers: APIRouter) -> None:
    """Put the routes before all others, as they are: FastAPI would match each of an included router anew."""
    app.router.routes[:0] = [route for router in routers for route in router.routes]
