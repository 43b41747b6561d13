"""A TCP line between one process and one server that can be cut, slowed, or left hanging."""

import asyncio
from contextlib import suppress
from enum import Enum, auto

CHUNK = 65536
DELAY = 0.2
"""Seconds by which every piece is late on a slow line."""


class Line(Enum):
    WHOLE = auto()
    CUT = auto()
    """Connections are reset, and new ones too."""
    HANGING = auto()
    """Connections stay open and carry nothing any more, like those through a router that has forgotten them."""


class Proxy:
    """Listens on a loopback port, from `start` to `stop`."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._line = Line.WHOLE
        self._connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None
        self.delay = 0.0
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()

    def cut(self) -> None:
        self._line = Line.CUT
        for connection in list(self._connections):
            connection.reset()

    def hang(self) -> None:
        self._line = Line.HANGING
        for connection in self._connections:
            connection.is_dead = True

    def slow_down(self) -> None:
        """Every piece is late, in both directions."""
        self.delay = DELAY

    def heal(self) -> None:
        """New connections work again; those that hang do so for good."""
        self._line = Line.WHOLE
        self.delay = 0.0

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._line is Line.CUT:
            writer.transport.abort()
            return
        connection = _Connection(self, writer)
        connection.is_dead = self._line is Line.HANGING
        self._connections.add(connection)
        try:
            await connection.carry(reader, self._server_port)
        finally:
            connection.reset()
            self._connections.discard(connection)


class _Connection:
    def __init__(self, proxy: Proxy, client: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._writers = [client]
        self.is_dead = False

    async def carry(self, from_client: asyncio.StreamReader, server_port: int) -> None:
        if self.is_dead:
            await self._pump(from_client, self._writers[0])
            return
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", server_port)
        except OSError:
            return
        self._writers.append(to_server)
        pumps = {
            asyncio.create_task(self._pump(from_client, to_server)),
            asyncio.create_task(self._pump(from_server, self._writers[0])),
        }
        _, others = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        if self.is_dead:  # the one side does not learn that the other has gone
            await asyncio.wait(others)
        for pump in others:
            pump.cancel()

    def reset(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(CHUNK):
                if self._proxy.delay:
                    await asyncio.sleep(self._proxy.delay)
                if not self.is_dead:
                    writer.write(piece)
                    await writer.drain()
