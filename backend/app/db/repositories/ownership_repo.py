"""Who holds a task: claiming, letting go, and taking over from the dead. A claim's token fences all its writes."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    TextClause,
    and_,
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
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.worker_repo import alive, renewed_within
from app.db.rows import task_state
from app.db.tables import roadmaps, tasks, workers
from app.domain.ownership import LEASE, LONGEST_GAP, SUSPECT_CRASHES, Claim, ClaimStanding, Orphan
from app.domain.state_machine import TASK_TRANSITIONS, TaskTransition
from app.domain.tasks import TaskKind, TaskStatus
from app.generation.ledger import ClaimedTask

FENCE = "tasks.id = :task_id AND tasks.owner = :worker_id AND tasks.token = :token"
"""The task is still held under the token that this claim got."""

_language = (
    select(roadmaps.c.request["language"].as_string())
    .where(roadmaps.c.id == tasks.c.roadmap_id)
    .scalar_subquery()
    .label("language")
)


class OwnershipRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def claim(self, task_id: UUID, worker_id: UUID) -> Claim | None:
        """Take a queued task. None when there is nothing to take: unknown, ended, held by a worker, the worker's own
        lease is not valid, some worker still has to let go of this task (it was paused and resumed) or of an earlier
        one of the same roadmap, or it is a suspect and the worker has one already."""
        other, suspect = tasks.alias("other"), tasks.alias("suspect")
        statement = (
            update(tasks)
            .where(
                tasks.c.id == task_id,
                tasks.c.status.in_(TASK_TRANSITIONS[TaskTransition.CLAIM].since),
                alive(worker_id),
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
            .returning(tasks.c.roadmap_id, tasks.c.kind, tasks.c.token, _language)
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
            language=row.language,
        )

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
        gone = (
            update(tasks).where(_claimed(claim)).values(owner=None, token=tasks.c.token + 1).returning(tasks.c.id).cte()
        )
        query = (
            select(tasks.c.id, tasks.c.kind)
            .where(tasks.c.roadmap_id == claim.roadmap_id, tasks.c.status == TaskStatus.QUEUED)
            .add_cte(gone)
        )
        return [(row.id, TaskKind(row.kind)) for row in await self._session.execute(query)]

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
