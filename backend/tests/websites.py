"""Real web servers on loopback addresses, which do exactly what a test scripts and remember what they were asked."""

import asyncio
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]


Script = Callable[[Asked, StreamWriter], Awaitable[None]]


def answers(status: int, body: bytes = b"", **headers: str) -> Script:
    """A complete answer. `Content_Type` in a call is `Content-Type` on the wire."""

    async def script(asked: Asked, writer: StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status} Scripted", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + (b"" if asked.method == "HEAD" else body))

    return script


def page(title: str, *, before: bytes = b"", content_type: str = "text/html; charset=utf-8") -> Script:
    html = b"<!doctype html>" + before + f"<title>{title}</title><p>Words.".encode()
    return answers(200, html, Content_Type=content_type)


def redirects_to(location: str, status: int = 302) -> Script:
    return answers(status, Location=location)


def by_method(*, head: Script, get: Script) -> Script:
    async def script(asked: Asked, writer: StreamWriter) -> None:
        await (head if asked.method == "HEAD" else get)(asked, writer)

    return script


async def says_nothing(asked: Asked, writer: StreamWriter) -> None:
    """Waits until the website closes."""
    await asyncio.Event().wait()


class Website:
    """`pages` maps paths to scripts; other paths are not found. `connections` counts what ever reached it."""

    def __init__(self, pages: dict[str, Script]) -> None:
        self.pages = pages
        self.asked: list[Asked] = []
        self.connections = 0
        self.port = 0

    @property
    def methods(self) -> list[str]:
        return [asked.method for asked in self.asked]

    def url(self, path: str = "/", *, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.connections += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._answer(reader, writer)
                writer.close()
                await writer.wait_closed()
        finally:
            writer.transport.abort()

    async def _answer(self, reader: StreamReader, writer: StreamWriter) -> None:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        asked = Asked(method=method, path=path, headers=headers)
        self.asked.append(asked)
        await self.pages.get(path.partition("?")[0], answers(404))(asked, writer)
        await writer.drain()


@asynccontextmanager
async def website(
    pages: dict[str, Script], *, address: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Website]:
    """Serves on the address until the end of the block; `port` 0 is any free one."""
    site = Website(pages)
    visits: set[asyncio.Task[None]] = set()

    def visited(reader: StreamReader, writer: StreamWriter) -> None:
        visit = asyncio.create_task(site.serve(reader, writer))
        visits.add(visit)
        visit.add_done_callback(visits.discard)

    server = await asyncio.start_server(visited, address, port, ssl=tls)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()
        for visit in list(visits):
            visit.cancel()
        await asyncio.gather(*visits, return_exceptions=True)
        await server.wait_closed()
        await asyncio.sleep(0)  # an aborted connection closes its socket in the loop's next round
