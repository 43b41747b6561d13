"""Reads and writes tasks: what they are to do, how they end, and whose doorbell is due."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, and_, cast, func, insert, null, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.db.rows import amounts, task_metadata, task_state, usage_of
from app.db.tables import events, roadmap_progress, roadmaps, tasks
from app.domain.failures import Failure
from app.domain.records import Order, TaskMetadata
from app.domain.state_machine import TASK_TRANSITIONS, TaskTransition
from app.domain.tasks import ACTIVE, TaskKind, TaskStatus
from app.domain.usage import Usage
from app.domain.viewer import RoadmapHandle, Viewer
from app.generation.ledger import TaskState

RING_AGAIN_AFTER = timedelta(seconds=5)
"""How long a task may wait in the queue before its doorbell is rung again."""


class TaskRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(
        self, roadmap: RoadmapHandle, *, task_id: UUID, kind: TaskKind, created_at: datetime, order: Order = Order()
    ) -> None:
        """A queued task. Its doorbell counts as rung, since the caller that adds it rings after the commit."""
        await self._session.execute(
            insert(tasks).values(
                id=task_id,
                roadmap_id=roadmap.roadmap_id,
                kind=kind,
                status=TaskStatus.QUEUED,
                created_at=created_at,
                feedback=order.feedback,
                returns_to=order.returns_to,
                scope=null() if order.scope is None else list(order.scope),
            )
        )

    async def get(self, task_id: UUID, viewer: Viewer) -> TaskMetadata:
        """A task of the viewer's roadmaps.

        Raises:
            NotFound: there is none, or its roadmap is in the trash.
        """
        query = (
            select(tasks)
            .join(roadmaps, roadmaps.c.id == tasks.c.roadmap_id)
            .where(tasks.c.id == task_id, roadmaps.c.user_id == viewer.user_id, roadmaps.c.deleted_at.is_(None))
        )
        row = (await self._session.execute(query)).mappings().one_or_none()
        if row is None:
            raise NotFound("There is no such task.")
        return task_metadata(row)

    async def lock(self, task_id: UUID) -> TaskState:
        """Lock a task that is known to be there, and read it."""
        query = select(tasks).where(tasks.c.id == task_id).with_for_update()
        return task_state((await self._session.execute(query)).mappings().one())

    async def newest(self, roadmap: RoadmapHandle) -> TaskState:
        query = select(tasks).join(roadmaps, roadmaps.c.task_id == tasks.c.id)
        row = await self._session.execute(query.where(roadmaps.c.id == roadmap.roadmap_id))
        return task_state(row.mappings().one())

    async def usage_of(self, roadmap: RoadmapHandle) -> Usage:
        """What all tasks of a roadmap have used up."""
        amounts = [func.coalesce(func.sum(tasks.c[name]), 0).label(name) for name in Usage.model_fields]
        query = select(*amounts).where(tasks.c.roadmap_id == roadmap.roadmap_id)
        return usage_of((await self._session.execute(query)).mappings().one())

    async def move(
        self, task_id: UUID, move: TaskTransition, *, to: TaskStatus, at: datetime, failure: Failure | None = None
    ) -> bool:
        """Change a task's status, and why it has it, if the move begins where it stands. An ended, paused or queued one
        keeps no owner's claim open; a worker that holds it learns from the status, and keeps its token for what it has
        finished. The doorbell of a requeued task is due at once."""
        assert to in TASK_TRANSITIONS[move].to, f"{move} does not lead to {to}"
        values: dict[str, Any] = {
            "status": to,
            "error_code": failure.code if failure else None,
            "error_message": failure.message if failure else None,
            "error_details": failure.details if failure else None,
        }
        if not to.is_active:
            values["ended_at"] = at
        if move == TaskTransition.RESUME:
            values["rung_at"] = func.now()
        if move == TaskTransition.REQUEUE:
            values["rung_at"] = func.now() - RING_AGAIN_AFTER
        statement = update(tasks).where(tasks.c.id == task_id, tasks.c.status.in_(TASK_TRANSITIONS[move].since))
        return (await self._session.execute(statement.values(values).returning(tasks.c.id))).one_or_none() is not None

    async def prioritise(self, task_id: UUID, concept_ids: Sequence[str]) -> None:
        """These concepts come next, the first first."""
        await self._session.execute(update(tasks).where(tasks.c.id == task_id).values(prioritised=list(concept_ids)))

    async def add_usage(self, task_id: UUID, usage: Usage, *, batch_id: UUID) -> None:
        """Count what was used up, and note what was saved with it, so that saving it again can be told."""
        values = {"last_batch": batch_id, **{name: tasks.c[name] + value for name, value in amounts(usage).items()}}
        await self._session.execute(update(tasks).where(tasks.c.id == task_id).values(values))

    async def kind_if_queued(self, task_id: UUID) -> TaskKind | None:
        query = select(tasks.c.kind).where(tasks.c.id == task_id, tasks.c.status == TaskStatus.QUEUED)
        kind = (await self._session.execute(query)).scalar_one_or_none()
        return None if kind is None else TaskKind(kind)

    async def ring_soon(self, roadmap: RoadmapHandle) -> None:
        """The doorbell of the roadmap's queued tasks is due at once."""
        queued = (tasks.c.roadmap_id == roadmap.roadmap_id, tasks.c.status == TaskStatus.QUEUED)
        await self._session.execute(update(tasks).where(*queued).values(rung_at=func.now() - RING_AGAIN_AFTER))

    async def take_unheard(self, *, limit: int) -> list[tuple[UUID, TaskKind]]:
        """Queued tasks whose doorbell was rung too long ago; it counts as rung now."""
        unheard = (
            select(tasks.c.id)
            .where(tasks.c.status == TaskStatus.QUEUED, tasks.c.rung_at <= func.now() - RING_AGAIN_AFTER)
            .order_by(tasks.c.rung_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        statement = update(tasks).where(tasks.c.id.in_(unheard)).values(rung_at=func.now())
        rows = await self._session.execute(statement.returning(tasks.c.id, tasks.c.kind))
        return [(row.id, TaskKind(row.kind)) for row in rows]

    async def longest_silence(self) -> dict[tuple[TaskKind, TaskStatus], float]:
        """Seconds since the newest event of the active task that has had none for longest."""
        newest = cast(events.c.body["at"].as_string(), DateTime(timezone=True))
        silence = func.extract("epoch", func.now() - func.min(newest))
        query = (
            select(tasks.c.kind, tasks.c.status, silence)
            .join(roadmap_progress, roadmap_progress.c.roadmap_id == tasks.c.roadmap_id)
            .join(events, and_(events.c.roadmap_id == tasks.c.roadmap_id, events.c.seq == roadmap_progress.c.seq))
            .where(tasks.c.status.in_(ACTIVE))
            .group_by(tasks.c.kind, tasks.c.status)
        )
        return {
            (TaskKind(kind), TaskStatus(status)): max(0.0, float(seconds))
            for kind, status, seconds in await self._session.execute(query)
        }

    async def counts(self, *, active: bool) -> dict[tuple[TaskKind, TaskStatus], int]:
        """How many tasks there are: of those that have not ended, or of those that have."""
        is_active = tasks.c.status.in_(ACTIVE)
        query = select(tasks.c.kind, tasks.c.status, func.count()).group_by(tasks.c.kind, tasks.c.status)
        return {
            (TaskKind(kind), TaskStatus(status)): count
            for kind, status, count in await self._session.execute(query.where(is_active if active else ~is_active))
        }
