"""Saves what a draft or a revision brings: the outline with its concepts, fenced, in one transaction."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.event_log import EventLog
from app.db.repositories.roadmap_repo import RoadmapMetadata, RoadmapRepository
from app.db.repositories.task_repo import Claim, TaskRepository
from app.db.session import Sessions, safe_session_with_retry
from app.db.transitions import put_outline, queue_task
from app.domain.events import Event, TaskStarted
from app.domain.outline_revision import NewRevision
from app.domain.roadmap import LearningRequest, Outline
from app.domain.state_machine import TaskMove
from app.domain.tasks import TaskKind, TaskStatus
from app.domain.usage import Usage
from app.generation.ports import OwnershipLost


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the learner asked for; of a revision also the outline as it is, and the learner's words."""

    request: LearningRequest
    outline: Outline | None
    feedback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedOutline:
    """The events of the commit, and the claim's successor where the learner had approved beforehand."""

    events: list[Event]
    next_task: tuple[UUID, TaskKind] | None


class OutlineStore:
    """For one claim of a task that makes an outline."""

    def __init__(self, sessions: Sessions, claim: Claim) -> None:
        self._sessions = sessions
        self._claim = claim

    async def begin(self) -> tuple[Wanted, list[Event]]:
        async def work(session: AsyncSession) -> tuple[Wanted, list[Event]]:
            roadmap = await self._locked(session)
            wanted = Wanted(
                request=LearningRequest.model_validate(roadmap.request),
                outline=Outline.model_validate(roadmap.framework_data) if roadmap.framework_data else None,
                feedback=roadmap.task.order.feedback or "",
            )
            if roadmap.task.status != TaskStatus.RUNNING:
                return wanted, []
            log = await self._log(session)
            total = log.progress.total if self._claim.kind == TaskKind.REVISE else wanted.request.concepts
            log.add(TaskStarted(**log.envelope(), kind=self._claim.kind, total=total))
            return wanted, await log.write(session)

        return await safe_session_with_retry(self._sessions, work, repeatable=True)

    async def save(self, outline: Outline, how: NewRevision, usage: Usage) -> SavedOutline:
        """Store the outline and end the task; with `auto_approve` queue the content task of a draft in the same
        transaction.

        Raises:
            OwnershipLost: the claim does not stand any more; nothing is written.
        """

        async def work(session: AsyncSession) -> SavedOutline:
            roadmap = await self._locked(session)
            tasks = TaskRepository(session)
            await tasks.add_usage(self._claim.task_id, usage)
            if not await tasks.move(self._claim.task_id, TaskMove.END, to=TaskStatus.COMPLETED):
                return SavedOutline(events=[], next_task=None)  # stopped by the learner meanwhile
            log = await self._log(session)
            await put_outline(session, log, self._claim.roadmap_id, outline, how)
            events = await log.write(session)
            if not roadmap.auto_approve or self._claim.kind != TaskKind.DRAFT:
                return SavedOutline(events=events, next_task=None)
            task_id, queued = await queue_task(session, self._claim.roadmap_id, TaskKind.CONTENT)
            return SavedOutline(events=events + queued, next_task=(task_id, TaskKind.CONTENT))

        return await safe_session_with_retry(self._sessions, work)

    async def _locked(self, session: AsyncSession) -> RoadmapMetadata:
        """The roadmap and the claimed task, locked in the order that everybody keeps: roadmap, task, counters."""
        roadmap = await RoadmapRepository(session).get_roadmap_metadata(self._claim.roadmap_id, for_update=True)
        if roadmap is None or await TaskRepository(session).lock_claimed(self._claim) is None:
            raise OwnershipLost
        return roadmap

    async def _log(self, session: AsyncSession) -> EventLog:
        return await EventLog.open(session, roadmap_id=self._claim.roadmap_id, task_id=self._claim.task_id)
