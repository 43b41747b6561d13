"""Search through lessons and notes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import StringConstraints

from app.api.answers import MISSING, PREFIX
from app.api.deps import CurrentViewer, Services
from app.domain.roadmap import typed
from app.domain.search import DEFAULT_RESULTS, MAX_QUERY, MAX_RESULTS
from app.domain.text import in_one_line
from app.reading.views import SearchResults

router = APIRouter(prefix=f"{PREFIX}/search", tags=["search"])

SearchQuery = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_QUERY),
    typed(in_one_line, most=MAX_QUERY, name="MAX_QUERY"),
]


@router.get("", responses=MISSING)
async def search(
    services: Services,
    viewer: CurrentViewer,
    q: SearchQuery,
    roadmap_id: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_RESULTS)] = DEFAULT_RESULTS,
) -> SearchResults:
    """Search tutorials, titles of resources, questions of quizzes, names of concepts and notes: in all roadmaps, or in
    one. A passage is found if it holds all words, in any form of its language; the last word may be unfinished."""
    return await services.commands.search.search(viewer, q, roadmap_id=roadmap_id, limit=limit)
