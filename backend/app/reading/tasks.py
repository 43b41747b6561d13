"""Tasks as the API shows them."""

from uuid import UUID

from app.db.repositories.raw_answer_repo import OUTLINE
from app.domain.records import TaskMetadata
from app.domain.tasks import Progress, TaskKind
from app.domain.viewer import Viewer
from app.reading.transaction import Reads, ViewerTransaction
from app.reading.views import ProgressView, TaskDetail, TaskError, TaskErrorDetail, TaskView


class TaskReader:
    def __init__(self, read: Reads) -> None:
        self._read = read

    async def task(self, viewer: Viewer, task_id: UUID) -> TaskDetail:
        """A task; if it is a draft that has failed, with what the model has answered.

        Raises:
            NotFound: the viewer has no such task.
        """

        async def work(transaction: ViewerTransaction) -> TaskDetail:
            task = await transaction.tasks.get(task_id, viewer)
            roadmap = await transaction.roadmap(task.roadmap_id)
            shown = task_view(task)
            error = None
            if shown.error is not None:
                answers: dict[str, str] = {}
                if task.kind == TaskKind.DRAFT:
                    answers = await transaction.raw_answers.of_concept(roadmap.handle, "")
                error = TaskErrorDetail(**dict(shown.error), raw_answer=answers.get(OUTLINE))
            return TaskDetail(**dict(shown) | {"error": error, "progress": progress_view(roadmap.progress)})

        return await self._read(viewer, work)


def task_view(task: TaskMetadata) -> TaskView:
    return TaskView(
        task_id=task.id,
        roadmap_id=task.roadmap_id,
        kind=task.kind,
        status=task.status,
        returns_to=task.order.returns_to,
        usage=task.usage,
        error=_error(task),
        created_at=task.created_at,
        started_at=task.started_at,
        ended_at=task.ended_at,
    )


def _error(task: TaskMetadata) -> TaskError | None:
    if task.error_code is None:
        return None
    return TaskError(code=task.error_code, message=task.error_message or "", details=task.error_details)


def progress_view(progress: Progress) -> ProgressView:
    return ProgressView(**progress.model_dump())
