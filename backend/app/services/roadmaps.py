"""What a learner can do with roadmaps. Each method is one transaction; doorbell and events follow the commit."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict, IdempotencyConflict, InvalidInput, NotFound, Stale
from app.db.event_log import EventLog
from app.db.repositories.idempotency_repo import IdempotencyRepository
from app.db.repositories.roadmap_repo import RoadmapMetadata, RoadmapRepository
from app.db.repositories.task_repo import TaskRepository
from app.db.session import Sessions, safe_session_with_retry
from app.db.transitions import put_outline, queue_task, stop_writing
from app.domain.base import new_id
from app.domain.events import Cancelled, Event, OutlineReady
from app.domain.outline_rules import check_outline
from app.domain.roadmap import LearningRequest, Outline
from app.domain.tasks import ACTIVE, ALLOWED, Command, RoadmapStatus, TaskKind, TaskStatus
from app.generation.ports import EventPublisher
from app.services.doorbell import Doorbell
from app.services.roadmap_reader import etag_of

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedRoadmap:
    roadmap_id: UUID
    task_id: UUID


class RoadmapService:
    """`author` is the name of the author who will draft; `max_concepts` is GREENWAY_MAX_CONCEPTS."""

    def __init__(
        self, sessions: Sessions, doorbell: Doorbell, events: EventPublisher, *, author: str, max_concepts: int
    ) -> None:
        self._sessions = sessions
        self._doorbell = doorbell
        self._events = events
        self._author = author
        self._max_concepts = max_concepts

    async def create(
        self, request: LearningRequest, *, user_id: str, auto_approve: bool, idempotency_key: str | None
    ) -> CreatedRoadmap:
        """Create a roadmap and queue its draft. With a key, the same request creates it only once.

        Raises:
            InvalidInput: more concepts than allowed, or a deadline in the past.
            IdempotencyConflict: the key was used with another request.
        """
        self._check_request(request)
        roadmap_id, epoch = new_id(), uuid4()
        fingerprint = _fingerprint(request, auto_approve)

        async def work(session: AsyncSession) -> tuple[CreatedRoadmap, Sequence[Event]]:
            keys = IdempotencyRepository(session)
            if idempotency_key is not None:
                used = await keys.lock(user_id, idempotency_key)
                if used is not None and used.fingerprint != fingerprint:
                    raise IdempotencyConflict("This Idempotency-Key was used with another request before.")
                if used is not None:
                    return CreatedRoadmap(roadmap_id=used.roadmap_id, task_id=used.task_id), []
            repository = RoadmapRepository(session)
            await repository.save_roadmap_metadata(
                roadmap_id=roadmap_id,
                user_id=user_id,
                request=request,
                author=self._author,
                task_id=roadmap_id,
                epoch=epoch,
                auto_approve=auto_approve,
            )
            task_id, events = await queue_task(session, roadmap_id, TaskKind.DRAFT)
            if idempotency_key is not None:
                await keys.add(
                    user_id, idempotency_key, fingerprint=fingerprint, roadmap_id=roadmap_id, task_id=task_id
                )
            return CreatedRoadmap(roadmap_id=roadmap_id, task_id=task_id), events

        created, events = await safe_session_with_retry(self._sessions, work)
        if events:
            log.info("roadmap_created", roadmap_id=str(roadmap_id), task_id=str(created.task_id))
            await self._tell(events, (created.task_id, TaskKind.DRAFT))
        return created

    async def approve(self, roadmap_id: UUID, *, user_id: str) -> UUID:
        """Approve the outline: gives the id of the content task.

        Raises:
            Conflict: the roadmap does not await review; of two that approve at once, one is told so.
        """

        async def work(session: AsyncSession) -> tuple[UUID, list[Event]]:
            await self._locked(session, roadmap_id, user_id, Command.APPROVE)
            return await queue_task(session, roadmap_id, TaskKind.CONTENT)

        task_id, events = await safe_session_with_retry(self._sessions, work)
        await self._tell(events, (task_id, TaskKind.CONTENT))
        return task_id

    async def retry(self, roadmap_id: UUID, *, user_id: str) -> UUID:
        """Take up everything that failed or is missing; a roadmap without an outline is drafted again."""

        async def work(session: AsyncSession) -> tuple[UUID, TaskKind, list[Event]]:
            roadmap = await self._locked(session, roadmap_id, user_id, Command.RETRY)
            kind = TaskKind.CONTENT if roadmap.framework_data else TaskKind.DRAFT
            task_id, events = await queue_task(session, roadmap_id, kind)
            return task_id, kind, events

        task_id, kind, events = await safe_session_with_retry(self._sessions, work)
        await self._tell(events, (task_id, kind))
        return task_id

    async def cancel(self, roadmap_id: UUID, *, user_id: str) -> UUID:
        """Cancel what is going on. It holds at once; the worker saves what has finished, and starts nothing new."""

        async def work(session: AsyncSession) -> tuple[UUID, list[Event]]:
            roadmap = await self._locked(session, roadmap_id, user_id, Command.CANCEL)
            task_id = roadmap.task.id
            if not await TaskRepository(session).move(task_id, since=ACTIVE, to=TaskStatus.CANCELLED):
                raise Conflict("The task has just ended; there is nothing to cancel.")
            event_log = await EventLog.open(session, roadmap_id=roadmap_id, task_id=task_id)
            await stop_writing(session, event_log)
            event_log.add(Cancelled(**event_log.envelope(), progress=event_log.progress))
            return task_id, await event_log.write(session)

        task_id, events = await safe_session_with_retry(self._sessions, work)
        await self._tell(events)
        return task_id

    async def edit_outline(self, roadmap_id: UUID, outline: Outline, *, user_id: str, if_match: str | None) -> str:
        """Replace the outline; concepts that keep their ids keep their content. Gives the new ETag.

        Raises:
            OutlineError: the outline breaks a rule.
            Conflict: it is being drafted or its content generated.
            Stale: the roadmap is not in the state that `if_match` names.
        """
        check_outline(outline, max_concepts=self._max_concepts)

        async def work(session: AsyncSession) -> tuple[str, list[Event]]:
            roadmap = await self._locked(session, roadmap_id, user_id, Command.EDIT)
            if if_match is not None and not _names(if_match, etag_of(roadmap.epoch, roadmap.seq)):
                raise Stale("The roadmap has changed since you read it; read it again and repeat your edit.")
            event_log = await EventLog.open(session, roadmap_id=roadmap_id, task_id=roadmap.task.id)
            await put_outline(session, event_log, roadmap_id, outline)
            event_log.add(
                OutlineReady(
                    **event_log.envelope(),
                    title=outline.title,
                    stages=outline.stages,
                    concepts=event_log.progress.total,
                )
            )
            events = await event_log.write(session)
            return etag_of(roadmap.epoch, events[-1].seq), events

        etag, events = await safe_session_with_retry(self._sessions, work)
        await self._tell(events)
        return etag

    async def delete(self, roadmap_id: UUID, *, user_id: str) -> None:
        """Delete a roadmap with everything that belongs to it; a worker that writes for it stops."""

        async def work(session: AsyncSession) -> bool:
            return await RoadmapRepository(session).delete_roadmap(roadmap_id, user_id=user_id)

        if not await safe_session_with_retry(self._sessions, work):
            raise NotFound("There is no such roadmap.")

    def _check_request(self, request: LearningRequest) -> None:
        if request.concepts > self._max_concepts:
            message = f"must be at most {self._max_concepts} (GREENWAY_MAX_CONCEPTS)"
            raise InvalidInput(f"`concepts` {message}.", fields=[{"field": "concepts", "message": message}])
        # Somewhere on earth it is still yesterday.
        if request.deadline and request.deadline < (datetime.now(UTC) - timedelta(hours=12)).date():
            message = "must not be in the past"
            raise InvalidInput(f"`deadline` {message}.", fields=[{"field": "deadline", "message": message}])

    @staticmethod
    async def _locked(session: AsyncSession, roadmap_id: UUID, user_id: str, command: Command) -> RoadmapMetadata:
        """Lock the roadmap and check that the command is possible in its state."""
        roadmap = await RoadmapRepository(session).get_roadmap_metadata(roadmap_id, user_id=user_id, for_update=True)
        if roadmap is None:
            raise NotFound("There is no such roadmap.")
        if roadmap.status not in ALLOWED[command]:
            raise Conflict(f"A roadmap that is {_SPOKEN[roadmap.status]} cannot be {_DONE[command]}.")
        return roadmap

    async def _tell(self, events: Sequence[Event], task: tuple[UUID, TaskKind] | None = None) -> None:
        if task is not None:
            await self._doorbell.ring(*task)
        await self._events.publish(events)


_SPOKEN = {
    RoadmapStatus.DRAFTING: "being drafted",
    RoadmapStatus.AWAITING_REVIEW: "awaiting review",
    RoadmapStatus.GENERATING: "being generated",
    RoadmapStatus.PAUSED: "paused",
    RoadmapStatus.COMPLETED: "completed",
    RoadmapStatus.PARTIAL: "partly completed",
    RoadmapStatus.FAILED: "failed",
    RoadmapStatus.CANCELLED: "cancelled",
}
_DONE = {
    Command.EDIT: "edited",
    Command.APPROVE: "approved",
    Command.CANCEL: "cancelled",
    Command.RETRY: "retried",
}


def _names(if_match: str, etag: str) -> bool:
    """Whether `If-Match` names this entity tag, by the strong comparison that RFC 9110 asks for."""
    return not {"*", etag}.isdisjoint(tag.strip() for tag in if_match.split(","))


def _fingerprint(request: LearningRequest, auto_approve: bool) -> str:
    """Identifies a request for its Idempotency-Key."""
    return hashlib.sha256(f"{auto_approve}\n{request.model_dump_json()}".encode()).hexdigest()
