"""Concepts with their content."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api.answers import NOT_FOUND, PREFIX, json_response
from app.api.deps import ConceptId, RoadmapId, Services, User
from app.services.views import ConceptDetail

router = APIRouter(prefix=f"{PREFIX}/roadmaps/{{roadmap_id}}/concepts", tags=["concepts"])


@router.get("/{concept_id}", response_model=ConceptDetail, responses=NOT_FOUND)
async def read_concept(
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    services: Services,
    user: User,
    version: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
) -> Response:
    """A concept with its tutorial, resources and quiz, each null until it is there. The quiz shows no answers."""
    return json_response(await services.reader.concept(roadmap_id, concept_id, user_id=user, version=version))
