"""What a worker process does: claims tasks, runs them, and looks after them and after those of dead workers."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Protocol, assert_never
from uuid import UUID

import structlog

from app.core import metrics
from app.core.errors import Unavailable
from app.core.failpoints import Failpoint, reach
from app.core.supervision import keep_going
from app.core.tracing import tracer
from app.db.content_store import PostgresContentStore
from app.db.flush_writer import FlushWriter
from app.db.outline_store import OutlineStore
from app.db.session import DatabaseUnavailable, Sessions
from app.db.task_store import TaskStore
from app.domain.failures import FailureCode, failure
from app.domain.ownership import Claim
from app.domain.roadmap import MAX_OUTLINE_CONCEPTS
from app.domain.tasks import TaskKind, TaskStatus
from app.generation.breaker import MonthlySpending
from app.generation.orchestrator import Limits, Orchestrator, RunEnd
from app.generation.ports import EventPublisher, OwnershipLost
from app.messaging.doorbell import Doorbell
from app.tasks.authors import AuthorInForce, Authors, AuthorUnusable
from app.tasks.outline_run import OutlineRun

SWEEP_EVERY = 1.0
"""Seconds between two looks at one's own tasks and at those of dead workers."""
PASSED_ON_AFTER = 1.0
"""Seconds after which a task that cannot be run here is rung for again."""
AUTHOR_EVERY = 1.0
"""Seconds between two looks at who is to write."""
CLEAN_UP_EVERY = 60.0
"""Seconds between two looks at what is kept for a time only."""
FINISHING_TIME, SAVING_TIME = 12.0, 6.0
"""Seconds that calls in flight get when the worker is asked to stop, and then the saving of what has finished."""

log = structlog.get_logger()


class Lease(Protocol):
    @property
    def is_held(self) -> bool: ...

    @property
    def held_since(self) -> float:
        """When it was taken, or taken again after a gap, by `time.monotonic`."""
        ...


