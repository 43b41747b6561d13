"""The HTTP client under every provider's library: one for each open model, closed with it."""

from contextlib import AsyncExitStack

from httpx2 import AsyncClient, AsyncHTTPTransport, Limits, Timeout
from pydantic_ai.models import create_async_httpx2_client

from app.agents.models.addresses import is_local_address

CONNECT_SECONDS = 10
_LIMITS = Limits(max_connections=1000, max_keepalive_connections=100)


def open_http_client(
    address: str, timeout: float, resources: AsyncExitStack, kind: type[AsyncClient] = AsyncClient
) -> AsyncClient:
    """A client for the server at `address` that waits `timeout` seconds for an answer; `resources` closes it.

    The libraries send their own timeout with every request; this client never waits longer than ours to connect.
    """
    # An explicit transport takes no proxy from the environment, which could not reach this machine or its network.
    transport = AsyncHTTPTransport() if is_local_address(address) else None
    usual = create_async_httpx2_client(timeout=Timeout(timeout, connect=CONNECT_SECONDS), transport=transport)
    client = kind(
        timeout=usual.timeout, limits=_LIMITS, transport=transport, headers=usual.headers, event_hooks=usual.event_hooks
    )
    resources.push_async_callback(client.aclose)
    return client
