"""Search with Tavily."""

import httpx2
from pydantic import SecretStr

from app.agents.links.json_search import TIMEOUT, ask_for_results
from app.agents.links.plain_text import one_line
from app.agents.links.search import LONGEST_QUERY, SearchResult, usable_hits

_MOST_RESULTS = 20
_LIMIT_REACHED = "The Tavily account has reached its limit."
_REFUSALS = {
    401: "Tavily does not accept the key in TAVILY_API_KEY.",
    403: "Tavily does not accept the key in TAVILY_API_KEY.",
    429: "Tavily asks for fewer searches a minute.",
    432: _LIMIT_REACHED,
    433: _LIMIT_REACHED,
}


class TavilySearch:
    """`transport` and `timeout` (seconds for one search) are for tests."""

    name = "tavily"

    def __init__(
        self,
        api_key: SecretStr,
        *,
        base_url: str = "https://api.tavily.com",
        transport: httpx2.AsyncBaseTransport | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self._api_key = api_key
        self._timeout = timeout
        self._client = httpx2.AsyncClient(base_url=base_url, transport=transport, timeout=timeout)

    async def find(self, query: str, *, language: str, limit: int) -> list[SearchResult]:  # noqa: ARG002
        """Tavily knows no languages: it answers in the query's own."""
        request = self._client.build_request(
            "POST",
            "/search",
            headers={"Authorization": f"Bearer {self._api_key.get_secret_value()}"},
            json={
                "query": one_line(query, LONGEST_QUERY),
                "max_results": min(limit, _MOST_RESULTS),
                "search_depth": "basic",
                "include_answer": False,
            },
        )
        results = await ask_for_results(
            self._client, request, engine="Tavily", timeout=self._timeout, refusals=_REFUSALS
        )
        return usable_hits(((hit.get("title"), hit.get("url"), hit.get("content")) for hit in results), limit)

    async def close(self) -> None:
        await self._client.aclose()
