"""Saves what a draft task brings: the outline with its concepts, fenced, in one transaction."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.event_log import EventLog
from app.db.repositories.roadmap_repo import RoadmapMetadata, RoadmapRepository
from app.db.repositories.task_repo import Claim, TaskRepository
from app.db.session import Sessions, safe_session_with_retry
from app.db.transitions import put_outline, queue_task
from app.domain.events import Event, OutlineReady, TaskStarted
from app.domain.roadmap import LearningRequest, Outline
from app.domain.tasks import TaskKind, TaskStatus
from app.domain.usage import Usage
from app.generation.ports import OwnershipLost


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedDraft:
    """The events of the commit, and the claim's successor where the learner had approved beforehand."""

    events: list[Event]
    next_task: tuple[UUID, TaskKind] | None


class DraftStore:
    """For one claim of a draft task."""

    def __init__(self, sessions: Sessions, claim: Claim) -> None:
        self._sessions = sessions
        self._claim = claim

    async def begin(self) -> tuple[LearningRequest, list[Event]]:
        """What the learner asked for."""

        async def work(session: AsyncSession) -> tuple[LearningRequest, list[Event]]:
            roadmap = await self._locked(session)
            request = LearningRequest.model_validate(roadmap.request)
            if roadmap.task.status != TaskStatus.RUNNING:
                return request, []
            log = await self._log(session)
            log.add(TaskStarted(**log.envelope(), kind=self._claim.kind, total=request.concepts))
            return request, await log.write(session)

        return await safe_session_with_retry(self._sessions, work, repeatable=True)

    async def save(self, outline: Outline, usage: Usage) -> SavedDraft:
        """Store the outline and end the task; with `auto_approve` queue the content task in the same transaction.

        Raises:
            OwnershipLost: the claim does not stand any more; nothing is written.
        """

        async def work(session: AsyncSession) -> SavedDraft:
            roadmap = await self._locked(session)
            tasks = TaskRepository(session)
            await tasks.add_usage(self._claim.task_id, usage)
            if not await tasks.move(self._claim.task_id, since={TaskStatus.RUNNING}, to=TaskStatus.COMPLETED):
                return SavedDraft(events=[], next_task=None)  # stopped by the learner meanwhile
            log = await self._log(session)
            await put_outline(session, log, self._claim.roadmap_id, outline)
            log.add(
                OutlineReady(**log.envelope(), title=outline.title, stages=outline.stages, concepts=log.progress.total)
            )
            events = await log.write(session)
            if not roadmap.auto_approve:
                return SavedDraft(events=events, next_task=None)
            task_id, queued = await queue_task(session, self._claim.roadmap_id, TaskKind.CONTENT)
            return SavedDraft(events=events + queued, next_task=(task_id, TaskKind.CONTENT))

        return await safe_session_with_retry(self._sessions, work)

    async def _locked(self, session: AsyncSession) -> RoadmapMetadata:
        """The roadmap and the claimed task, locked in the order that everybody keeps: roadmap, task, counters."""
        roadmap = await RoadmapRepository(session).get_roadmap_metadata(self._claim.roadmap_id, for_update=True)
        if roadmap is None or await TaskRepository(session).lock_claimed(self._claim) is None:
            raise OwnershipLost
        return roadmap

    async def _log(self, session: AsyncSession) -> EventLog:
        return await EventLog.open(session, roadmap_id=self._claim.roadmap_id, task_id=self._claim.task_id)
