"""Approve, pause, resume, cancel and retry the writing of content."""

from fastapi import APIRouter

from app.api.answers import CONFLICT, PREFIX
from app.api.deps import CurrentViewer, RoadmapId, Services
from app.reading.views import Accepted

router = APIRouter(prefix=f"{PREFIX}/roadmaps/{{roadmap_id}}", tags=["steering"])


@router.post("/approve", status_code=202, response_model=Accepted, responses=CONFLICT)
async def approve_roadmap(roadmap_id: RoadmapId, services: Services, viewer: CurrentViewer) -> Accepted:
    """Approve the outline, and generate its content."""
    return Accepted(task_id=await services.commands.steering.approve(viewer, roadmap_id))


@router.post("/pause", status_code=202, response_model=Accepted, responses=CONFLICT)
async def pause_roadmap(roadmap_id: RoadmapId, services: Services, viewer: CurrentViewer) -> Accepted:
    """Pause writing. Finished content is saved."""
    return Accepted(task_id=await services.commands.steering.pause(viewer, roadmap_id))


@router.post("/resume", status_code=202, response_model=Accepted, responses=CONFLICT)
async def resume_roadmap(roadmap_id: RoadmapId, services: Services, viewer: CurrentViewer) -> Accepted:
    """Continue after a pause, or write pending content, such as that of added concepts. Does not retry failures."""
    return Accepted(task_id=await services.commands.steering.resume(viewer, roadmap_id))


@router.post("/cancel", status_code=202, response_model=Accepted, responses=CONFLICT)
async def cancel_roadmap(roadmap_id: RoadmapId, services: Services, viewer: CurrentViewer) -> Accepted:
    """Cancel drafting, revising or writing. Finished content is kept."""
    return Accepted(task_id=await services.commands.steering.cancel(viewer, roadmap_id))


@router.post("/retry", status_code=202, response_model=Accepted, responses=CONFLICT)
async def retry_roadmap(roadmap_id: RoadmapId, services: Services, viewer: CurrentViewer) -> Accepted:
    """Generate failed and missing content."""
    return Accepted(task_id=await services.commands.steering.retry(viewer, roadmap_id))


@router.post("/rewrite", status_code=202, response_model=Accepted, responses=CONFLICT)
async def rewrite_roadmap(roadmap_id: RoadmapId, services: Services, viewer: CurrentViewer) -> Accepted:
    """Write new versions of whatever another model has written than the one that is in use. Older versions stay
    readable."""
    return Accepted(task_id=await services.commands.steering.rewrite(viewer, roadmap_id))
