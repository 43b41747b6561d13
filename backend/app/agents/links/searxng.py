"""Search with an operator's own SearXNG."""

import httpx2

from app.agents.links.json_search import TIMEOUT, ask_for_results
from app.agents.links.language_tags import language_and_region
from app.agents.links.plain_text import one_line
from app.agents.links.search import LONGEST_QUERY, SearchResult, usable_hits

_REFUSALS = {
    403: "SearXNG refuses to answer in JSON; add json to search.formats in its settings.",
    429: "SearXNG asks for fewer searches a minute.",
}


class SearxngSearch:
    """`base_url` is the operator's and may be private. `transport` and `timeout` (seconds) are for tests."""

    name = "searxng"

    def __init__(
        self, base_url: str, *, transport: httpx2.AsyncBaseTransport | None = None, timeout: float = TIMEOUT
    ) -> None:
        self._timeout = timeout
        self._client = httpx2.AsyncClient(base_url=base_url, transport=transport, timeout=timeout)

    async def find(self, query: str, *, language: str, limit: int) -> list[SearchResult]:
        request = self._client.build_request(
            "GET",
            "search",
            params={
                "q": one_line(query, LONGEST_QUERY),
                "format": "json",
                "language": "-".join(part for part in language_and_region(language) if part),
                "safesearch": "1",
            },
        )
        results = await ask_for_results(
            self._client, request, engine="SearXNG", timeout=self._timeout, refusals=_REFUSALS
        )
        return usable_hits(((hit.get("title"), hit.get("url"), hit.get("content")) for hit in results), limit)

    async def close(self) -> None:
        await self._client.aclose()
