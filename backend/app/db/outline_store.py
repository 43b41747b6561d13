"""Saves what a draft or a revision brings: the outline with its concepts, fenced, in one transaction."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.ledger import change_roadmap, put_outline, queue_task
from app.db.repositories.event_repo import EventRepository
from app.db.repositories.ownership_repo import OwnershipRepository
from app.db.repositories.raw_answer_repo import RawAnswerRepository
from app.db.repositories.roadmap_repo import RoadmapRepository
from app.db.repositories.spending_repo import SpendingRepository
from app.db.repositories.task_repo import TaskRepository
from app.db.session import DatabaseUnavailable, Sessions, safe_session_with_retry
from app.domain.events import Event, event_adapter
from app.domain.failures import Failure
from app.domain.outline_revision import NewRevision
from app.domain.ownership import Claim
from app.domain.records import RoadmapMetadata
from app.domain.roadmap import LearningRequest, Outline
from app.domain.tasks import TaskKind, TaskStatus
from app.domain.usage import Usage
from app.generation.ledger import ClaimedTask
from app.generation.ports import OwnershipLost, StoreUnavailable
from app.generation.roadmap_changes import CountUsage, FailTask

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineJob:
    """What the learner asked for; of a revision also the outline as it is, and the learner's words."""

    request: LearningRequest
    outline: Outline | None
    feedback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedOutline:
    """The events of the commit, and the claim's successor where the learner had approved beforehand."""

    events: Sequence[Event]
    next_task: tuple[UUID, TaskKind] | None


class OutlineStore:
    """For one claim of a task that makes an outline.

    Every method is one transaction, may be repeated after `StoreUnavailable`, and raises `OwnershipLost` before it has
    written anything. `save_id` tells a repetition from another call: what is saved already is announced once more.
    """

    def __init__(self, sessions: Sessions, claim: Claim) -> None:
        self._sessions = sessions
        self._claim = claim

    async def wanted(self) -> OutlineJob | None:
        """None when the task was stopped meanwhile."""

        async def work(session: AsyncSession) -> OutlineJob | None:
            roadmap, task = await self._locked(session)
            if task.state.status != TaskStatus.RUNNING:
                return None
            return OutlineJob(
                request=LearningRequest.model_validate(roadmap.request),
                outline=Outline.model_validate(roadmap.framework_data) if roadmap.framework_data else None,
                feedback=roadmap.task.order.feedback or "",
            )

        return await self._reach(work)

    async def save(
        self, outline: Outline, how: NewRevision, usage: Usage, *, author: str | None = None, save_id: UUID
    ) -> SavedOutline:
        """Store the outline, drafted or revised by `author`, and end the task; with `auto_approve` queue the content
        task of a draft in the same transaction."""

        async def work(session: AsyncSession) -> SavedOutline:
            roadmap, task = await self._locked(session)
            if task.last_batch == save_id:
                return SavedOutline(events=await self._newest(session), next_task=None)
            await TaskRepository(session).add_usage(self._claim.task_id, usage, batch_id=save_id)
            await SpendingRepository(session).add(self._claim.roadmap, author, usage)
            if task.state.status != TaskStatus.RUNNING:
                return SavedOutline(events=await self._count(session, roadmap, task, usage), next_task=None)
            of = self._claim.roadmap
            events = await put_outline(session, of, task.state, outline, how, used=usage, usage=roadmap.usage)
            if not roadmap.auto_approve or self._claim.kind != TaskKind.DRAFT:
                return SavedOutline(events=events, next_task=None)
            task_id, queued = await queue_task(session, self._claim.roadmap, TaskKind.CONTENT)
            return SavedOutline(events=[*events, *queued], next_task=(task_id, TaskKind.CONTENT))

        return await self._reach(work)

    async def fail(
        self, failure: Failure, usage: Usage, raw_answer: str | None, *, author: str | None = None, save_id: UUID
    ) -> Sequence[Event]:
        """End the task as failed, if it still runs; what was used up counts in any case."""

        async def work(session: AsyncSession) -> Sequence[Event]:
            roadmap, task = await self._locked(session)
            if task.last_batch == save_id:
                return await self._newest(session)
            await TaskRepository(session).add_usage(self._claim.task_id, usage, batch_id=save_id)
            await SpendingRepository(session).add(self._claim.roadmap, author, usage)
            if task.state.status != TaskStatus.RUNNING:
                return await self._count(session, roadmap, task, usage)
            if raw_answer is not None:
                await RawAnswerRepository(session).save_draft(self._claim.roadmap, raw_answer)
            return await change_roadmap(
                session, self._claim.roadmap, task.state, FailTask(failure, usage), usage=roadmap.usage
            )

        return await self._reach(work)

    async def _count(
        self, session: AsyncSession, roadmap: RoadmapMetadata, task: ClaimedTask, usage: Usage
    ) -> Sequence[Event]:
        """Tell what was used up for a task that the learner has stopped meanwhile."""
        if usage == Usage():
            return []
        newest = await TaskRepository(session).newest(self._claim.roadmap)
        return await change_roadmap(
            session, self._claim.roadmap, task.state, CountUsage(usage), newest=newest, usage=roadmap.usage
        )

    async def _locked(self, session: AsyncSession) -> tuple[RoadmapMetadata, ClaimedTask]:
        """The roadmap and the claimed task, locked in the order that everybody keeps: roadmap, task, counters."""
        roadmap = await RoadmapRepository(session).claimed(self._claim, for_update=True)
        task = await OwnershipRepository(session).lock_claimed(self._claim)
        if roadmap is None or task is None:
            raise OwnershipLost
        return roadmap, task

    async def _newest(self, session: AsyncSession) -> list[Event]:
        """What was committed last. Announcing an event twice is harmless, and what is missing is noticed by readers."""
        bodies = await EventRepository(session).newest(self._claim.roadmap, 1)
        return [event_adapter.validate_python(body) for body in bodies]

    async def _reach(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        try:
            return await safe_session_with_retry(self._sessions, work, attempts=1, repeatable=True)
        except DatabaseUnavailable as error:
            raise StoreUnavailable(str(error.__cause__)) from error
