"""Who holds a task: claiming, letting go, and taking over from the dead. A claim's token fences all its writes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    TextClause,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    text,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.worker_repo import alive, renewed_within
from app.db.rows import task_state
from app.db.tables import roadmaps, tasks, workers
from app.domain.ownership import LEASE, LONGEST_GAP, SUSPECT_CRASHES, Claim, ClaimStanding, Orphan
from app.domain.roadmap import DEFAULT_CONCEPTS
from app.domain.state_machine import TASK_TRANSITIONS, TaskTransition
from app.domain.tasks import TaskKind, TaskStatus
from app.generation.ledger import ClaimedTask, TaskState

FENCE = "tasks.id = :task_id AND tasks.owner = :worker_id AND tasks.token = :token"
"""The task is still held under the token that this claim got."""

_language = (
    select(roadmaps.c.request["language"].as_string())
    .where(roadmaps.c.id == tasks.c.roadmap_id)
    .scalar_subquery()
    .label("language")
)
_concepts = (
    select(func.coalesce(roadmaps.c.request["concepts"].as_integer(), DEFAULT_CONCEPTS))
    .where(roadmaps.c.id == tasks.c.roadmap_id)
    .scalar_subquery()
    .label("concepts")
)
_other = tasks.alias("other")
_CANDIDATES = (
    select(tasks.c.id, tasks.c.crashes)
    .where(
        tasks.c.id == any_(bindparam("task_ids", type_=ARRAY(Uuid))),
        tasks.c.status.in_(TASK_TRANSITIONS[TaskTransition.CLAIM].since),
        ~exists().where(_other.c.roadmap_id == tasks.c.roadmap_id, _other.c.owner.is_not(None)),
    )
    .order_by(tasks.c.id)
)


_LET_GO = (
    select(tasks.c.id, tasks.c.kind)
    .where(tasks.c.roadmap_id == bindparam("in_roadmap_id"), tasks.c.status == TaskStatus.QUEUED)
    .add_cte(update(tasks).where(text(FENCE)).values(owner=None, token=tasks.c.token + 1).returning(tasks.c.id).cte())
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClaim:
    """A claim, its task as it stands now, and the number of `concepts` that the learner asked for."""

    claim: Claim
    task: TaskState
    concepts: int


class OwnershipRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def claim(self, task_ids: Sequence[UUID], worker_id: UUID) -> list[NewClaim]:
        """Take those queued tasks that are there to be had. Not taken are unknown and ended ones, those that a worker
        holds or has yet to let go of (they were paused and resumed, or it has an earlier one of the same roadmap), all
        if the worker's own lease is not valid, and suspects but for one that the worker has. Of several tasks, those
        that are locked are passed over."""
        candidates = _CANDIDATES.with_for_update(of=tasks, skip_locked=len(task_ids) > 1).cte("candidates")
        is_suspect = candidates.c.crashes >= SUSPECT_CRASHES
        place = func.row_number().over(partition_by=is_suspect, order_by=candidates.c.id)
        chosen = select(candidates.c.id, (~is_suspect).label("is_innocent"), place.label("place")).cte("chosen")
        suspect = tasks.alias("suspect")
        has_suspect = exists().where(suspect.c.owner == worker_id, suspect.c.crashes >= SUSPECT_CRASHES)
        statement = (
            update(tasks)
            .where(
                tasks.c.id == chosen.c.id,
                alive(worker_id),
                or_(chosen.c.is_innocent, and_(chosen.c.place == 1, ~has_suspect)),
            )
            .values(
                status=TaskStatus.RUNNING,
                owner=worker_id,
                token=tasks.c.token + 1,
                started_at=func.coalesce(tasks.c.started_at, func.now()),
            )
            .returning(tasks, _language, _concepts)
        )
        rows = await self._session.execute(statement, {"task_ids": list(task_ids)})
        return [
            NewClaim(
                claim=Claim(
                    task_id=row["id"],
                    roadmap_id=row["roadmap_id"],
                    kind=TaskKind(row["kind"]),
                    worker_id=worker_id,
                    token=row["token"],
                    language=row["language"],
                ),
                task=task_state(row),
                concepts=row["concepts"],
            )
            for row in rows.mappings()
        ]

    async def lock_claimed(self, claim: Claim) -> ClaimedTask | None:
        """Lock a claimed task and read it; None when the claim does not stand any more."""
        row = (
            (await self._session.execute(select(tasks).where(_claimed(claim)).with_for_update()))
            .mappings()
            .one_or_none()
        )
        if row is None:
            return None
        return ClaimedTask(state=task_state(row), last_batch=row["last_batch"])

    async def let_go(self, claim: Claim) -> list[tuple[UUID, TaskKind]]:
        """Give up a claim, in any state of the task; its token is spent. Gives the roadmap's queued tasks:
        they could not be claimed before. One statement."""
        rows = await self._session.execute(_LET_GO, fence_parameters(claim) | {"in_roadmap_id": claim.roadmap_id})
        return [(row.id, TaskKind(row.kind)) for row in rows]

    async def still_claimed(self, claims: Sequence[Claim]) -> dict[UUID, ClaimStanding]:
        """How those tasks stand whose claims do, by task id."""
        tokens = {claim.task_id: (claim.worker_id, claim.token) for claim in claims}
        columns = (tasks.c.id, tasks.c.owner, tasks.c.token, tasks.c.status, tasks.c.prioritised)
        rows = await self._session.execute(select(*columns).where(tasks.c.id.in_(tokens)))
        return {
            row.id: ClaimStanding(status=TaskStatus(row.status), prioritised=row.prioritised)
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
        may_take = alive(worker_id, workers.c.held_since < func.now() - LEASE, renewed_within(LONGEST_GAP))
        own = and_(tasks.c.owner == worker_id, tuple_(tasks.c.id, tasks.c.token).in_(forgotten))
        return await self._take(or_(and_(dead, may_take), own), crashed=tasks.c.owner != worker_id, limit=limit)

    async def take_from(self, dead: UUID) -> list[Orphan]:
        """End the claims of a worker that is certainly dead, even before its lease expires; their tokens are spent."""
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
        columns = (tasks.c.id, tasks.c.roadmap_id, tasks.c.kind, tasks.c.status, tasks.c.crashes, _language)
        rows = await self._session.execute(statement.returning(*columns))
        return [
            Orphan(
                task_id=row.id,
                roadmap_id=row.roadmap_id,
                kind=TaskKind(row.kind),
                status=TaskStatus(row.status),
                crashes=row.crashes,
                language=row.language,
            )
            for row in rows
        ]


def fence_parameters(claim: Claim) -> dict[str, Any]:
    """The parameters of `FENCE`."""
    return {"task_id": claim.task_id, "worker_id": claim.worker_id, "token": claim.token}


def _claimed(claim: Claim) -> TextClause:
    return text(FENCE).bindparams(**fence_parameters(claim))
