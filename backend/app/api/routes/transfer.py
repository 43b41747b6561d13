"""Roadmaps as documents: taken out, taken in, duplicated."""

from fastapi import APIRouter, Response

from app.api.answers import INVALID, PREFIX
from app.api.deps import RoadmapId, Services, User
from app.domain.copies import copy_of
from app.domain.roadmap_file import RoadmapFile
from app.services.roadmaps import CreatedRoadmap
from app.services.views import Created

router = APIRouter(prefix=f"{PREFIX}/roadmaps", tags=["transfer"])

IMPORT_PATH = f"{PREFIX}/roadmaps/import"


@router.get("/{roadmap_id}/export", response_model=RoadmapFile)
async def export_roadmap(roadmap_id: RoadmapId, services: Services, user: User) -> Response:
    """The roadmap with its outline, history, content, versions and progress, as one document."""
    file = await services.transfer.take_out(roadmap_id, user_id=user)
    name = f'attachment; filename="roadmap-{roadmap_id}.json"'
    return Response(
        file.model_dump_json(indent=1), media_type="application/json", headers={"Content-Disposition": name}
    )


@router.post("/import", status_code=201, response_model=Created)
async def import_roadmap(body: RoadmapFile, services: Services, user: User) -> Created:
    """The roadmap of a document, under a new id."""
    return _created(await services.transfer.take_in(body, user_id=user), body)


@router.post("/{roadmap_id}/duplicate", status_code=201, response_model=Created, responses=INVALID)
async def duplicate_roadmap(roadmap_id: RoadmapId, services: Services, user: User) -> Created:
    """A copy of the roadmap as it stands, under a new id; its title says that it is a copy."""
    file = copy_of(await services.transfer.take_out(roadmap_id, user_id=user))
    return _created(await services.transfer.take_in(file, user_id=user), file)


def _created(created: CreatedRoadmap, file: RoadmapFile) -> Created:
    return Created(roadmap_id=created.roadmap_id, task_id=created.task_id, status=file.status)
