"""Many WebSocket clients that cost little: they count frames, and look into them no further than they must."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from itertools import cycle
from typing import TypeVar, cast

_TEXT, _PING, _PONG = 0x1, 0x9, 0xA


class Listener(asyncio.Protocol):
    """One client."""

    first: str | None = None
    """What it says as soon as it is connected."""

    def __init__(self, path: str, port: int) -> None:
        self._path, self._port = path, port
        self._data = bytearray()
        self._upgraded = False
        self.connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None
        self.frames = 0
        self.bytes = 0

    def said(self, payload: bytes) -> None:
        """The server has said something, as text."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport = cast("asyncio.Transport", transport)
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self.bytes += len(data)
        self._data += data
        if not self._upgraded and not self._upgrade():
            return
        while frame := self._frame():
            kind, payload = frame
            if kind == _TEXT:
                self.frames += 1
                self.said(payload)
            elif kind == _PING:
                self._write(_PONG, payload)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.connected.done():
            self.connected.set_exception(error or ConnectionError("The server has closed the connection."))

    def _upgrade(self) -> bool:
        head, end, rest = bytes(self._data).partition(b"\r\n\r\n")
        if not end:
            return False
        if b" 101 " not in head:
            self.connected.set_exception(ConnectionError(head.decode()))
            return False
        self._data, self._upgraded = bytearray(rest), True
        if self.first is not None:
            self.say(self.first)
        self.connected.set_result(None)
        return True

    def _frame(self) -> tuple[int, bytes] | None:
        """The next frame, if all of it is there: servers do not mask, and ours do not split."""
        if len(self._data) < 2:
            return None
        size, start = self._data[1] & 0x7F, 2
        if size >= 126:
            start = 4 if size == 126 else 10
            if len(self._data) < start:
                return None
            size = int.from_bytes(self._data[2:start], "big")
        if len(self._data) < start + size:
            return None
        kind, payload = self._data[0] & 0x0F, bytes(self._data[start : start + size])
        del self._data[: start + size]
        return kind, payload

    def say(self, text: str) -> None:
        self._write(_TEXT, text.encode())

    def _write(self, kind: int, payload: bytes) -> None:
        """Masked with zeros: as it is."""
        assert self.transport is not None
        size = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2, "big")
        self.transport.write(bytes([0x80 | kind]) + size + bytes(4) + payload)


L = TypeVar("L", bound=Listener)


@asynccontextmanager
async def listening(
    ports: Sequence[int],
    paths: Sequence[str],
    kind: Callable[[str, int], L],
) -> AsyncIterator[list[L]]:
    """A client for each path, taking the ports in turn; all are connected."""
    loop = asyncio.get_running_loop()
    listeners: list[L] = []
    try:
        for port, path in zip(cycle(ports), paths, strict=False):
            _, listener = await loop.create_connection(partial(kind, path, port), "127.0.0.1", port)
            listeners.append(listener)
        await asyncio.gather(*(listener.connected for listener in listeners))
        yield listeners
    finally:
        for listener in listeners:
            if listener.transport is not None:
                listener.transport.abort()
