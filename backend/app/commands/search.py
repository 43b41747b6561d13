"""Searches what a learner has: lessons, names of concepts and notes. What the index does not hold yet is taken in
first, so writing a lesson costs nothing more, and what is found is what is there."""

from uuid import UUID

from app.commands.unit import Unit, UnitOfWork
from app.db.repositories.search_repo import Hit, SearchRepository
from app.domain.search import MAX_INDEXED, Marked, Terms, excerpt, marked, run_matches, word_matches
from app.domain.viewer import RoadmapHandle, Viewer
from app.reading.views import MarkedText, SearchResult, SearchResults, TextRange


class Search:
    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def search(self, viewer: Viewer, query: str, *, roadmap_id: UUID | None, limit: int) -> SearchResults:
        """Passages of all roadmaps of the viewer, or of one, that hold all of what is searched for.

        Raises:
            NotFound: the viewer has no such roadmap.
        """
        terms = Terms.of(query)
        complete = await self._index(viewer, roadmap_id)

        async def work(unit: Unit) -> list[SearchResult]:
            repository = SearchRepository(unit.session)
            hits = await repository.find(viewer, terms, roadmap_id=roadmap_id, limit=limit)
            return await _shown(repository, hits, terms)

        items = await self._unit(viewer, work) if terms else []
        return SearchResults(items=items, complete=complete)

    async def _index(self, viewer: Viewer, roadmap_id: UUID | None) -> bool:
        """Take in what is missing in the index, one roadmap at a time; whether that was all."""

        async def behind(unit: Unit) -> list[tuple[RoadmapHandle, str]]:
            if roadmap_id is not None:
                await unit.roadmaps.position(roadmap_id, viewer)
            return await SearchRepository(unit.session).behind(viewer, roadmap_id)

        left = MAX_INDEXED
        for roadmap, language in await self._unit(viewer, behind):
            left -= await self._index_one(viewer, roadmap, language, most=left)
            if left <= 0:
                return False
        return True

    async def _index_one(self, viewer: Viewer, roadmap: RoadmapHandle, language: str, *, most: int) -> int:
        async def work(unit: Unit) -> int:
            return await SearchRepository(unit.session).index(roadmap, language, most=most)

        return await self._unit(viewer, work)


async def _shown(repository: SearchRepository, hits: list[Hit], terms: Terms) -> list[SearchResult]:
    contents = await repository.contents(hits)
    named = await repository.names({hit.roadmap_id for hit in hits})
    found = [
        (hit, content.passages[hit.place])
        for hit in hits
        if (content := contents.get(hit.key)) is not None
        and content.content_id == hit.content_id
        and hit.place < len(content.passages)
    ]
    texts = [text for _, passage in found for text in (passage.heading, passage.text)]
    languages = [named[hit.roadmap_id][1] for hit, _ in found for _ in range(2)]
    headlines = await repository.headlines(texts, languages, terms)
    whole = [
        marked(text, [*word_matches(headline), *run_matches(text, terms)])
        for text, headline in zip(texts, headlines, strict=True)
    ]
    items = []
    for (hit, passage), heading, text in zip(found, whole[::2], whole[1::2], strict=True):
        title, language, names = named[hit.roadmap_id]
        items.append(
            SearchResult(
                roadmap_id=hit.roadmap_id,
                roadmap_title=title,
                language=language,
                concept_id=hit.concept_id,
                concept_name=names[hit.concept_id],
                source=hit.source,
                anchor=passage.anchor,
                heading=_view(heading),
                excerpt=_view(excerpt(text)),
            )
        )
    return items


def _view(text: Marked) -> MarkedText:
    return MarkedText(text=text.text, matches=[TextRange(start=start, end=end) for start, end in text.matches])
