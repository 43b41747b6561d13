"""One visit to one page: HEAD, then as much of a GET as its title needs."""

import zlib
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal, assert_never

import httpx2

from app.agents.links.addresses import presentable
from app.agents.links.page import Page, read_page

Verdict = Literal["verified", "unverified"]

MOST_REDIRECTS = 5
MOST_BYTES = 65_536

_HTML = ("text/html", "application/xhtml+xml")
_REFUSES_PROGRAMS = frozenset({401, 403, 405, 429})
# After these, asking once more with GET would be impolite or useless. Others may only dislike HEAD, even 404.
_ENOUGH_SAID = frozenset({410, 429, 451})


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedLink:
    """A page that may be shown. `url` is where redirects ended; `status` is None when it was too slow to say.

    `unverified`: it may well be there for people, but refuses programs, has trouble, or was too slow.
    """

    url: str
    title: str | None
    status: int | None
    verdict: Verdict


class BrokenLink(Exception):
    """The address leads nowhere that may be shown."""


def verdict_on(status: int) -> Verdict | None:
    """What an HTTP status says about a page; None when it is not there."""
    if 200 <= status < 300:
        return "verified"
    return "unverified" if status in _REFUSES_PROGRAMS or status >= 500 else None


class Visit:
    """Follows redirects itself: the client would read a redirect's body to its end, however long a server makes it."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client
        self._redirects_left = MOST_REDIRECTS

    async def result(self, address: str) -> CheckedLink:
        """What is at the address.

        Raises:
            BrokenLink: nothing that may be shown.
            httpx2.HTTPError: there is no answer, or none in time.
        """
        head = await self._head(address)
        if head is not None:
            if head.status_code in _ENOUGH_SAID or (head.is_success and _is_other_than_html(head)):
                return _link(head, title=None)
            address = str(head.url)
        response = await self._ask("GET", address)
        try:
            page = await _page(response)
        finally:
            await response.aclose()
        if page.parked:
            raise BrokenLink("The domain is parked.")
        return _link(response, title=page.title)

    async def _head(self, address: str) -> httpx2.Response | None:
        """The answer to HEAD; None when the server breaks off instead, as some do."""
        try:
            response = await self._ask("HEAD", address)
        except (httpx2.ReadError, httpx2.WriteError, httpx2.RemoteProtocolError):
            return None
        await response.aclose()
        return response

    async def _ask(self, method: Literal["HEAD", "GET"], address: str) -> httpx2.Response:
        """The answer at the end of the redirects, with its body unread; the caller closes it."""
        headers = {"Range": f"bytes=0-{MOST_BYTES - 1}"} if method == "GET" else {}
        request = self._client.build_request(method, _shown(address), headers=headers)
        while True:
            response = await self._client.send(request, stream=True, follow_redirects=False)
            if not response.has_redirect_location:
                return response
            await response.aclose()
            if response.next_request is None or self._redirects_left == 0:
                raise BrokenLink("The redirects lead nowhere.")
            self._redirects_left -= 1
            request = response.next_request
            _shown(request.url)


def _shown(address: str | httpx2.URL) -> httpx2.URL:
    url = presentable(address)
    if url is None:
        raise BrokenLink("This is not the address of a public page.")
    return url


def _link(response: httpx2.Response, *, title: str | None) -> CheckedLink:
    match verdict_on(response.status_code):
        case None:
            raise BrokenLink(f"HTTP status {response.status_code}.")
        case "verified" as verdict:
            return CheckedLink(url=str(response.url), title=title, status=response.status_code, verdict=verdict)
        case "unverified" as verdict:
            return CheckedLink(url=str(response.url), title=None, status=response.status_code, verdict=verdict)
        case never:
            assert_never(never)


def _is_other_than_html(response: httpx2.Response) -> bool:
    """Pages without a type count as HTML, which they mostly are."""
    media_type = str(response.headers.get("Content-Type", "")).partition(";")[0].strip().lower()
    return media_type not in ("", *_HTML)


async def _page(response: httpx2.Response) -> Page:
    if not response.is_success or _is_other_than_html(response):
        return Page(title=None, parked=False)
    return read_page(await _first_bytes(response), response.headers.get("Content-Type", ""))


async def _first_bytes(response: httpx2.Response) -> bytes:
    """At most `MOST_BYTES`, of what was sent and of what that unpacks to."""
    received = bytearray()
    try:
        async with aclosing(response.aiter_raw()) as chunks:
            async for chunk in chunks:
                received += chunk
                if len(received) >= MOST_BYTES:
                    break
    except (httpx2.ReadError, httpx2.RemoteProtocolError):
        pass  # what came before the connection broke is enough to look for a title
    return _unpacked(bytes(received[:MOST_BYTES]), response.headers.get("Content-Encoding", ""))


def _unpacked(received: bytes, encoding: str) -> bytes:
    """Servers are asked not to pack; some do all the same, and a few bytes can be made to unpack to gigabytes."""
    match encoding.strip().lower():
        case "" | "identity":
            return received
        case "gzip" | "x-gzip" | "deflate":
            try:
                return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(received, MOST_BYTES)
            except zlib.error:
                return b""
        case _:
            return b""
