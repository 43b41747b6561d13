"""A line to Postgres that counts what a client asks for."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

_EXECUTE, _QUERY = b"E", b"Q"
_SSL_REQUEST = 80877103


@dataclass(slots=True)
class Counted:
    """By the protocol's messages: all that was executed, `BEGIN` and `COMMIT` among it."""

    url: str
    messages: Counter[bytes] = field(default_factory=Counter)

    @property
    def statements(self) -> int:
        return self.messages[_EXECUTE] + self.messages[_QUERY]


@asynccontextmanager
async def counting(url: str) -> AsyncIterator[Counted]:
    """The same database under another address."""
    parts = urlsplit(url)
    assert parts.port is not None
    lines: set[asyncio.Task[None]] = set()

    async def accept(reader: StreamReader, writer: StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(parts.hostname, parts.port)
        lines.add(asyncio.create_task(_copy(far_reader, writer)))
        lines.add(asyncio.create_task(_count(reader, far_writer, counted.messages)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    credentials = parts.netloc.rpartition("@")[0]
    counted = Counted(urlunsplit(parts._replace(netloc=f"{credentials}@127.0.0.1:{port}")))
    try:
        yield counted
    finally:
        server.close()
        for line in lines:
            line.cancel()


async def _copy(reader: StreamReader, writer: StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _count(reader: StreamReader, writer: StreamWriter, messages: Counter[bytes]) -> None:
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        is_starting = True
        while is_starting:  # these have no type, and only a request for SSL is followed by another
            size = await reader.readexactly(4)
            rest = await reader.readexactly(int.from_bytes(size, "big") - 4)
            is_starting = int.from_bytes(rest[:4], "big") == _SSL_REQUEST
            writer.write(size + rest)
        while True:
            head = await reader.readexactly(5)
            messages[head[:1]] += 1
            writer.write(head + await reader.readexactly(int.from_bytes(head[1:], "big") - 4))
    writer.close()
