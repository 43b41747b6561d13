"""Tasks: the pieces of background work."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from app.api.answers import PREFIX, json_response
from app.api.deps import Services, User
from app.services.views import TaskDetail

router = APIRouter(prefix=f"{PREFIX}/tasks", tags=["tasks"])


@router.get("/{task_id}", response_model=TaskDetail)
async def get_task(task_id: Annotated[UUID, Path()], services: Services, user: User) -> Response:
    """A task with its status, counts, usage and error."""
    return json_response(await services.reader.task(task_id, user_id=user))
