"""Names with ports, as Host and Origin headers hold them."""

import ipaddress
import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

_NAME = re.compile(r"[a-z0-9_.-]+|[0-9a-f:.]+")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_REMEMBERED = 32
"""Names whose parts are remembered: every request has one, and nearly all have the same."""


class Authority(NamedTuple):
    """A name in lower case, an IPv6 address without its brackets, and a port where one was given."""

    name: str
    port: int | None

    def __str__(self) -> str:
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port is None else f"{name}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        if self.name == "localhost" or self.name.endswith(".localhost"):
            return True
        return _is_loopback_address(self.name)

    def with_port(self, scheme: str) -> "Authority":
        """The same, with the port that a browser leaves out."""
        return self if self.port is not None else Authority(self.name, _DEFAULT_PORTS[scheme])


@lru_cache(_REMEMBERED)
def _is_loopback_address(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


@lru_cache(_REMEMBERED)
def authority_of(host: str) -> Authority | None:
    """What a Host header says; None where it is not a name with or without a port."""
    try:
        parts = urlsplit(f"//{host}")
        # A dot at the end says that nothing is to be added to the name, which stays the same.
        name, port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        return None
    if parts.netloc != host or "@" in host or not _NAME.fullmatch(name):
        return None
    return Authority(name, port)


def origin_of(text: str) -> tuple[str, Authority] | None:
    """Scheme and authority of an Origin header; None where no web page has this origin."""
    scheme, separator, rest = text.partition("://")
    if not separator or scheme.lower() not in _DEFAULT_PORTS:
        return None
    page = authority_of(rest)
    return None if page is None else (scheme.lower(), page)
