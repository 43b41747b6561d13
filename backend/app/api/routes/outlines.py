"""Outlines: edited as a whole, by operations or by words; their history."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response

from app.api.answers import CONFLICT, PREFIX, STALE, WITH_ETAG, long_json_response, roadmap_response
from app.api.bodies import BodyRoute
from app.api.deps import CurrentViewer, RoadmapId, Services
from app.api.schemas import OutlineEdit, RevisionRequest
from app.commands.outlines import Dropped
from app.domain.roadmap import Outline
from app.domain.viewer import Viewer
from app.reading.views import Accepted, EditedRoadmapView, Revisions, RevisionView
from app.services.api_services import ApiServices

router = APIRouter(prefix=f"{PREFIX}/roadmaps/{{roadmap_id}}", tags=["outlines"], route_class=BodyRoute)

EDITING = {**WITH_ETAG, **CONFLICT, **STALE}
IfMatch = Annotated[str | None, Header()]


@router.put("/outline", response_model=EditedRoadmapView, responses=EDITING)
async def edit_outline(
    request: Request,
    roadmap_id: RoadmapId,
    body: Outline,
    services: Services,
    viewer: CurrentViewer,
    if_match: IfMatch = None,
) -> Response:
    """Replace the outline. Concepts that keep their ids keep their content. A prerequisite that now comes after the
    concept that requires it is dropped and listed in the response. A new prerequisite must come earlier."""
    dropped = await services.commands.outlines.replace(viewer, roadmap_id, body, if_match=if_match)
    return await _edited(request, roadmap_id, dropped, services, viewer)


@router.post("/outline/operations", response_model=EditedRoadmapView, responses=EDITING)
async def apply_operations(
    request: Request,
    roadmap_id: RoadmapId,
    body: OutlineEdit,
    services: Services,
    viewer: CurrentViewer,
    if_match: IfMatch = None,
) -> Response:
    """Change the outline by operations, all or none. A prerequisite that now comes after the concept that requires it
    is dropped and listed in the response. A prerequisite that an operation adds must come earlier."""
    dropped = await services.commands.outlines.apply(viewer, roadmap_id, body.operations, if_match=if_match)
    return await _edited(request, roadmap_id, dropped, services, viewer)


@router.post("/outline/undo", response_model=EditedRoadmapView, responses=EDITING)
async def undo_edit(
    request: Request, roadmap_id: RoadmapId, services: Services, viewer: CurrentViewer, if_match: IfMatch = None
) -> Response:
    """Undo the last edit. Restored concepts have their content."""
    dropped = await services.commands.outlines.undo(viewer, roadmap_id, if_match=if_match)
    return await _edited(request, roadmap_id, dropped, services, viewer)


@router.post("/outline/redo", response_model=EditedRoadmapView, responses=EDITING)
async def redo_edit(
    request: Request, roadmap_id: RoadmapId, services: Services, viewer: CurrentViewer, if_match: IfMatch = None
) -> Response:
    """Redo the last undone edit."""
    dropped = await services.commands.outlines.redo(viewer, roadmap_id, if_match=if_match)
    return await _edited(request, roadmap_id, dropped, services, viewer)


@router.post("/revise", status_code=202, response_model=Accepted, responses=CONFLICT)
async def revise_outline(
    roadmap_id: RoadmapId, body: RevisionRequest, services: Services, viewer: CurrentViewer
) -> Accepted:
    """Ask the author to change the outline as the learner describes. The outline's history shows the changes."""
    return Accepted(task_id=await services.commands.outlines.revise(viewer, roadmap_id, body.feedback))


@router.get("/revisions", response_model=Revisions)
async def list_revisions(roadmap_id: RoadmapId, services: Services, viewer: CurrentViewer) -> Response:
    """The history of the outline, newest first."""
    return long_json_response(await services.read.revisions.history(viewer, roadmap_id))


@router.get("/revisions/{number}", response_model=RevisionView)
async def get_revision(
    roadmap_id: RoadmapId,
    number: Annotated[int, Path(ge=1, le=1_000_000_000)],
    services: Services,
    viewer: CurrentViewer,
) -> Response:
    """A revision of the outline, and what it changed."""
    return long_json_response(await services.read.revisions.revision(viewer, roadmap_id, number))


async def _edited(
    request: Request, roadmap_id: RoadmapId, dropped: Dropped, services: ApiServices, viewer: Viewer
) -> Response:
    roadmap = await services.read.roadmaps.edited(viewer, roadmap_id, dropped)
    return await roadmap_response(request, services.read.roadmaps, roadmap)
