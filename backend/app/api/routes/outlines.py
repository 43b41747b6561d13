"""Outlines: edited as a whole, by operations or by words; their history."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Response

from app.api.answers import CONFLICT, PREFIX, STALE, WITH_ETAG, long_json_response
from app.api.bodies import BodyRoute
from app.api.deps import ApiServices, RoadmapId, Services, User
from app.api.schemas import OutlineEdit, RevisionRequest
from app.domain.roadmap import Outline
from app.services.outlines import Dropped
from app.services.views import Accepted, EditedRoadmapView, Revisions, RevisionView

router = APIRouter(prefix=f"{PREFIX}/roadmaps/{{roadmap_id}}", tags=["outlines"], route_class=BodyRoute)

EDITING = {**WITH_ETAG, **CONFLICT, **STALE}
IfMatch = Annotated[str | None, Header()]


@router.put("/outline", response_model=EditedRoadmapView, responses=EDITING)
async def edit_outline(
    roadmap_id: RoadmapId, body: Outline, services: Services, user: User, if_match: IfMatch = None
) -> Response:
    """Replace the outline. Concepts that keep their ids keep their content. A prerequisite that now comes after the
    concept that requires it is dropped and listed in the response. A new prerequisite must come earlier."""
    dropped = await services.outlines.replace(roadmap_id, body, user_id=user, if_match=if_match)
    return await _edited(roadmap_id, dropped, services, user)


@router.post("/outline/operations", response_model=EditedRoadmapView, responses=EDITING)
async def apply_operations(
    roadmap_id: RoadmapId, body: OutlineEdit, services: Services, user: User, if_match: IfMatch = None
) -> Response:
    """Change the outline by operations, all or none. A prerequisite that now comes after the concept that requires it
    is dropped and listed in the response. A prerequisite that an operation adds must come earlier."""
    dropped = await services.outlines.apply(roadmap_id, body.operations, user_id=user, if_match=if_match)
    return await _edited(roadmap_id, dropped, services, user)


@router.post("/outline/undo", response_model=EditedRoadmapView, responses=EDITING)
async def undo_edit(roadmap_id: RoadmapId, services: Services, user: User, if_match: IfMatch = None) -> Response:
    """Undo the last edit. Restored concepts have their content."""
    dropped = await services.outlines.undo(roadmap_id, user_id=user, if_match=if_match)
    return await _edited(roadmap_id, dropped, services, user)


@router.post("/outline/redo", response_model=EditedRoadmapView, responses=EDITING)
async def redo_edit(roadmap_id: RoadmapId, services: Services, user: User, if_match: IfMatch = None) -> Response:
    """Redo the last undone edit."""
    dropped = await services.outlines.redo(roadmap_id, user_id=user, if_match=if_match)
    return await _edited(roadmap_id, dropped, services, user)


@router.post("/revise", status_code=202, response_model=Accepted, responses=CONFLICT)
async def revise_outline(roadmap_id: RoadmapId, body: RevisionRequest, services: Services, user: User) -> Accepted:
    """Ask the author to change the outline as the learner describes. The outline's history shows the changes."""
    return Accepted(task_id=await services.outlines.revise(roadmap_id, body.feedback, user_id=user))


@router.get("/revisions", response_model=Revisions)
async def list_revisions(roadmap_id: RoadmapId, services: Services, user: User) -> Response:
    """The history of the outline, newest first."""
    return await long_json_response(await services.reader.revisions(roadmap_id, user_id=user))


@router.get("/revisions/{number}", response_model=RevisionView)
async def get_revision(
    roadmap_id: RoadmapId, number: Annotated[int, Path(ge=1, le=1_000_000_000)], services: Services, user: User
) -> Response:
    """A revision of the outline, and what it changed."""
    return await long_json_response(await services.reader.revision(roadmap_id, number, user_id=user))


async def _edited(roadmap_id: RoadmapId, dropped: Dropped, services: ApiServices, user: str) -> Response:
    roadmap = await services.reader.read_edited(roadmap_id, dropped, user_id=user)
    return Response(roadmap.body, media_type="application/json", headers={"ETag": roadmap.etag})
