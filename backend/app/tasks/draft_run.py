"""Runs one draft task: asks the author for an outline, checks it and saves it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import structlog

from app.db.draft_store import DraftStore
from app.db.repositories.task_repo import Claim
from app.db.task_store import TaskStore
from app.domain.failures import Failure, FailureCode, failure
from app.domain.outline_rules import OutlineError, check_outline
from app.domain.roadmap import LearningRequest, Outline
from app.domain.tasks import TaskKind
from app.generation.orchestrator import RunEnd
from app.generation.ports import Author, EventPublisher
from app.generation.work import Delivery

log = structlog.get_logger()


class DraftRun:
    """A draft that fails ends its task with the reason."""

    def __init__(
        self,
        claim: Claim,
        store: DraftStore,
        tasks: TaskStore,
        author: Author,
        events: EventPublisher,
    ) -> None:
        self._claim = claim
        self._store = store
        self._tasks = tasks
        self._author = author
        self._events = events
        self._stopping = False
        self._drafting: asyncio.Task[Delivery[Outline]] | None = None
        self.queued: Sequence[tuple[UUID, TaskKind]] = ()
        """Tasks that the run has queued: their doorbell is to be rung."""

    def stop_starting(self) -> None:
        """A draft is a single call: there is nothing else to start."""

    def hold(self) -> None:
        """A draft is a single call: there is nothing else to start."""

    def release(self) -> None:
        """A draft is a single call: there is nothing else to start."""

    def cancel(self) -> None:
        self._stopping = True
        if self._drafting is not None:
            self._drafting.cancel()

    async def run(self) -> RunEnd:
        """Draft and save.

        Raises:
            OwnershipLost: the claim does not stand any more.
        """
        request, events = await self._store.begin()
        await self._events.publish(events)
        if self._stopping:
            return RunEnd.STOPPED
        self._drafting = asyncio.create_task(self._draft(request))
        await asyncio.wait({self._drafting})
        if self._drafting.cancelled():
            return RunEnd.STOPPED
        delivery = self._drafting.result()
        if isinstance(delivery.result, Failure):
            failed = self._tasks.fail(
                self._claim, delivery.result, usage=delivery.usage, raw_answer=delivery.raw_answer
            )
            await self._events.publish(await failed)
            return RunEnd.FINISHED
        saved = await self._store.save(delivery.result, delivery.usage)
        self.queued = [saved.next_task] if saved.next_task else []
        await self._events.publish(saved.events)
        return RunEnd.FINISHED

    async def _draft(self, request: LearningRequest) -> Delivery[Outline]:
        delivery = await self._author.draft(request)
        if isinstance(delivery.result, Failure):
            return delivery
        try:
            check_outline(delivery.result)
        except OutlineError as error:
            log.warning("draft_breaks_a_rule", reason=error.message)
            return replace(delivery, result=failure(FailureCode.INVALID_OUTPUT, request.language))
        return delivery
