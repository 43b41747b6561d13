"""What proxies say about a request is believed of trusted ones only, and taken out of all other requests."""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.serving_settings import Network, is_within

_PREFIX = b"x-forwarded-"
_SCHEMES = {"http": {"http": "http", "https": "https"}, "websocket": {"http": "ws", "https": "wss"}}


class ForwardedHeaders:
    """Behind it, the `X-Forwarded-*` headers that are left come from proxies in the `trusted` networks."""

    def __init__(self, app: ASGIApp, *, trusted: Sequence[Network]) -> None:
        self._app = app
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in _SCHEMES:
            if is_within((scope.get("client") or ("",))[0], self._trusted):
                said = Headers(scope=scope).get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
                scope["scheme"] = _SCHEMES[scope["type"]].get(said, scope["scheme"])
            else:
                scope["headers"] = [header for header in scope["headers"] if not header[0].startswith(_PREFIX)]
        await self._app(scope, receive, send)
