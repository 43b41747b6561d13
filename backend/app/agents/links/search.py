"""What a search engine is to Greenway: queries in, hits out, and one error when it has none to give."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from app.agents.links.addresses import presentable
from app.agents.links.plain_text import one_line

LONGEST_QUERY = 400
LONGEST_TITLE = 200
LONGEST_DESCRIPTION = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """A page that a search engine found; not yet checked."""

    title: str
    url: str
    description: str


class SearchFailed(Exception):
    """The engine did not answer as it should; `str(error)` is a plain sentence. It may be tried again later."""


class SearchEngine(Protocol):
    name: str

    async def find(self, query: str, *, language: str, limit: int) -> list[SearchResult]:
        """At most `limit` hits, best first. `language` is a BCP 47 tag; engines without languages ignore it.

        Raises:
            SearchFailed: there is no usable answer.
        """

    async def close(self) -> None: ...


def usable_hits(found: Iterable[tuple[object, object, object]], limit: int) -> list[SearchResult]:
    """The first `limit` of the found (title, url, description) that lead to a web page, each page once."""
    hits: dict[str, SearchResult] = {}
    for title, url, description in found:
        if len(hits) == limit:
            break
        page = presentable(url.strip()) if isinstance(url, str) else None
        if page is None or (address := str(page)) in hits:
            continue
        hits[address] = SearchResult(
            title=_words(title, LONGEST_TITLE) or page.host,
            url=address,
            description=_words(description, LONGEST_DESCRIPTION),
        )
    return list(hits.values())


def _words(text: object, longest: int) -> str:
    return one_line(text, longest) if isinstance(text, str) else ""
