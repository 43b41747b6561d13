"""Roadmaps as documents: taken out, taken in, duplicated."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Body
from fastapi.responses import StreamingResponse

from app.api.answers import INVALID, PREFIX
from app.api.bodies import BodyRoute, BufferedRequest
from app.api.deps import CurrentViewer, RoadmapId, Services, services_of
from app.api.problems import invalid
from app.api.schemas import ImportedRoadmap
from app.commands.file_reader import InvalidFile
from app.core.pauses import with_pauses
from app.domain.packed_roadmap import PackedRoadmap, written
from app.domain.roadmap_file import RoadmapFile
from app.reading.views import Created


class FileRoute(BodyRoute):
    """A route whose body is the file of a roadmap, which is read elsewhere: it may be large."""

    async def read(self, request: BufferedRequest) -> None:
        try:
            request.value = await services_of(request).commands.files.read(request.stream())
        except InvalidFile as error:
            raise invalid(error.faults, total=error.total) from None


router = APIRouter(prefix=f"{PREFIX}/roadmaps", tags=["transfer"], route_class=FileRoute)

IMPORT_PATH = f"{PREFIX}/roadmaps/import"


@router.get("/{roadmap_id}/export", response_class=StreamingResponse, responses={200: {"model": RoadmapFile}})
async def export_roadmap(roadmap_id: RoadmapId, services: Services, viewer: CurrentViewer) -> StreamingResponse:
    """Export the roadmap with its outline, history, content, versions and progress, as one document."""
    roadmap = await services.read.packed.pack(viewer, roadmap_id)
    name = f'attachment; filename="roadmap-{roadmap_id}.json"'
    return StreamingResponse(_pieces(roadmap), media_type="application/json", headers={"Content-Disposition": name})


async def _pieces(roadmap: PackedRoadmap) -> AsyncIterator[bytes]:
    async for piece in with_pauses(written(roadmap), every=1):
        yield piece


@router.post("/import", status_code=201, response_model=Created)
async def import_roadmap(
    body: Annotated[ImportedRoadmap, Body()], services: Services, viewer: CurrentViewer
) -> Created:
    """Import a roadmap from a document, under a new id. It is marked as imported, and its claims do not count
    elsewhere."""
    created = await services.commands.transfer.take_in(viewer, body)
    return Created(roadmap_id=created.roadmap_id, task_id=created.task_id, status=body.status)


@router.post("/{roadmap_id}/duplicate", status_code=201, response_model=Created, responses=INVALID)
async def duplicate_roadmap(roadmap_id: RoadmapId, services: Services, viewer: CurrentViewer) -> Created:
    """Copy the roadmap as it is now, under a new id. Its title says that it is a copy."""
    created, status = await services.commands.transfer.duplicate(viewer, roadmap_id)
    return Created(roadmap_id=created.roadmap_id, task_id=created.task_id, status=status)
