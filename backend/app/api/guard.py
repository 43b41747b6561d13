"""Keeps other web pages from reading and driving a Greenway without accounts: by Host, Origin and Sec-Fetch-Site."""

from collections.abc import Collection, Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problem_details import problem
from app.core.authority import Authority, authority_of, origin_of
from app.core.errors import Forbidden

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_FOR_PROGRAMS = frozenset({"api", "assets", "health", "metrics", "openapi.json", "readyz"})
"""What the paths begin with at which there is no page."""
_FOREIGN_ORIGIN = "Requests from pages of other origins are refused"


class Guard:
    """`allowed_hosts` are names besides those of the loopback interface under which Greenway may be reached; one that
    has a port holds for that port only.

    The check of Host, and of what a trusted proxy says of it, defeats DNS rebinding; the others refuse requests that a
    page of another origin makes, but for links to our pages. Clients that are no browsers send neither header.
    """

    def __init__(self, app: ASGIApp, *, allowed_hosts: Collection[str]) -> None:
        self._app = app
        self._allowed = frozenset(authority_of(host) for host in allowed_hosts)

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
        hosts = [authority_of(host) for host in _hosts_of(headers)]
        for host in hosts:
            if host is None:
                return "The request's Host is not a host name; GREENWAY_ALLOWED_HOSTS lists Greenway's names."
            if not self._is_allowed(host):
                name = Authority(host.name, None)
                return f"{name} is not one of Greenway's names; if it should be, add it to GREENWAY_ALLOWED_HOSTS."
        is_read = scope["type"] == "http" and scope["method"] in _SAFE_METHODS
        site = headers.get("sec-fetch-site", "none")
        if site not in {"same-origin", "none"} and not (is_read and _follows_a_link(scope, headers)):
            return "Requests from pages of other sites are refused."
        # A browser that says only Origin keeps what is read from the page.
        if is_read or "origin" not in headers:
            return None
        return self._foreign(headers["origin"], [host for host in hosts if host], is_same=site == "same-origin")

    def _foreign(self, text: str, hosts: Sequence[Authority], *, is_same: bool) -> str | None:
        """Why the page of this origin may change nothing. `is_same`: the browser says that the page is our own."""
        origin = origin_of(text)
        if origin is None:
            return f"{_FOREIGN_ORIGIN}."
        scheme, page = origin
        if any(page.with_port(scheme) == host.with_port(scheme) for host in hosts) or page in self._allowed:
            return None
        # A proxy may have dropped the port, or sent a name of its own.
        has_another_port = any(host.name == page.name and host.port is not None for host in hosts)
        if Authority(page.name, None) in self._allowed and not has_another_port:
            return None
        # Browsers say it where names cannot be rebound: over TLS, and on loopback.
        if is_same and (scheme == "https" or page.is_loopback):
            return None
        return f"{_FOREIGN_ORIGIN}; if {page} is an address of Greenway itself, add it to GREENWAY_ALLOWED_HOSTS."

    def _is_allowed(self, host: Authority) -> bool:
        return host.is_loopback or host in self._allowed or Authority(host.name, None) in self._allowed


def _follows_a_link(scope: Scope, headers: Headers) -> bool:
    """Whether the browser comes from another site to one of our pages, which then takes the place of that site's."""
    start = scope["path"].removeprefix(scope.get("root_path", "")).split("/")[1:2]
    is_page = not _FOR_PROGRAMS.intersection(start)
    return is_page and headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"


def _hosts_of(headers: Headers) -> list[str]:
    """What the client calls us, as we and the proxies in between have heard it."""
    forwarded = [host.strip() for line in headers.getlist("x-forwarded-host") for host in line.split(",")]
    return [*(headers.getlist("host") or [""]), *filter(None, forwarded)]
