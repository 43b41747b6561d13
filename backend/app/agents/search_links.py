"""Links that run a search, for where no page is known: labelled as such, and never an invented address."""

from urllib.parse import urlencode

from pydantic import HttpUrl

from app.domain.content.kinds.resources import Resource


def search_link(title: str, address: str, parameter: str, query: str, language: str) -> Resource:
    return Resource(
        title=title,
        url=HttpUrl(f"{address}?{urlencode({parameter: query})}"),
        type="search",
        language=language,
        origin="search",
    )


def web_search(query: str, language: str, *, title: str | None = None) -> Resource:
    return search_link(title or query, "https://duckduckgo.com/", "q", query, language)
