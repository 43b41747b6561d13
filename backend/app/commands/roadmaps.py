"""What a learner can do with roadmaps as a whole: create them, throw them away, learn from them."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import structlog

from app.agents.builtin.catalogue import fit_for
from app.agents.builtin.fit import Fit
from app.commands.unit import Unit, UnitOfWork, concept_named
from app.core.author_settings import BUILTIN
from app.core.errors import IdempotencyConflict, InvalidInput
from app.db.repositories.idempotency_repo import IdempotencyRepository
from app.domain.base import new_id
from app.domain.roadmap import LearningRequest, earliest_today
from app.domain.tasks import TaskKind
from app.domain.viewer import Viewer
from app.generation.roadmap_changes import CancelTask, MarkLearned

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedRoadmap:
    """`fit` says how far a curated course covers the goal; None when a model drafts."""

    roadmap_id: UUID
    task_id: UUID
    fit: Fit | None = None


class RoadmapService:
    """`author` tells the name of the author who will draft; `max_concepts` is GREENWAY_MAX_CONCEPTS."""

    def __init__(self, unit: UnitOfWork, *, author: Callable[[], Awaitable[str]], max_concepts: int) -> None:
        self._unit = unit
        self._author = author
        self._max_concepts = max_concepts

    async def create(
        self, viewer: Viewer, request: LearningRequest, *, auto_approve: bool, idempotency_key: str | None
    ) -> CreatedRoadmap:
        """Create a roadmap and queue its draft. With a key, the same request creates it only once.

        Raises:
            InvalidInput: more concepts than allowed, or a deadline in the past.
            IdempotencyConflict: the key was used with another request.
        """
        self._check_request(request)
        roadmap_id, epoch = new_id(), uuid4()
        fingerprint = _fingerprint(request, auto_approve)
        author = await self._author()
        fit = await asyncio.to_thread(fit_for, request.goal, request.language) if author == BUILTIN else None

        async def work(unit: Unit) -> CreatedRoadmap:
            keys = IdempotencyRepository(unit.session)
            if idempotency_key is not None:
                used = await keys.lock(viewer, idempotency_key)
                if used is not None and used.fingerprint != fingerprint:
                    raise IdempotencyConflict("This Idempotency-Key was already used for a different request.")
                if used is not None:
                    return CreatedRoadmap(roadmap_id=used.roadmap_id, task_id=used.task_id)
            roadmap = await unit.roadmaps.save_roadmap_metadata(
                roadmap_id=roadmap_id,
                viewer=viewer,
                request=request,
                author=author,
                task_id=roadmap_id,
                epoch=epoch,
                auto_approve=auto_approve,
            )
            task_id = await unit.queue(roadmap, TaskKind.DRAFT)
            if idempotency_key is not None:
                await keys.add(viewer, idempotency_key, fingerprint=fingerprint, roadmap_id=roadmap_id, task_id=task_id)
            return CreatedRoadmap(roadmap_id=roadmap_id, task_id=task_id)

        created = await self._unit(viewer, work)
        if created.roadmap_id == roadmap_id:
            log.info("roadmap_created", roadmap_id=str(roadmap_id), task_id=str(created.task_id))
        return replace(created, fit=fit)

    async def delete(self, viewer: Viewer, roadmap_id: UUID) -> None:
        """Put a roadmap into the trash; what goes on is cancelled. After 30 days it is deleted for good."""

        async def work(unit: Unit) -> None:
            roadmap = await unit.lock(roadmap_id)
            if (await unit.tasks.lock(roadmap.task.id)).status.is_active:  # a worker may have ended it just now
                await unit.change(roadmap, CancelTask())
            await unit.roadmaps.put_into_trash(roadmap.handle)

        await self._unit(viewer, work)

    async def restore(self, viewer: Viewer, roadmap_id: UUID) -> None:
        """Take a roadmap out of the trash, with all that it had."""

        async def work(unit: Unit) -> None:
            await unit.roadmaps.take_out_of_trash(roadmap_id, viewer)

        await self._unit(viewer, work)

    async def note_opened(self, viewer: Viewer, roadmap_id: UUID) -> None:
        """Note that the learner reads in the roadmap now."""

        async def work(unit: Unit) -> None:
            await unit.roadmaps.note_study(roadmap_id, viewer)

        await self._unit(viewer, work)

    async def mark_learned(self, viewer: Viewer, roadmap_id: UUID, concept_id: str, *, learned: bool) -> None:
        """Note that the learner has learned a concept, or has not."""

        async def work(unit: Unit) -> None:
            roadmap = await unit.lock(roadmap_id)
            concept_named(roadmap, concept_id)
            await unit.change(roadmap, MarkLearned(concept_id, datetime.now(UTC) if learned else None))

        await self._unit(viewer, work)

    def _check_request(self, request: LearningRequest) -> None:
        if request.concepts > self._max_concepts:
            message = f"must be at most {self._max_concepts} (GREENWAY_MAX_CONCEPTS)"
            raise InvalidInput(f"`concepts` {message}.", fields=[{"field": "concepts", "message": message}])
        if request.deadline and request.deadline < earliest_today(datetime.now(UTC)):
            message = "must not be in the past"
            raise InvalidInput(f"`deadline` {message}.", fields=[{"field": "deadline", "message": message}])


def _fingerprint(request: LearningRequest, auto_approve: bool) -> str:
    """Identifies a request for its Idempotency-Key."""
    return hashlib.sha256(f"{auto_approve}\n{request.model_dump_json()}".encode()).hexdigest()
