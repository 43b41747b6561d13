"""Keeps other web pages from driving a Greenway without accounts: Host, Origin and Sec-Fetch-Site are checked."""

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import problem
from app.core.errors import Forbidden

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """`allowed_hosts` are names besides those of the loopback interface under which Greenway may be reached.

    The check of Host defeats DNS rebinding; the others refuse requests that a page of another origin makes: all
    WebSockets, and every method that changes something. Clients that are no browsers send neither header.
    """

    def __init__(self, app: ASGIApp, *, allowed_hosts: Collection[str]) -> None:
        self._app = app
        self._allowed_hosts = frozenset(host.lower() for host in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and (refusal := self._refusal(scope)):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 4403, "reason": refusal})
            else:
                await problem(scope, Forbidden(refusal))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._is_allowed(host):
            return "This Host is not one of Greenway's names; GREENWAY_ALLOWED_HOSTS adds names."
        if scope["type"] == "http" and scope["method"] in _SAFE_METHODS:
            return None
        if headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
            return "Requests from pages of other sites are refused."
        origin = headers.get("origin")
        if origin is not None and _authority(origin) != host.lower():
            return "Requests from pages of other origins are refused."
        return None

    def _is_allowed(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name in self._allowed_hosts or name == "localhost" or name.endswith(".localhost"):
            return True
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False


def _authority(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None
