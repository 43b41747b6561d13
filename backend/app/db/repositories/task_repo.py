"""Reads and writes tasks: who may hold one, and how it ends."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    null,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import events, roadmap_progress, roadmaps, tasks, workers
from app.domain.failures import Failure
from app.domain.state_machine import TASK_MOVES, TaskMove
from app.domain.tasks import ACTIVE, RoadmapStatus, TaskKind, TaskStatus
from app.domain.usage import Usage

LEASE = timedelta(seconds=5)
"""How long a worker's lease holds without a heartbeat, by the database's clock."""

LONGEST_GAP = timedelta(seconds=2.5)
"""Between two heartbeats of a worker that takes tasks from others: two beats, and some patience. After a longer one,
others may have been without the database too."""

RING_AGAIN_AFTER = timedelta(seconds=5)
"""How long a task may wait in the queue before its doorbell is rung again."""

SUSPECT_CRASHES = 2
"""Workers that have died with a task, one after the other, after which a worker runs no second such task beside it:
the innocent ones save something and are suspects no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a task is to do beyond its kind: heed the `feedback`, keep to the concepts in `scope` (None: all that wait).
    A revision knows the roadmap's state before it."""

    feedback: str | None = None
    returns_to: RoadmapStatus | None = None
    scope: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMetadata:
    """A task. `prioritised` are the ids of the concepts that come next, the first first."""

    id: UUID
    roadmap_id: UUID
    kind: TaskKind
    status: TaskStatus
    order: Order
    prioritised: Sequence[str]
    usage: Usage
    error_code: str | None
    error_message: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A task in a worker's hands; `token` fences its writes."""

    task_id: UUID
    roadmap_id: UUID
    kind: TaskKind
    worker_id: UUID
    token: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """A task that was taken from a dead worker."""

    task_id: UUID
    roadmap_id: UUID
    kind: TaskKind
    status: TaskStatus
    crashes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a claimed task stands: what its owner has to heed while it runs."""

    status: TaskStatus
    prioritised: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedTask:
    """A claimed task under lock, as it stands."""

    status: TaskStatus
    last_batch: UUID | None
    usage: Usage


class TaskRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, *, task_id: UUID, roadmap_id: UUID, kind: TaskKind, order: Order = Order()) -> None:
        """A queued task. Its doorbell counts as rung, since whoever adds it rings after the commit."""
        await self._session.execute(
            insert(tasks).values(
                id=task_id,
                roadmap_id=roadmap_id,
                kind=kind,
                status=TaskStatus.QUEUED,
                feedback=order.feedback,
                returns_to=order.returns_to,
                scope=null() if order.scope is None else list(order.scope),
            )
        )

    async def get(self, task_id: UUID, *, user_id: str) -> TaskMetadata | None:
        query = (
            select(tasks)
            .join(roadmaps, roadmaps.c.id == tasks.c.roadmap_id)
            .where(tasks.c.id == task_id, roadmaps.c.user_id == user_id, roadmaps.c.deleted_at.is_(None))
        )
        row = (await self._session.execute(query)).mappings().one_or_none()
        return task_metadata(row) if row else None

    async def move(self, task_id: UUID, move: TaskMove, *, to: TaskStatus, failure: Failure | None = None) -> bool:
        """Change a task's status if the move begins where it stands. An ended, paused or queued task keeps no owner's
        claim open; a worker that holds it learns from the status, and keeps its token for what it has finished."""
        assert to in TASK_MOVES[move].to, f"{move} does not lead to {to}"
        values: dict[str, Any] = {"status": to}
        if not to.is_active:
            values["ended_at"] = func.now()
        if failure is not None:
            values |= {"error_code": failure.code, "error_message": failure.message}
        if move == TaskMove.RESUME:
            values |= {"error_code": None, "error_message": None, "rung_at": func.now()}
        statement = update(tasks).where(tasks.c.id == task_id, tasks.c.status.in_(TASK_MOVES[move].since))
        return (await self._session.execute(statement.values(values).returning(tasks.c.id))).one_or_none() is not None

    async def prioritise(self, task_id: UUID, concept_ids: Sequence[str]) -> None:
        """These concepts come next, the first first."""
        await self._session.execute(update(tasks).where(tasks.c.id == task_id).values(prioritised=list(concept_ids)))

    async def claim(self, task_id: UUID, worker_id: UUID) -> Claim | None:
        """Take a queued task. None when there is nothing to take: unknown, ended, held by somebody, the worker's own
        lease is not valid, some worker still has to let go of this task (it was paused and resumed) or of an earlier
        one of the same roadmap, or it is a suspect and the worker has one already."""
        other, suspect = tasks.alias("other"), tasks.alias("suspect")
        statement = (
            update(tasks)
            .where(
                tasks.c.id == task_id,
                tasks.c.status.in_(TASK_MOVES[TaskMove.CLAIM].since),
                _alive(worker_id),
                ~exists().where(other.c.roadmap_id == tasks.c.roadmap_id, other.c.owner.is_not(None)),
                or_(
                    tasks.c.crashes < SUSPECT_CRASHES,
                    ~exists().where(suspect.c.owner == worker_id, suspect.c.crashes >= SUSPECT_CRASHES),
                ),
            )
            .values(
                status=TaskStatus.RUNNING,
                owner=worker_id,
                token=tasks.c.token + 1,
                started_at=func.coalesce(tasks.c.started_at, func.now()),
            )
            .returning(tasks.c.roadmap_id, tasks.c.kind, tasks.c.token)
        )
        row = (await self._session.execute(statement)).one_or_none()
        if row is None:
            return None
        return Claim(
            task_id=task_id,
            roadmap_id=row.roadmap_id,
            kind=TaskKind(row.kind),
            worker_id=worker_id,
            token=row.token,
        )

    async def lock_claimed(self, claim: Claim) -> LockedTask | None:
        """Lock a claimed task and read it; None when the claim does not stand any more."""
        row = (
            (await self._session.execute(select(tasks).where(*_claimed(claim)).with_for_update()))
            .mappings()
            .one_or_none()
        )
        if row is None:
            return None
        return LockedTask(status=TaskStatus(row["status"]), last_batch=row["last_batch"], usage=usage_of(row))

    async def add_usage(self, task_id: UUID, usage: Usage, *, batch_id: UUID) -> None:
        """Count what was used up, and note what was saved with it, so that saving it again can be told."""
        values = {"last_batch": batch_id, **{name: tasks.c[name] + value for name, value in amounts(usage).items()}}
        await self._session.execute(update(tasks).where(tasks.c.id == task_id).values(values))

    async def let_go(self, claim: Claim) -> list[tuple[UUID, TaskKind]]:
        """Give up a claim, whatever has become of the task; its token is spent. Gives the roadmap's queued tasks:
        they could not be claimed before. One statement."""
        gone = (
            update(tasks)
            .where(*_claimed(claim))
            .values(owner=None, token=tasks.c.token + 1)
            .returning(tasks.c.id)
            .cte()
        )
        query = (
            select(tasks.c.id, tasks.c.kind)
            .where(tasks.c.roadmap_id == claim.roadmap_id, tasks.c.status == TaskStatus.QUEUED)
            .add_cte(gone)
        )
        return [(row.id, TaskKind(row.kind)) for row in await self._session.execute(query)]

    async def still_claimed(self, claims: Sequence[Claim]) -> dict[UUID, Standing]:
        """How those tasks stand whose claims do, by task id."""
        tokens = {claim.task_id: (claim.worker_id, claim.token) for claim in claims}
        columns = (tasks.c.id, tasks.c.owner, tasks.c.token, tasks.c.status, tasks.c.prioritised)
        rows = await self._session.execute(select(*columns).where(tasks.c.id.in_(tokens)))
        return {
            row.id: Standing(status=TaskStatus(row.status), prioritised=row.prioritised)
            for row in rows
            if tokens[row.id] == (row.owner, row.token)
        }

    async def tokens_of(self, worker_id: UUID) -> list[tuple[UUID, int]]:
        """The tasks that a worker holds, with the tokens of its claims."""
        rows = await self._session.execute(select(tasks.c.id, tasks.c.token).where(tasks.c.owner == worker_id))
        return [(row.id, row.token) for row in rows]

    async def take_orphans(
        self, worker_id: UUID, forgotten: Collection[tuple[UUID, int]], *, limit: int
    ) -> list[Orphan]:
        """End the claims of workers whose leases have run out, and those of the asking worker that it has forgotten
        (task and token); their tokens are spent.

        Takes nothing from others unless the asking worker's own lease has been held without a gap for a full lease
        time, until just now: otherwise a database outage would make everyone rob everyone when it ends.
        """
        dead = ~exists().where(workers.c.id == tasks.c.owner, workers.c.expires_at > func.now())
        may_take = _alive(worker_id, workers.c.held_since < func.now() - LEASE, _renewed_within(LONGEST_GAP))
        own = and_(tasks.c.owner == worker_id, tuple_(tasks.c.id, tasks.c.token).in_(forgotten))
        return await self._take(or_(and_(dead, may_take), own), crashed=tasks.c.owner != worker_id, limit=limit)

    async def take_from(self, dead: UUID) -> list[Orphan]:
        """End the claims of a worker that is certainly dead, whatever its lease says; their tokens are spent."""
        return await self._take(tasks.c.owner == dead, crashed=true())

    async def _take(
        self, whose: ColumnElement[bool], *, crashed: ColumnElement[bool], limit: int | None = None
    ) -> list[Orphan]:
        orphans = (
            select(tasks.c.id)
            .where(tasks.c.owner.is_not(None), whose)
            .order_by(tasks.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        crash = case((and_(crashed, tasks.c.status == TaskStatus.RUNNING), 1), else_=0)
        statement = (
            update(tasks)
            .where(tasks.c.id.in_(orphans))
            .values(owner=None, token=tasks.c.token + 1, crashes=tasks.c.crashes + crash)
        )
        columns = (tasks.c.id, tasks.c.roadmap_id, tasks.c.kind, tasks.c.status, tasks.c.crashes)
        rows = await self._session.execute(statement.returning(*columns))
        return [
            Orphan(
                task_id=row.id,
                roadmap_id=row.roadmap_id,
                kind=TaskKind(row.kind),
                status=TaskStatus(row.status),
                crashes=row.crashes,
            )
            for row in rows
        ]

    async def requeue(self, task_id: UUID) -> None:
        """Put a running task that nobody holds back into the queue; its doorbell is due at once."""
        statement = update(tasks).where(tasks.c.id == task_id, tasks.c.status.in_(TASK_MOVES[TaskMove.REQUEUE].since))
        await self._session.execute(statement.values(status=TaskStatus.QUEUED, rung_at=func.now() - RING_AGAIN_AFTER))

    async def ring_soon(self, roadmap_id: UUID) -> None:
        """The doorbell of the roadmap's queued tasks is due at once."""
        queued = (tasks.c.roadmap_id == roadmap_id, tasks.c.status == TaskStatus.QUEUED)
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

    async def counts(self) -> dict[tuple[TaskKind, TaskStatus], int]:
        query = select(tasks.c.kind, tasks.c.status, func.count()).group_by(tasks.c.kind, tasks.c.status)
        return {
            (TaskKind(kind), TaskStatus(status)): count for kind, status, count in await self._session.execute(query)
        }


