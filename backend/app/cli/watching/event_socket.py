"""The live events of a roadmap over a WebSocket, one connection at a time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from app.cli.api_client import ApiUnavailable, NotGreenway, RequestRefused
from app.cli.endpoint import Endpoint
from app.cli.watching.frames import Frame, parse
from app.cli.watching.words import one_line

OPEN_TIMEOUT = 10.0
"""Seconds that opening a connection may take."""
CLOSE_TIMEOUT = 1.0
"""Seconds to wait for the server's goodbye."""
LARGEST_FRAME = 64 * 1024 * 1024
"""Bytes: a snapshot of three thousand concepts fits several times."""
_HTTP_CLOSE_CODES = range(4400, 4500)
"""The API closes with 4000 + HTTP status when it refuses."""


class EventSocket:
    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    @asynccontextmanager
    async def open(self, roadmap_id: UUID, *, since: int) -> AsyncIterator[AsyncIterator[Frame]]:
        """Everything after event `since`. The frames end, or `ApiUnavailable` is raised, when the connection is lost.

        Raises:
            ApiUnavailable: no connection at the moment.
            RequestRefused: there will be none, for the reason that the API gives.
        """
        proxy = self._endpoint.proxy
        try:
            async with connect(
                self._endpoint.events_url(roadmap_id, since=since),
                additional_headers=self._endpoint.headers,
                proxy=proxy.url if proxy is not None else None,
                open_timeout=OPEN_TIMEOUT,
                close_timeout=CLOSE_TIMEOUT,
                max_size=LARGEST_FRAME,
            ) as socket:
                yield _frames(socket)
        except InvalidStatus as error:
            status = error.response.status_code
            if 400 <= status < 500 and status != 429:
                raise RequestRefused(
                    f"{self._endpoint.url} refused the connection (HTTP {status}); check GREENWAY_TOKEN."
                ) from error
            raise ApiUnavailable(f"{self._endpoint.url} is not ready (HTTP {status}).") from error
        except ConnectionClosed as error:
            if error.rcvd is not None and error.rcvd.code in _HTTP_CLOSE_CODES:
                raise RequestRefused(one_line(error.rcvd.reason) or "The roadmap can no longer be watched.") from error
            raise ApiUnavailable(f"The connection to {self._endpoint.url} was lost.") from error
        except InvalidURI as error:
            raise NotGreenway("GREENWAY_URL, or --url, must be an address like http://127.0.0.1:8000.") from error
        except (InvalidHandshake, OSError, TimeoutError) as error:
            raise ApiUnavailable(f"The connection to {self._endpoint.url} was lost.") from error


async def _frames(socket: ClientConnection) -> AsyncIterator[Frame]:
    async for data in socket:
        for frame in parse(data):
            yield frame
