"""Approve, pause, resume, cancel and retry the writing of content."""

from fastapi import APIRouter

from app.api.answers import CONFLICT, PREFIX
from app.api.deps import RoadmapId, Services, User
from app.services.views import Accepted

router = APIRouter(prefix=f"{PREFIX}/roadmaps/{{roadmap_id}}", tags=["steering"])


@router.post("/approve", status_code=202, response_model=Accepted, responses=CONFLICT)
async def approve_roadmap(roadmap_id: RoadmapId, services: Services, user: User) -> Accepted:
    """Approve the outline: its content is generated."""
    return Accepted(task_id=await services.steering.approve(roadmap_id, user_id=user))


@router.post("/pause", status_code=202, response_model=Accepted, responses=CONFLICT)
async def pause_roadmap(roadmap_id: RoadmapId, services: Services, user: User) -> Accepted:
    """Write nothing for a while. What has finished is saved."""
    return Accepted(task_id=await services.steering.pause(roadmap_id, user_id=user))


@router.post("/resume", status_code=202, response_model=Accepted, responses=CONFLICT)
async def resume_roadmap(roadmap_id: RoadmapId, services: Services, user: User) -> Accepted:
    """Go on after a pause; or write what waits, such as concepts that were added, and nothing else."""
    return Accepted(task_id=await services.steering.resume(roadmap_id, user_id=user))


@router.post("/cancel", status_code=202, response_model=Accepted, responses=CONFLICT)
async def cancel_roadmap(roadmap_id: RoadmapId, services: Services, user: User) -> Accepted:
    """Cancel drafting, revising or generating. What has finished stays."""
    return Accepted(task_id=await services.steering.cancel(roadmap_id, user_id=user))


@router.post("/retry", status_code=202, response_model=Accepted, responses=CONFLICT)
async def retry_roadmap(roadmap_id: RoadmapId, services: Services, user: User) -> Accepted:
    """Take up everything that failed or is missing."""
    return Accepted(task_id=await services.steering.retry(roadmap_id, user_id=user))
