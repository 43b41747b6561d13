"""The HTTP client under every provider's library: one for each open model, closed with it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

from httpx2 import (
    AsyncByteStream,
    AsyncClient,
    AsyncHTTPTransport,
    Limits,
    ProxyError,
    Request,
    Response,
    Timeout,
)
from pydantic_ai.models import create_async_httpx2_client

from app.agents.models.addresses import is_local_address
from app.core.obstacles import PROXY_REFUSES, UnexpectedRedirect, shown

CONNECT_SECONDS = 10
PIECE = 1024
"""Bytes that are unpacked at a time: at worst to about a megabyte."""
OF_THE_BODY = frozenset({"content-length", "content-encoding", "transfer-encoding"})
"""Headers about how a body came; they say nothing of one that has been read."""
_REDIRECTIONS = {301, 302, 303, 307, 308}
_LONGEST_PLACE = 200
_LIMITS = Limits(max_connections=1000, max_keepalive_connections=100)


class AnswerTooLong(Exception):
    """`str(error)` is the limit, in bytes."""


class BoundedClient(AsyncClient):
    """An HTTP client that reads no response beyond `max_bytes`, unpacked: a small one may unpack to gigabytes. Nor does
    it follow a redirection: a question is sent with its key, and only to the address that the operator has named."""

    def __init__(self, *, max_bytes: int, **options: Any) -> None:
        super().__init__(**options)
        self._max_bytes = max_bytes

    async def send(self, request: Request, *, stream: bool = False, **options: Any) -> Response:
        """As httpx2's.

        Raises:
            AnswerTooLong: the body is longer.
            UnexpectedRedirect: the answer is elsewhere.
            ProxyError: a proxy answers, and wants a password.
        """
        options["follow_redirects"] = False
        response = await super().send(request, stream=True, **options)
        if stream:
            return response
        response.stream = _ChunkedStream(response.stream)
        body = bytearray()
        try:
            async for part in response.aiter_bytes():
                body += part
                if len(body) > self._max_bytes:
                    raise AnswerTooLong(self._max_bytes)
        finally:
            await response.aclose()
        if response.status_code == PROXY_REFUSES:
            raise ProxyError(f"{PROXY_REFUSES} Proxy Authentication Required", request=request)
        if response.status_code in _REDIRECTIONS:
            raise UnexpectedRedirect(f"it redirects to {_place(response)}", request=request)
        headers = [each for each in response.headers.multi_items() if each[0].lower() not in OF_THE_BODY]
        return Response(response.status_code, headers=headers, content=bytes(body), request=request)


def _place(response: Response) -> str:
    """Where a redirection leads, as it may be shown."""
    place = response.headers.get("location", "")[:_LONGEST_PLACE]
    return shown(place) if place.isprintable() and place else "an unknown place"


class _ChunkedStream(AsyncByteStream):
    """What comes packed, so little at a time that unpacking a piece takes little memory."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            for start in range(0, len(chunk), PIECE):
                yield chunk[start : start + PIECE]

    async def aclose(self) -> None:
        await self._stream.aclose()


def open_http_client(
    address: str,
    timeout: float,
    resources: AsyncExitStack,
    kind: type[BoundedClient] = BoundedClient,
    *,
    max_bytes: int,
) -> BoundedClient:
    """A client for the server at `address` that waits `timeout` seconds for an answer, and reads `max_bytes` of it;
    `resources` closes it.

    The libraries send their own timeout with every request; this client never waits longer than ours to connect.
    """
    # An explicit transport takes no proxy from the environment, which could not reach this machine or its network.
    transport = AsyncHTTPTransport() if is_local_address(address) else None
    usual = create_async_httpx2_client(timeout=Timeout(timeout, connect=CONNECT_SECONDS), transport=transport)
    client = kind(
        max_bytes=max_bytes,
        timeout=usual.timeout,
        limits=_LIMITS,
        transport=transport,
        headers=usual.headers,
        event_hooks=usual.event_hooks,
    )
    resources.push_async_callback(client.aclose)
    return client
