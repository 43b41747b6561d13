"""Writes resources: the model says what to search for, a search engine finds it, and each page is fetched."""

import asyncio
from collections.abc import Sequence
from itertools import zip_longest
from typing import Annotated, Literal
from urllib.parse import urlsplit

import structlog
from pydantic import HttpUrl, ValidationError

from app.agents.asking.prompts import load_prompt
from app.agents.asking.structured_request import InvalidReply, Line, Reply, StructuredRequest, at_most
from app.agents.links.checker import LinkChecker
from app.agents.links.search import SearchEngine, SearchFailed, SearchResult
from app.agents.search_links import web_search
from app.agents.writing.facts import facts_of
from app.domain.content.kinds.resources import Resource, Resources
from app.generation.work import ConceptBrief

ROOM = 800
"""Tokens that the reply may take."""
MAX_SEARCHES = 6
HITS = 4
"""Pages of each search that are looked at."""
WANTED = 8
"""Resources of a concept at most."""
OF_ONE_SITE = 2
"""Resources of one site at most."""

log = structlog.get_logger()


class Search(Reply):
    query: Line
    type: Literal["documentation", "article", "book", "course", "video", "exercise", "tool"]
    language: Literal["first", "second"]


class ResourcesReply(Reply):
    searches: Annotated[list[Search], at_most(MAX_SEARCHES, at_least=1)]


def resources_request(brief: ConceptBrief) -> StructuredRequest[ResourcesReply, list[Search]]:
    return StructuredRequest(
        prompt=load_prompt("resources"),
        facts=facts_of(brief),
        reply=ResourcesReply,
        accept=lambda reply: _distinct(reply.searches),
        prose=lambda _: [],
        language=brief.request.language,
        room=ROOM,
    )


class Librarian:
    """Finds pages for searches. Without a search engine, or when it finds nothing, the searches themselves are the
    resources, and say so."""

    def __init__(self, engine: SearchEngine | None, links: LinkChecker) -> None:
        self._engine = engine
        self._links = links

    async def find(self, searches: Sequence[Search], brief: ConceptBrief) -> Resources:
        request = brief.request
        languages = {"first": request.language, "second": request.secondary_language or request.language}
        found = await asyncio.gather(*(self._pages(search, languages[search.language]) for search in searches))
        items = _choose(found)
        if not items:
            items = [web_search(search.query, languages[search.language]) for search in searches]
        return Resources(items=tuple(items))

    async def close(self) -> None:
        await self._links.close()
        if self._engine is not None:
            await self._engine.close()

    async def _pages(self, search: Search, language: str) -> list[Resource]:
        if self._engine is None:
            return []
        try:
            hits = await self._engine.find(search.query, language=language, limit=HITS)
        except SearchFailed as error:
            log.warning("search_failed", engine=self._engine.name, error=str(error))
            return []
        checked = await self._links.check_all([hit.url for hit in hits])
        pages = [
            _resource(hit, search, language, url=link.url, title=link.title, verdict=link.verdict, status=link.status)
            for hit, link in zip(hits, checked, strict=True)
            if link is not None
        ]
        kept = [page for page in pages if page is not None]
        return sorted(kept, key=lambda page: page.verdict != "verified")


def _resource(
    hit: SearchResult,
    search: Search,
    language: str,
    *,
    url: str,
    title: str | None,
    verdict: Literal["verified", "unverified"],
    status: int | None,
) -> Resource | None:
    try:
        address = HttpUrl(url)
    except ValidationError:
        return None
    return Resource(
        title=title or hit.title or address.host or url,
        url=address,
        type=search.type,
        language=language,
        origin="found",
        description=hit.description or None,
        verdict=verdict,
        status=status,
    )


def _choose(found: Sequence[Sequence[Resource]]) -> list[Resource]:
    """The best of every search first, then the second best; no page twice, and not too many of one site."""
    chosen: dict[str, Resource] = {}
    sites: dict[str, int] = {}
    for row in zip_longest(*found):
        for page in row:
            if page is None or (address := str(page.url)) in chosen or len(chosen) == WANTED:
                continue
            site = urlsplit(address).netloc
            if sites.get(site, 0) < OF_ONE_SITE:
                chosen[address] = page
                sites[site] = sites.get(site, 0) + 1
    return list(chosen.values())


def _distinct(searches: Sequence[Search]) -> list[Search]:
    named = {key: search for search in searches if (key := " ".join(search.query.casefold().split()))}
    if not named:
        raise InvalidReply("At least one search needs a query.")
    return list(named.values())[:MAX_SEARCHES]
