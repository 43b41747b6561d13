"""Tasks: the pieces of background work."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from app.api.answers import PREFIX
from app.api.deps import CurrentViewer, Services
from app.reading.views import TaskDetail

router = APIRouter(prefix=f"{PREFIX}/tasks", tags=["tasks"])


@router.get("/{task_id}")
async def get_task(task_id: Annotated[UUID, Path()], services: Services, viewer: CurrentViewer) -> TaskDetail:
    """A task with its status, counts, usage and error."""
    return await services.read.tasks.task(viewer, task_id)
