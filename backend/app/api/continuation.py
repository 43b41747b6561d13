"""Lets a request go on after its route has returned, without what answering it has needed.

A connection that lasts for hours would else keep the coroutines of all middlewares and routers, and what they hold:
more than everything else that it needs.
"""

from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Receive, Scope, Send

_KEY = "greenway.continuations"

Continuation = Callable[[Receive, Send], Awaitable[None]]


class Continuations:
    """The outermost middleware: runs what routes have left to be done."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        continuations: list[Continuation] = []
        # Of the copy, and of what is put there on the way, nothing is left when the route has returned.
        await self._app({**scope, _KEY: continuations}, receive, send)
        while continuations:
            await continuations.pop()(receive, send)


def continue_with(scope: Scope, continuation: Continuation) -> None:
    """Run it when the route has returned; it sees no scope, and handles its errors."""
    scope[_KEY].append(continuation)
