"""Ownership of tasks: taking, giving back, ending, and taking over from the dead. Each method is a transaction."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import metrics
from app.core.joining import Joined
from app.db.flush import Flush, write_all
from app.db.ledger import change_roadmap, lock_positions
from app.db.repositories.concept_repo import ConceptRepository
from app.db.repositories.event_repo import EventRepository
from app.db.repositories.idempotency_repo import IdempotencyRepository
from app.db.repositories.learning_repo import LearningRepository
from app.db.repositories.ownership_repo import OwnershipRepository
from app.db.repositories.raw_answer_repo import RawAnswerRepository
from app.db.repositories.roadmap_repo import RoadmapRepository
from app.db.repositories.spending_repo import SpendingRepository
from app.db.repositories.task_repo import TaskRepository
from app.db.repositories.worker_repo import WorkerRepository
from app.db.session import REFUSED, DatabaseUnavailable, Sessions, safe_session_with_retry
from app.domain.content.status import ArtefactStatus
from app.domain.events import Event
from app.domain.failures import Failure, FailureCode, failure
from app.domain.ownership import Claim, ClaimStanding, Orphan
from app.domain.tasks import TaskKind, TaskStatus
from app.generation.ledger import RoadmapState, apply
from app.generation.roadmap_changes import FailTask, RequeueTask, StartTask

SWEEP_LIMIT = 200
"""Tasks that one sweep takes from dead workers at most; the next sweep goes on."""

MAX_CRASHES = 3
"""Workers that may die with a task, one after the other, before it is parked as failed instead of ending others."""

MOST_CLAIMS = 32
"""Tasks that are claimed in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimResult:
    """A task in a worker's hands, and the events of the commit."""

    claim: Claim
    events: Sequence[Event]