class WorkerRepository:
    """Leases of workers, by the database's clock."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def renew(self, worker_id: UUID, name: str) -> None:
        """Take or extend a lease. One that was not renewed for some beats is held anew, not without a gap."""
        statement = upsert(workers).values(
            id=worker_id, name=name, held_since=func.now(), expires_at=func.now() + LEASE
        )
        lapsed = ~_renewed_within(LONGEST_GAP)
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["id"],
                set_={
                    "expires_at": statement.excluded.expires_at,
                    "held_since": case((lapsed, func.now()), else_=workers.c.held_since),
                },
            )
        )

    async def leave(self, worker_id: UUID) -> None:
        await self._session.execute(delete(workers).where(workers.c.id == worker_id))

    async def forget_the_dead(self) -> None:
        """Remove leases that ran out long ago."""
        await self._session.execute(delete(workers).where(workers.c.expires_at < func.now() - 12 * LEASE))

    async def count_alive(self) -> int:
        query = select(func.count()).select_from(workers).where(workers.c.expires_at > func.now())
        return int((await self._session.execute(query)).scalar_one())


def _alive(worker_id: UUID, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(workers.c.id == worker_id, workers.c.expires_at > func.now(), *conditions)


def _renewed_within(gap: timedelta) -> ColumnElement[bool]:
    return workers.c.expires_at > func.now() + LEASE - gap


def _claimed(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    """The fence: the task is still held under the token that this claim got."""
    return (tasks.c.id == claim.task_id, tasks.c.owner == claim.worker_id, tasks.c.token == claim.token)


def amounts(usage: Usage) -> dict[str, int | float]:
    """What was used up, by column."""
    return {name: getattr(usage, name) for name in Usage.model_fields}


def usage_of(row: Any, prefix: str = "") -> Usage:
    return Usage(**{name: row[f"{prefix}{name}"] or 0 for name in Usage.model_fields})


def task_metadata(row: Any, prefix: str = "") -> TaskMetadata:
    """A task from a row of its table, or of a roadmap that has its columns with a prefix."""
    return TaskMetadata(
        id=row["task_id"] if prefix else row["id"],
        roadmap_id=row["id"] if prefix else row["roadmap_id"],
        kind=TaskKind(row[f"{prefix}kind"]),
        status=TaskStatus(row[f"{prefix}status"]),
        order=Order(
            feedback=row[f"{prefix}feedback"],
            returns_to=RoadmapStatus(returns_to) if (returns_to := row[f"{prefix}returns_to"]) else None,
            scope=row[f"{prefix}scope"],
        ),
        prioritised=row[f"{prefix}prioritised"],
        usage=usage_of(row, prefix),
        error_code=row[f"{prefix}error_code"],
        error_message=row[f"{prefix}error_message"],
        created_at=row[f"{prefix}created_at"],
        started_at=row[f"{prefix}started_at"],
        ended_at=row[f"{prefix}ended_at"],
    )
