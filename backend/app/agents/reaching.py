"""Why a model's server could not be reached, found in the errors of the libraries, in plain words."""

import asyncio
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from app.agents.models.http_client import CONNECT_SECONDS, open_http_client


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What is in the way. `certificate`: the server is there, and its certificate is not trusted."""

    reason: str
    certificate: bool = False
    proxy: bool = False


def obstacle_in(error: BaseException) -> Obstacle | None:
    """What an error of a model's library says of the connection, if it says anything."""
    chain = list(causes(error))
    for cause in chain:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Obstacle(cause.verify_message or "certificate verify failed", certificate=True)
    for cause in chain:
        if isinstance(cause, httpx2.ProxyError):
            return Obstacle(f"the proxy refuses: {_one_line(cause)}", proxy=True)
        if isinstance(cause, socket.gaierror):
            return Obstacle("its name cannot be looked up")
        if isinstance(cause, ssl.SSLError):
            return Obstacle(f"no TLS connection is possible ({cause.reason or _one_line(cause)})")
        if isinstance(cause, ConnectionError) and cause.errno:
            return Obstacle(os.strerror(cause.errno).lower())
        if isinstance(cause, httpx2.ConnectTimeout):
            return Obstacle(f"no answer within {CONNECT_SECONDS} s")
    connection = next((cause for cause in chain if isinstance(cause, httpx2.TransportError)), None)
    return Obstacle(_one_line(connection)) if connection is not None else None


async def obstacle_to(address: str) -> Obstacle | None:
    """Whether anything answers HTTP at the address, whatever it is; None if so."""
    async with AsyncExitStack() as resources:
        client = open_http_client(address, CONNECT_SECONDS, resources, max_bytes=0)  # nothing is read
        try:
            async with asyncio.timeout(CONNECT_SECONDS), client.stream("GET", address):
                return None
        except TimeoutError:
            return Obstacle(f"no answer within {CONNECT_SECONDS} s")
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            return obstacle_in(error) or Obstacle(_one_line(error))


def shown(address: str) -> str:
    """An address as it may be shown, without a name, a password or parameters."""
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and what it came of; bounded, since an error may be its own cause."""
    seen = 0
    while error is not None and seen < 20:
        yield error
        error, seen = error.__cause__ or error.__context__, seen + 1


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
