"""Looks whether the pages that a search engine found are there, many at a time, within limits."""

import asyncio
from collections.abc import Sequence
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2
import structlog

from app import __version__
from app.agents.links.addresses import presentable
from app.agents.links.public_transport import PublicTransport, was_refused
from app.agents.links.visit import BrokenLink, CheckedLink, Visit

log = structlog.get_logger()

_HEADERS = {
    "User-Agent": f"Greenway/{__version__} (link check)",
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "identity",
}


class LinkChecker:
    """For one event loop. Reaches public addresses only, unless tests bring another transport.

    At most `concurrency` links are visited at once, over all callers; each has `timeout` seconds in all.
    """

    def __init__(
        self, transport: httpx2.AsyncBaseTransport | None = None, *, concurrency: int = 8, timeout: float = 8.0
    ) -> None:
        self._timeout = timeout
        self._visits = asyncio.Semaphore(concurrency)
        self._client = httpx2.AsyncClient(
            transport=transport or PublicTransport(),
            headers=_HEADERS,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            timeout=timeout,
            trust_env=False,
        )

    async def check(self, url: str) -> CheckedLink | None:
        """The link as it may be shown, or None when it must not be. Nothing that a server does raises."""
        address = presentable(url)
        if address is None:
            return None
        async with self._visits:
            try:
                async with asyncio.timeout(self._timeout):
                    return await Visit(self._client).result(str(address))
            except (TimeoutError, httpx2.TimeoutException):
                return CheckedLink(url=str(address), title=None, status=None, verdict="unverified")
            except httpx2.HTTPError as error:
                log.debug("link_rejected", url=url, reason=str(error), refused=was_refused(error))
            except (BrokenLink, httpx2.InvalidURL, UnicodeError) as error:
                log.debug("link_rejected", url=url, reason=str(error), refused=False)
            return None

    async def check_all(self, urls: Sequence[str]) -> list[CheckedLink | None]:
        """As `check`, in the same order."""
        async with asyncio.TaskGroup() as tasks:
            checks = [tasks.create_task(self.check(url)) for url in urls]
        return [check.result() for check in checks]

    async def close(self) -> None:
        await self._client.aclose()