class Worker:
    """Lives in one event loop. `capacity` is the number of tasks that it can run at once, `max_concepts` how many
    concepts an outline may have after a revision."""

    def __init__(
        self,
        *,
        tasks: TaskStore,
        sessions: Sessions,
        authors: Authors,
        events: EventPublisher,
        doorbell: Doorbell,
        lease: Lease,
        limits: Limits,
        max_concepts: int = MAX_OUTLINE_CONCEPTS,
        capacity: int,
    ) -> None:
        self._tasks = tasks
        self._sessions = sessions
        self._writer = FlushWriter(sessions)
        self._authors = authors
        self._events = events
        self._doorbell = doorbell
        self._lease = lease
        self._limits = limits
        self._max_concepts = max_concepts
        self._capacity = capacity
        self._held: dict[UUID, asyncio.Task[None]] = {}
        self._runs: dict[UUID, tuple[Claim, Orchestrator | OutlineRun]] = {}
        self._looked_at = 0.0
        """When the last look at the own claims began that has succeeded, by `time.monotonic`."""
        self._draining = False
        self._month = MonthlySpending()
        self._problem: str | None = None
        """Why no tasks are taken here, as it was told last."""
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(self, task_id: UUID) -> None:
        """Answer a doorbell: run the task if it is there to be had. Never raises."""
        with structlog.contextvars.bound_contextvars(task_id=str(task_id)):
            if self._draining or task_id in self._held:
                log.info("task_signal_ignored", reason="draining" if self._draining else "already running here")
                return
            self._held[task_id] = asyncio.create_task(self._claim_and_run(task_id))
            self._idle.clear()
            try:
                await asyncio.wait({self._held[task_id]})
                if not self._held[task_id].cancelled():
                    self._held[task_id].result()
            except DatabaseUnavailable:
                log.warning("task_deferred_to_sweep")
            finally:
                del self._held[task_id]
                if not self._held:
                    self._idle.set()

    async def look_after_tasks(self) -> None:
        """Sweep and clean up for as long as the worker lives."""
        async with asyncio.TaskGroup() as caring:
            caring.create_task(keep_going("sweep", self._look_after_tasks))
            caring.create_task(keep_going("clean up", self._clean_up))
            caring.create_task(keep_going("author", self._look_after_author))

    async def _look_after_tasks(self) -> None:
        if not self._lease.is_held:
            for _, run in self._runs.values():
                run.hold()
        with suppress(DatabaseUnavailable):
            await self._sweep()
        await asyncio.sleep(SWEEP_EVERY)

    async def _look_after_author(self) -> None:
        """Make ready whom somebody has chosen, know what this month has cost, and tell why no tasks are taken here."""
        with suppress(DatabaseUnavailable):
            problem = None
            try:
                async with self._authors.in_force() as chosen:
                    self._month.limit = chosen.settings.max_cost_usd_per_month or None
                    if self._month.limit is not None:
                        self._month.spent = await self._tasks.spent_this_month()
            except AuthorUnusable as unusable:
                problem = unusable.reason
            await self._authors.close_replaced()
            if problem != self._problem:
                await self._tasks.report_problem(problem)
                self._problem = problem
                if problem:
                    log.error("model_unusable", reason=problem)
        await asyncio.sleep(AUTHOR_EVERY)

    async def _clean_up(self) -> None:
        await asyncio.sleep(CLEAN_UP_EVERY)
        with suppress(DatabaseUnavailable):
            await self._tasks.clean_up()

    async def drain(self) -> None:
        """Start nothing new, let calls in flight finish or cancel them, save, give the tasks back. What cannot be saved
        in time, since the database is away, is left: the tasks are taken over once it is back."""
        self._draining = True
        log.info("worker_draining", tasks=len(self._runs))
        for _, run in list(self._runs.values()):
            run.stop_starting()
        reach(Failpoint.DURING_DRAIN)
        if await self._is_idle_within(FINISHING_TIME):
            return
        for _, run in list(self._runs.values()):
            run.cancel()
        if await self._is_idle_within(SAVING_TIME):
            return
        for task_id, running in self._held.items():
            log.warning("task_abandoned", task_id=str(task_id))
            running.cancel()

    async def _is_idle_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        return self._idle.is_set()

    async def _claim_and_run(self, task_id: UUID) -> None:
        try:
            async with self._authors.in_force() as chosen:
                await self._claim_and_run_with(chosen, task_id)
        except AuthorUnusable:
            log.info("task_signal_passed_on", reason="the model cannot be used here")
            await self._pass_on(task_id)

    async def _pass_on(self, task_id: UUID) -> None:
        """Ring for a task that waits, in a while: another worker may be able to use the model."""
        await asyncio.sleep(PASSED_ON_AFTER)
        kind = await self._tasks.kind_if_queued(task_id)
        if kind is not None and not self._draining:
            await self._doorbell.ring(task_id, kind)

    async def _claim_and_run_with(self, chosen: AuthorInForce, task_id: UUID) -> None:
        began = time.monotonic()
        self._month.limit = chosen.settings.max_cost_usd_per_month or None
        taken = await self._tasks.claim(task_id)
        if taken is None:
            log.info("task_signal_ignored", reason="unknown, ended, held by a worker, or to be run alone")
            return
        claim = taken.claim
        await self._events.publish(taken.events)
        reach(Failpoint.AFTER_CLAIM)
        known = {"task.id": str(claim.task_id), "task.kind": claim.kind.value, "roadmap.id": str(claim.roadmap_id)}
        with (
            structlog.contextvars.bound_contextvars(roadmap_id=str(claim.roadmap_id)),
            tracer.start_as_current_span("greenway.task", attributes=known),
        ):
            await self._run(claim, chosen, since=began)
            await self._ring(await self._tasks.let_go(claim))

    async def _run(self, claim: Claim, chosen: AuthorInForce, *, since: float) -> None:
        """Run a task whose claim was known to stand at `since`, by `time.monotonic`."""
        run = self._make_run(claim, chosen, since)
        self._runs[claim.task_id] = (claim, run)
        if self._draining:
            run.stop_starting()
        try:
            end = await run.run()
        except OwnershipLost:
            log.warning("ownership_lost")
            return
        except Unavailable:
            raise
        except Exception:
            # The one handler of the process: a bug ends the task as failed instead of ending the worker.
            log.exception("task_crashed")
            await self._events.publish(await self._tasks.fail(claim, failure(FailureCode.INTERNAL, claim.language)))
            return
        finally:
            metrics.discarded_artefacts.inc(run.unsaved)
            del self._runs[claim.task_id]
        if end == RunEnd.STOPPED:
            await self._events.publish(await self._tasks.give_back(claim))
        log.info("task_run_ended", end=end.name.lower())
        if isinstance(run, OutlineRun):
            await self._ring(run.queued)

    def _may_start(self, since: float) -> bool:
        """Whether a task that was ours at `since` certainly still is: the lease is held, and has been since then, or
        since the last look at the claims."""
        return self._lease.is_held and max(since, self._looked_at) >= self._lease.held_since

    def _make_run(self, claim: Claim, chosen: AuthorInForce, since: float) -> Orchestrator | OutlineRun:
        match claim.kind:
            case TaskKind.CONTENT:
                content = PostgresContentStore(self._sessions, self._writer, claim)
                may_start = partial(self._may_start, since)
                limits = replace(self._limits, max_cost_usd=chosen.settings.max_cost_usd or None)
                return Orchestrator(
                    chosen.author, content, self._events, limits, may_start=may_start, month=self._month
                )
            case TaskKind.DRAFT | TaskKind.REVISE:
                store = OutlineStore(self._sessions, claim)
                return OutlineRun(claim, store, chosen.author, self._events, max_concepts=self._max_concepts)
            case _:
                assert_never(claim.kind)

    async def _sweep(self) -> None:
        runs, began = list(self._runs.values()), time.monotonic()
        standing = await self._tasks.still_claimed([claim for claim, _ in runs])
        self._looked_at = began
        for claim, run in runs:
            stands = standing.get(claim.task_id)
            if stands is None or stands.status != TaskStatus.RUNNING:
                run.cancel()
            else:
                run.prioritise(stands.prioritised)
                if self._may_start(began):
                    run.release()
        await self._events.publish(await self._tasks.recover(held=self._held))
        free = self._capacity - len(self._held)
        if free > 0 and not self._draining:
            await self._ring(await self._tasks.unheard(limit=free))

    async def _ring(self, tasks: Sequence[tuple[UUID, TaskKind]]) -> None:
        for task_id, kind in tasks:
            await self._doorbell.ring(task_id, kind)
