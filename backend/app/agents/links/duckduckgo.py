"""Search with DuckDuckGo, which needs no key; the only place that knows its library."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ddgs import DDGS
from ddgs.exceptions import DDGSException, TimeoutException

from app.agents.links.duckduckgo_regions import region_of
from app.agents.links.json_search import TIMEOUT
from app.agents.links.plain_text import one_line
from app.agents.links.search import LONGEST_QUERY, SearchFailed, SearchResult, usable_hits

Search = Callable[[str, str, int], Sequence[Mapping[str, Any]]]
"""(query, region, limit) to results with `title`, `href` and `body`; may block."""


class DuckDuckGoSearch:
    """`search` and `timeout` (seconds) are for tests."""

    name = "duckduckgo"

    def __init__(self, *, search: Search | None = None, timeout: float = TIMEOUT) -> None:
        self._search = search or _search_the_web
        self._timeout = timeout

    async def find(self, query: str, *, language: str, limit: int) -> list[SearchResult]:
        """As `SearchEngine.find`; nothing found fails too: the library cannot tell it from a refusal."""
        try:
            # The library's thread cannot be stopped, but its own time limit ends it soon after ours.
            async with asyncio.timeout(self._timeout):
                found = await asyncio.to_thread(
                    self._search, one_line(query, LONGEST_QUERY), region_of(language), limit
                )
        except (TimeoutError, TimeoutException):
            raise SearchFailed(f"DuckDuckGo did not answer within {self._timeout:g} seconds.") from None
        except DDGSException:
            raise SearchFailed("DuckDuckGo returned no results; it may be limiting searches for a while.") from None
        if not isinstance(found, list) or not all(isinstance(hit, dict) for hit in found):
            raise SearchFailed("DuckDuckGo sent a response without results.")
        return usable_hits(((hit.get("title"), hit.get("href"), hit.get("body")) for hit in found), limit)

    async def close(self) -> None:
        """Nothing is kept open."""


def _search_the_web(query: str, region: str, limit: int) -> Sequence[Mapping[str, Any]]:
    return DDGS(timeout=int(TIMEOUT)).text(
        query, region=region, safesearch="moderate", backend="duckduckgo", max_results=limit
    )
