"""Uvicorn's protocols for HTTP and WebSockets, within the limits of `Connections`."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import ProtocolError
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request
from websockets.server import ServerProtocol

from app.api.connections import ConnectionLimits, Connections, Limit
from app.api.extension import WRITE
from app.api.headers import PRIVATE
from app.api.problem_details import problem_of
from app.core.errors import BadRequest, GreenwayError, HeadTooLarge
from app.core.json import dumps

PIPELINED = 16
"""Requests that a client may send ahead of their answers."""


def uvicorn_options(limits: ConnectionLimits) -> dict[str, Any]:
    """What makes uvicorn keep to the limits."""
    connections = Connections(limits)
    return {
        "http": cast(type[asyncio.Protocol], partial(HttpConnection, connections)),
        "ws": cast(type[asyncio.Protocol], partial(WebSocketConnection, connections)),
        # A compressed frame could not be shared by clients, and an event is about 500 bytes.
        "ws_per_message_deflate": False,
    }


class HttpConnection(HttpToolsProtocol):
    """Waits for its client until a whole request is there, and while the client does not take its answers."""

    def __init__(self, connections: Connections, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self._connections = connections
        self._unparsed = 0
        """Bytes since the last head or piece of a body: of a head that is not complete, or between pieces."""
        self._has_advanced = False
        self._refusal: tuple[Limit, GreenwayError] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if refusal := self._connections.admit(transport):
            self._answer(refusal)
        else:
            self._connections.wait_for(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """As uvicorn's, but that what clients send wrongly fills no log."""
        self._unset_keepalive_if_required()
        self._unparsed += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            if self._should_upgrade():
                self._connections.stop_waiting(self)
                self.handle_websocket_upgrade()
                return
        except httptools.HttpParserError:
            self._refuse(*self._refusal or (Limit.SYNTAX, BadRequest("This is not HTTP.")))
            return
        if self._has_advanced:
            self._has_advanced = False
            self._unparsed = 0
        elif self._unparsed > self._connections.limits.head_bytes:
            self._refuse(*self._too_large())
            return
        if not self._is_answering or self.flow.write_paused:
            return  # it goes on waiting
        if self.cycle.more_body:
            self._connections.wait_for(self)
        else:
            self._connections.stop_waiting(self)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        cast(dict[str, Any], self.scope)["extensions"] = {WRITE: {"write": self.write}}

    def write(self, data: bytes) -> bool:
        """Write a part of the response in progress; False when the client takes no more now, or has left."""
        if self.flow.write_paused or self.transport.is_closing():
            return False
        self.transport.write(data)
        return True

    def on_headers_complete(self) -> None:
        self._has_advanced = True
        limits = self._connections.limits
        if self._unparsed > limits.head_bytes:  # much has come at once
            size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            if size > limits.head_bytes:
                self._refusal = self._too_large()
                raise self._refusal[1]
        if len(self.pipeline) >= PIPELINED:
            message = f"More than {PIPELINED} requests were sent without waiting for responses."
            self._refusal = Limit.PIPELINE, BadRequest(message)
            raise self._refusal[1]
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._has_advanced = True
        super().on_body(body)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._is_answering:
            self._connections.wait_for(self)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._connections.wait_for(self)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._is_answering:
            self._connections.stop_waiting(self)
        else:
            self._connections.wait_for(self)

    def timeout_keep_alive_handler(self) -> None:
        """The sweep of `Connections` ends what is idle."""

    def end(self, error: GreenwayError) -> bool:
        if self._unparsed or self._is_answering:
            self._answer(error)
            return True
        self.transport.close()
        return False

    @property
    def _is_answering(self) -> bool:
        """The head of a request is there, and its answer is not complete."""
        return self.cycle is not None and not self.cycle.response_complete

    def _too_large(self) -> tuple[Limit, GreenwayError]:
        size = self._connections.limits.head_bytes
        return Limit.HEAD, HeadTooLarge(f"The request's head is larger than {size} bytes (GREENWAY_MAX_HEAD_BYTES).")

    def _refuse(self, limit: Limit, error: GreenwayError) -> None:
        self._connections.note(limit, error.message, self.transport)
        self._answer(error)

    def _answer(self, error: GreenwayError) -> None:
        """End the connection, with an answer where none of another request would be in its way."""
        if not self.pipeline and not (self._is_answering and self.cycle.response_started):
            body = dumps(problem_of(error, instance="", request_id=""))
            headers = [
                *self.server_state.default_headers,
                *PRIVATE,
                (b"content-type", b"application/problem+json"),
                (b"content-length", b"%d" % len(body)),
                (b"connection", b"close"),
            ]
            if error.retry_after is not None:
                headers.append((b"retry-after", b"%d" % error.retry_after))
            lines = b"".join(b"%s: %s\r\n" % header for header in headers)
            self.transport.write(STATUS_LINE[error.status] + lines + b"\r\n" + body)
        self.transport.close()


class WebSocketConnection(WebSocketsSansIOProtocol):
    """Waits for its client while that does not take what is sent to it; that a client is silent, pings find out."""

    def __init__(self, connections: Connections, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self._connections = connections
        self.conn = _BoundedFrames(
            connections.limits, extensions=self.conn.available_extensions, logger=self.conn.logger
        )

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            cast(dict[str, Any], self.scope["extensions"])[WRITE] = {"write": self.write}

    def start_keepalive(self) -> None:
        super().start_keepalive()
        del self.request, self.response  # of the handshake, which is complete

    def write(self, data: bytes) -> bool:
        """Write a whole frame; False when the client takes no more now, or the connection is ending."""
        if not self.writable.is_set() or self.close_sent or self.transport.is_closing():
            return False
        self.transport.write(data)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.forget(self)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._connections.wait_for(self)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._connections.stop_waiting(self)

    def handle_parser_exception(self) -> None:
        if isinstance(self.conn, _BoundedFrames) and self.conn.exceeded is not None:
            self._connections.note(*self.conn.exceeded, self.transport)
        super().handle_parser_exception()

    def end(self, error: GreenwayError) -> bool:
        self.conn.fail(CloseCode.TRY_AGAIN_LATER, error.message)
        self.handle_parser_exception()
        return True


class _BoundedFrames(ServerProtocol):
    """Ends a connection whose client sends large frames or many."""

    def __init__(
        self, limits: ConnectionLimits, *, clock: Callable[[], float] = time.monotonic, **websockets: Any
    ) -> None:
        super().__init__(max_size=limits.frame_bytes, **websockets)
        self.exceeded: tuple[Limit, str] | None = None
        self._limits = limits
        self._clock = clock
        self._second_ends = 0.0
        self._frames = 0

    def recv_frame(self, frame: Frame) -> None:
        now = self._clock()
        if now >= self._second_ends:
            self._second_ends, self._frames = now + 1, 0
        self._frames += 1
        if self._frames > self._limits.frames_per_second:
            most = f"{self._limits.frames_per_second} frames a second (GREENWAY_MAX_FRAMES_PER_SECOND)"
            self.exceeded = Limit.FRAMES, f"A client may send at most {most}."
            self.fail(CloseCode.POLICY_VIOLATION, self.exceeded[1])
            raise ProtocolError(self.exceeded[1])
        super().recv_frame(frame)

    def fail(self, code: CloseCode | int, reason: str = "") -> None:
        if code == CloseCode.MESSAGE_TOO_BIG:
            reason = f"A message may have at most {self._limits.frame_bytes} bytes (GREENWAY_MAX_FRAME_BYTES)."
            self.exceeded = Limit.FRAME, reason
        super().fail(code, reason)
