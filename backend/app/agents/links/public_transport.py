"""HTTP over the public network: what an httpx2 client is given so that it reaches nothing else."""

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, contextmanager

import httpcore2
import httpx2

from app.agents.links.public_network import AddressRefused, PublicNetwork

_SCHEMES = ("http", "https")

# The first that matches counts. The pool lets a few of the socket's and TLS's own errors through while it reads.
_ERRORS: tuple[tuple[type[Exception], type[httpx2.TransportError]], ...] = (
    (httpcore2.ConnectTimeout, httpx2.ConnectTimeout),
    (httpcore2.ReadTimeout, httpx2.ReadTimeout),
    (httpcore2.WriteTimeout, httpx2.WriteTimeout),
    (httpcore2.PoolTimeout, httpx2.PoolTimeout),
    (httpcore2.ConnectError, httpx2.ConnectError),
    (httpcore2.ReadError, httpx2.ReadError),
    (httpcore2.WriteError, httpx2.WriteError),
    (httpcore2.LocalProtocolError, httpx2.LocalProtocolError),
    (httpcore2.RemoteProtocolError, httpx2.RemoteProtocolError),
    (httpcore2.UnsupportedProtocol, httpx2.UnsupportedProtocol),
    (OSError, httpx2.NetworkError),
)


class PublicTransport(httpx2.AsyncBaseTransport):
    """Its own pool over the given network: a transport of httpx2's takes no network, and one that was pushed into its
    private parts would be gone without a word when those change.

    Every request and every redirect connects through the network. There are no proxies and no WebSockets.
    `ssl_context` is for tests; by default certificates are checked as everywhere, with SSL_CERT_FILE if it is set.
    """

    def __init__(self, network: PublicNetwork | None = None, *, ssl_context: ssl.SSLContext | None = None) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=ssl_context or httpx2.create_ssl_context(),
            network_backend=network or PublicNetwork(),
            max_connections=None,
            max_keepalive_connections=20,
            keepalive_expiry=5.0,
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        if url.scheme not in _SCHEMES:
            raise httpx2.UnsupportedProtocol(f"{url.scheme} is neither http nor https.")
        assert isinstance(request.stream, httpx2.AsyncByteStream)
        with _errors_of_httpx():
            response = await self._pool.handle_async_request(
                httpcore2.Request(
                    method=request.method,
                    url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                    headers=request.headers.raw,
                    content=request.stream,
                    # Nothing else is passed on: `sni_hostname` would have TLS check another name than the address's.
                    extensions={"timeout": request.extensions.get("timeout", {})},
                )
            )
        return httpx2.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


def was_refused(error: httpx2.HTTPError) -> bool:
    """Whether a request failed because its address is refused, not because the server did not answer."""
    return isinstance(error.__cause__, AddressRefused)


class _Body(httpx2.AsyncByteStream):
    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _errors_of_httpx():
            async with aclosing(self._response.aiter_stream()) as parts:
                async for part in parts:
                    yield part

    async def aclose(self) -> None:
        with _errors_of_httpx():
            await self._response.aclose()


@contextmanager
def _errors_of_httpx() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        for theirs, ours in _ERRORS:
            if isinstance(error, theirs):
                raise ours(str(error)) from error
        raise