class TaskStore:
    """For one worker process, known by `worker_id`. `event_retention` is GREENWAY_EVENT_RETENTION."""

    def __init__(self, sessions: Sessions, worker_id: UUID, *, event_retention: timedelta = timedelta(days=7)) -> None:
        self._sessions = sessions
        self._worker_id = worker_id
        self._event_retention = event_retention
        self._claims = Joined(self._claim_all, at_most=MOST_CLAIMS, patience=None)

    async def claim(self, task_id: UUID) -> ClaimResult | None:
        """Take a queued task and announce it; None when there is nothing to take. Those that are asked for at the same
        moment are taken together, group after group, so that no two suspects are."""
        return await self._claims(task_id)

    async def _claim_all(self, task_ids: Sequence[UUID]) -> Sequence[ClaimResult | BaseException | None]:
        """What is not taken with others, is tried alone: it may have been locked, or have spoilt it for all."""
        taken: dict[UUID, ClaimResult] = {}
        if len(set(task_ids)) > 1:
            with suppress(DatabaseUnavailable, *REFUSED):
                taken = await safe_session_with_retry(self._sessions, partial(self._claim_in, task_ids), attempts=1)
        answers: list[ClaimResult | BaseException | None] = []
        for task_id in task_ids:
            if task_id in taken:
                answers.append(taken.pop(task_id))
                continue
            try:
                alone = await safe_session_with_retry(self._sessions, partial(self._claim_in, [task_id]))
                answers.append(alone.get(task_id))
            except (DatabaseUnavailable, *REFUSED) as error:
                answers.append(error)
        return answers

    async def _claim_in(self, task_ids: Sequence[UUID], session: AsyncSession) -> dict[UUID, ClaimResult]:
        claims = await OwnershipRepository(session).claim(task_ids, self._worker_id)
        positions = await lock_positions(session, [one.claim.roadmap for one in claims])
        taken, flushes = {}, []
        for new in claims:
            claim, position = new.claim, positions[new.claim.roadmap_id]
            concepts = {}
            if position.progress.generating:
                concepts = await ConceptRepository(session).lock_having(claim.roadmap, {ArtefactStatus.GENERATING})
            state = RoadmapState(
                roadmap_id=claim.roadmap_id,
                position=position,
                task=new.task,
                concepts=concepts,
                learned=await LearningRepository(session).learned(claim.roadmap, concepts) if concepts else {},
            )
            entry = apply(state, StartTask(new.concepts if claim.kind == TaskKind.DRAFT else None))
            taken[claim.task_id] = ClaimResult(claim=claim, events=entry.events)
            flushes.append(Flush.of(claim, new.task.status, entry, None))
        await write_all(session, flushes)
        return taken

    async def let_go(self, claim: Claim) -> list[tuple[UUID, TaskKind]]:
        """Give up the claim. Gives the roadmap's queued tasks: they could not be claimed before."""

        async def work(session: AsyncSession) -> list[tuple[UUID, TaskKind]]:
            return await OwnershipRepository(session).let_go(claim)

        return await safe_session_with_retry(self._sessions, work, repeatable=True, single_statement=True)

    async def give_back(self, claim: Claim) -> Sequence[Event]:
        """Put a running task back into the queue, for another worker to go on with."""

        async def work(session: AsyncSession) -> Sequence[Event]:
            ownership = OwnershipRepository(session)
            task = await ownership.lock_claimed(claim)
            if task is None or task.state.status != TaskStatus.RUNNING:
                return []
            await ownership.let_go(claim)
            return await change_roadmap(session, claim.roadmap, task.state, RequeueTask())

        return await safe_session_with_retry(self._sessions, work)

    async def fail(self, claim: Claim, failure: Failure) -> Sequence[Event]:
        """End the task as failed, if the claim stands and it still runs."""

        async def work(session: AsyncSession) -> Sequence[Event]:
            task = await OwnershipRepository(session).lock_claimed(claim)
            if task is None:
                return []
            return await change_roadmap(session, claim.roadmap, task.state, FailTask(failure))

        return await safe_session_with_retry(self._sessions, work)

    async def still_claimed(self, claims: Sequence[Claim]) -> dict[UUID, ClaimStanding]:
        """How the tasks stand whose claims do."""

        async def work(session: AsyncSession) -> dict[UUID, ClaimStanding]:
            return await OwnershipRepository(session).still_claimed(claims)

        return await safe_session_with_retry(self._sessions, work, attempts=1, single_statement=True)

    async def recover(self, *, held: Collection[UUID]) -> list[Event]:
        """Put tasks of dead workers back into the queue, or park them when too many have died with them. Own ones that
        are not `held` (a claim or its end got lost in a database fault) wait again. Gives the events to
        publish."""

        async def work(session: AsyncSession) -> list[Event]:
            ownership = OwnershipRepository(session)
            # A held task was noted before it was claimed: what is read as claimed and is not held is forgotten.
            forgotten = [one for one in await ownership.tokens_of(self._worker_id) if one[0] not in held]
            orphans = await ownership.take_orphans(self._worker_id, forgotten, limit=SWEEP_LIMIT)
            return await _put_back(session, orphans)

        events = await safe_session_with_retry(self._sessions, work, attempts=1)
        metrics.task_recoveries.inc(len(events))
        return events

    async def clean_up(self) -> None:
        """Remove what is kept for a time only: leases of the dead, unusable answers, keys of requests, the events of
        roadmaps at rest, the trash."""

        async def work(session: AsyncSession) -> bool:
            await WorkerRepository(session).forget_the_dead()
            await RawAnswerRepository(session).forget_old()
            await IdempotencyRepository(session).forget_old()
            more_events = await EventRepository(session).fold(self._event_retention)
            return await RoadmapRepository(session).empty_trash() or more_events

        while await safe_session_with_retry(self._sessions, work, attempts=1):
            pass

    async def unheard(self, *, limit: int) -> list[tuple[UUID, TaskKind]]:
        """Queued tasks whose doorbell has to be rung again, by the caller."""

        async def work(session: AsyncSession) -> list[tuple[UUID, TaskKind]]:
            return await TaskRepository(session).take_unheard(limit=limit)

        return await safe_session_with_retry(self._sessions, work, attempts=1, single_statement=True)

    async def kind_if_queued(self, task_id: UUID) -> TaskKind | None:
        """What a task is that waits for a worker; None for any other."""

        async def work(session: AsyncSession) -> TaskKind | None:
            return await TaskRepository(session).kind_if_queued(task_id)

        return await safe_session_with_retry(self._sessions, work, attempts=1, single_statement=True)

    async def report_problem(self, problem: str | None) -> None:
        """Tell why this worker takes no tasks, or that it does."""

        async def work(session: AsyncSession) -> None:
            await WorkerRepository(session).report_problem(self._worker_id, problem)

        await safe_session_with_retry(self._sessions, work, attempts=1, single_statement=True)

    async def spent_this_month(self) -> float:
        """What models have cost since the first of the month (UTC), in US dollars."""

        async def work(session: AsyncSession) -> float:
            return await SpendingRepository(session).this_month()

        return await safe_session_with_retry(self._sessions, work, attempts=1, single_statement=True)


async def hand_back(sessions: Sessions, dead: UUID) -> list[Event]:
    """Put the tasks of a worker process that is certainly dead, since its parent has waited for it, back into the queue
    at once, or park them when too many have died with them. Gives the events to publish."""

    async def work(session: AsyncSession) -> list[Event]:
        await WorkerRepository(session).leave(dead)
        return await _put_back(session, await OwnershipRepository(session).take_from(dead))

    events = await safe_session_with_retry(sessions, work, attempts=1)
    metrics.task_recoveries.inc(len(events))
    return events


async def _put_back(session: AsyncSession, orphans: Sequence[Orphan]) -> list[Event]:
    events: list[Event] = []
    for orphan in orphans:
        task = await TaskRepository(session).lock(orphan.task_id)
        if orphan.status != TaskStatus.RUNNING:
            # Another task of it could not be claimed before.
            await TaskRepository(session).ring_soon(orphan.roadmap)
        elif orphan.crashes < MAX_CRASHES:
            events += await change_roadmap(session, orphan.roadmap, task, RequeueTask())
        else:
            crashed = failure(FailureCode.CRASHED, orphan.language, times=orphan.crashes)
            events += await change_roadmap(session, orphan.roadmap, task, FailTask(crashed))
    return events
