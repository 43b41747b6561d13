"""Why a server could not be reached, found in the errors of the libraries, in plain words."""

import os
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from app.core.network_environment import Proxy

_UNKNOWN_AUTHORITY = {2, 18, 19, 20, 21}
"""OpenSSL's codes for a certificate that no trusted authority has signed. All others say what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What is in the way. `untrusted`: the server is there, and the authority of its certificate is not trusted."""

    reason: str
    untrusted: bool = False
    passing: bool = True
    """Whether it may have gone when one tries again."""

    def told(self, proxy: Proxy | None, otherwise: str) -> str:
        """What follows "cannot be reached at such an address"; `otherwise` is the advice where nothing else helps."""
        if self.untrusted:
            return (
                f": the server's certificate is not trusted ({self.reason});"
                " set SSL_CERT_FILE to a file with its authority's certificate."
            )
        if proxy is not None:
            return f" through the proxy {proxy.shown} ({self.reason}); check {proxy.setting}."
        return f" ({self.reason}); {otherwise}."


PROXY_REFUSES = 407
"""The HTTP status with which a proxy answers in place of a server, where it wants a password."""
REFUSED_BY_PROXY = Obstacle(f"the proxy refuses: {PROXY_REFUSES} Proxy Authentication Required")


class UnexpectedRedirect(httpx2.TransportError):
    """A server, or what stands before it, answers that one should ask at another address."""


_LOGIN = re.compile(rf"{PROXY_REFUSES}|auth|username|password", re.IGNORECASE)


def obstacle_in(error: BaseException) -> Obstacle | None:
    """What a library's error says of the connection, if it says anything."""
    chain = list(causes(error))
    for cause in chain:
        if isinstance(cause, ssl.SSLCertVerificationError):
            message = cause.verify_message or "certificate verify failed"
            if cause.verify_code in _UNKNOWN_AUTHORITY:
                return Obstacle(message, untrusted=True, passing=False)
            return Obstacle(f"its certificate is not accepted: {message.removesuffix('.')}", passing=False)
    for cause in chain:
        if isinstance(cause, httpx2.ProxyError):
            told = _one_line(cause)
            return Obstacle(f"the proxy refuses: {told}", passing=_LOGIN.search(told) is None)
        if isinstance(cause, socket.gaierror):
            return Obstacle("its name cannot be looked up")
        if isinstance(cause, ssl.SSLError):
            return Obstacle(f"no TLS connection is possible ({cause.reason or _one_line(cause)})")
        if isinstance(cause, ConnectionError) and cause.errno:
            return Obstacle(os.strerror(cause.errno).lower())
        if isinstance(cause, httpx2.ConnectTimeout):
            return Obstacle("it does not answer")
    connection = next((cause for cause in chain if isinstance(cause, httpx2.TransportError)), None)
    if connection is None:
        return None
    return Obstacle(_one_line(connection), passing=not isinstance(connection, UnexpectedRedirect))


def shown(address: str) -> str:
    """An address as it may be shown, without a name, a password or parameters."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "an address that cannot be read"
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what has led to it."""
    seen = 0
    while error is not None and seen < 20:
        yield error
        error, seen = error.__cause__ or error.__context__, seen + 1


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
