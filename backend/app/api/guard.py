"""Keeps other web pages from reading and driving a Greenway without accounts: by Host, Origin and Sec-Fetch-Site."""

from collections.abc import Collection, Sequence

from starlette.types import Scope

from app.api.request_head import RequestHead
from app.core.authority import Authority, authority_of, origin_of

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

    def __init__(self, allowed_hosts: Collection[str]) -> None:
        self._allowed = frozenset(authority_of(host) for host in allowed_hosts)

    def refusal(self, scope: Scope, head: RequestHead) -> str | None:
        """Why the request may not come in; None where it may."""
        hosts = [authority_of(host) for host in _hosts_of(head)]
        for host in hosts:
            if host is None:
                return "The request's Host is not a host name; GREENWAY_ALLOWED_HOSTS lists Greenway's names."
            if not self._is_allowed(host):
                name = Authority(host.name, None)
                return f"{name} is not one of Greenway's names; if it should be, add it to GREENWAY_ALLOWED_HOSTS."
        is_read = scope["type"] == "http" and scope["method"] in _SAFE_METHODS
        site = head.first(b"sec-fetch-site", "none")
        if site not in {"same-origin", "none"} and not (is_read and _follows_a_link(scope, head)):
            return "Requests from pages of other sites are refused."
        # A browser that says only Origin keeps what is read from the page.
        origin = head.first(b"origin")
        if is_read or origin is None:
            return None
        return self._foreign(origin, [host for host in hosts if host], is_same=site == "same-origin")

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


def _follows_a_link(scope: Scope, head: RequestHead) -> bool:
    """Whether the browser comes from another site to one of our pages, which then takes the place of that site's."""
    start = scope["path"].removeprefix(scope.get("root_path", "")).split("/")[1:2]
    is_page = not _FOR_PROGRAMS.intersection(start)
    return is_page and head.first(b"sec-fetch-mode") == "navigate" and head.first(b"sec-fetch-dest") == "document"


def _hosts_of(head: RequestHead) -> list[str]:
    """What the client calls us, as we and the proxies in between have heard it."""
    forwarded = [host.strip() for line in head.all(b"x-forwarded-host") for host in line.split(",")]
    return [*(head.all(b"host") or [""]), *filter(None, forwarded)]
