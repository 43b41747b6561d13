"""Runs one task that makes an outline: asks the author for a draft or a revision, checks it and saves it."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import structlog

from app.db.outline_store import OutlineJob, OutlineStore
from app.domain.base import new_id
from app.domain.failures import Failure, FailureCode, failure
from app.domain.outline_edits import apply_operations
from app.domain.outline_operations import RevisionPlan
from app.domain.outline_revision import NewRevision, RevisionKind
from app.domain.outline_rules import OutlineError, check_outline
from app.domain.ownership import Claim
from app.domain.roadmap import MAX_OUTLINE_CONCEPTS, Outline
from app.domain.tasks import TaskKind
from app.generation.containment import contained
from app.generation.orchestrator import RunEnd
from app.generation.patience import patiently
from app.generation.ports import Author, EventPublisher
from app.generation.work import Delivery

log = structlog.get_logger()

T = TypeVar("T")

Made = tuple[Outline, NewRevision]
"""An outline, and how it came about."""


class OutlineRun:
    """A draft or a revision that fails ends its task with the reason; the outline stays as it was."""

    def __init__(
        self,
        claim: Claim,
        store: OutlineStore,
        author: Author,
        events: EventPublisher,
        *,
        max_concepts: int = MAX_OUTLINE_CONCEPTS,
    ) -> None:
        self._claim = claim
        self._store = store
        self._author = author
        self._events = events
        self._max_concepts = max_concepts
        self._stopping = False
        self._asking: asyncio.Task[Delivery[Made]] | None = None
        self.queued: Sequence[tuple[UUID, TaskKind]] = ()
        """Tasks that the run has queued: their doorbell is to be rung."""

    unsaved = 0
    """No artefacts are written here."""

    def stop_starting(self) -> None:
        """It is a single call: there is nothing else to start."""

    def hold(self) -> None:
        """It is a single call: there is nothing else to start."""

    def release(self) -> None:
        """It is a single call: there is nothing else to start."""

    def prioritise(self, concept_ids: Sequence[str]) -> None:
        """No concepts are written here."""

    def cancel(self) -> None:
        self._stopping = True
        if self._asking is not None:
            self._asking.cancel()

    async def run(self) -> RunEnd:
        """Ask and save.

        Raises:
            OwnershipLost: the claim does not stand any more.
        """
        wanted = await patiently(self._store.wanted)
        if wanted is None:
            return RunEnd.FINISHED
        if self._stopping:
            return RunEnd.STOPPED
        self._asking = asyncio.create_task(self._ask(wanted))
        await asyncio.wait({self._asking})
        if self._asking.cancelled():
            return RunEnd.STOPPED
        await self._keep(self._asking.result())
        return RunEnd.FINISHED

    async def _keep(self, delivery: Delivery[Made]) -> None:
        """Save what the author has delivered, however long that takes: it is paid for."""
        result, usage, author, save_id = delivery.result, delivery.usage, delivery.author, new_id()
        if isinstance(result, Failure):
            fail = partial(self._store.fail, result, usage, delivery.raw_answer, author=author, save_id=save_id)
            await self._events.publish(await patiently(fail))
        else:
            saved = await patiently(partial(self._store.save, *result, usage, author=author, save_id=save_id))
            self.queued = [saved.next_task] if saved.next_task else []
            await self._events.publish(saved.events)

    def _ask(self, wanted: OutlineJob) -> Coroutine[Any, Any, Delivery[Made]]:
        work = self._draft(wanted) if self._claim.kind == TaskKind.DRAFT else self._revise(wanted)
        return contained(work, language=wanted.request.language, task=self._claim.kind.value)

    async def _draft(self, wanted: OutlineJob) -> Delivery[Made]:
        delivery = await self._author.draft(wanted.request)
        how = NewRevision(kind=RevisionKind.DRAFTED)
        return _made(delivery, wanted, lambda outline: (check_outline(outline), how))

    async def _revise(self, wanted: OutlineJob) -> Delivery[Made]:
        assert wanted.outline is not None, "only an outline can be revised"
        before, feedback = wanted.outline, wanted.feedback
        delivery = await self._author.revise(wanted.request, before, feedback)

        def revised(plan: RevisionPlan) -> Made:
            how = NewRevision(
                kind=RevisionKind.REVISED,
                feedback=feedback,
                operations=[operation.model_dump(mode="json", exclude_none=True) for operation in plan.operations],
                note=plan.note or None,
            )
            return check_outline(apply_operations(before, plan.operations), max_concepts=self._max_concepts), how

        return _made(delivery, wanted, revised)


def _made(delivery: Delivery[T], wanted: OutlineJob, make: Callable[[T], Made]) -> Delivery[Made]:
    """The outline out of what the author has delivered, if that keeps the rules."""
    result: Made | Failure
    if isinstance(delivery.result, Failure):
        result = delivery.result
    else:
        try:
            result = make(delivery.result)
        except OutlineError as error:
            log.warning("outline_invalid", reason=error.message)
            result = failure(FailureCode.INVALID_OUTPUT, wanted.request.language)
    return delivery.with_result(result)
