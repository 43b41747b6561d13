"""The headers of every answer: pages of others can neither frame it, nor guess what it is, nor read it."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALWAYS = [
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]
PRIVATE = [*ALWAYS, (b"cache-control", b"no-store")]


class SafeHeaders:
    """Adds them, but for those that the answer has itself; without a word about caches, it is kept in none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                own = {name for name, _ in headers}
                message["headers"] = [*headers, *(header for header in PRIVATE if header[0] not in own)]
            await send(message)

        await self._app(scope, receive, safely)
