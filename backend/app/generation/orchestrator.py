"""Runs one content task: many concepts at once, all their artefacts each, results saved while others are written."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

import structlog

from app.core.ending import end
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import KINDS, Artefact
from app.domain.failures import Failure
from app.generation.breaker import CircuitBreaker, MonthlySpending
from app.generation.buffer import Buffer
from app.generation.containment import bounded, contained
from app.generation.patience import patiently
from app.generation.ports import ArtefactWriter, ContentStore, EventPublisher
from app.generation.saver import Saver
from app.generation.schedule import Schedule
from app.generation.work import Batch, ConceptBrief, FinishedArtefact, PendingConcept

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much at once, how often saved (concepts; seconds, None = off), and what it may cost (US dollars)."""

    concurrency: int = 5
    flush_every: int = 10
    flush_max_age: float | None = 1.0
    max_cost_usd: float | None = None


class RunEnd(Enum):
    FINISHED = auto()
    """Nothing is left to write; the task has ended."""
    PAUSED = auto()
    """The circuit breaker has tripped; the task is paused with the reason. What failed for it waits to be written."""
    STOPPED = auto()
    """The task's owner asked for it; what had finished is saved."""


class Orchestrator:
    """One run of one content task. Lives in one event loop; `run` may be called once.

    The task's owner steers it: `stop_starting` and `cancel` end the run early, `hold` and `release` keep new
    concepts back for a while, `prioritise` says which come next. `may_start` is asked at the moment of each start, and
    holds the run when it says no: a process that has stood still must not go on as if nothing had happened.
    """

    def __init__(
        self,
        writer: ArtefactWriter,
        store: ContentStore,
        events: EventPublisher,
        limits: Limits,
        *,
        may_start: Callable[[], bool] = lambda: True,
        month: MonthlySpending | None = None,
    ) -> None:
        self._writer = writer
        self._store = store
        self._limits = limits
        self._may_start = may_start
        self._month = month
        self._buffer = Buffer(
            flush_every=limits.flush_every,
            max_age=limits.flush_max_age,
            clock=asyncio.get_running_loop().time,
        )
        self._saver = Saver(store, events)
        self._slots = asyncio.Semaphore(limits.concurrency)
        self._breaker = CircuitBreaker()
        self._schedule = Schedule([])
        self._prioritised: Sequence[str] = ()
        self._withheld: dict[str, list[FinishedArtefact]] = {}
        self._released = asyncio.Event()
        self._released.set()
        self._stopping = False
        self._finished_artefacts = 0
        self._writing: asyncio.Task[bool] | None = None
        self._ageing: asyncio.Task[None] | None = None

    @property
    def unsaved(self) -> int:
        """Artefacts that have finished and are not saved: what is discarded if the run ends now."""
        return self._finished_artefacts - self._saver.saved

    def stop_starting(self) -> None:
        """Start nothing new; calls in flight finish."""
        self._stopping = True
        self._released.set()
        self._saver.has_room.set()
        self._slots.release()  # wakes the loop that waits for a slot; it starts nothing any more

    def cancel(self) -> None:
        """Start nothing new, and cancel the calls in flight; what has finished is saved."""
        self.stop_starting()
        if self._writing is not None:
            self._writing.cancel()

    def hold(self) -> None:
        """Start nothing new until `release`."""
        if not self._stopping:
            self._released.clear()

    def release(self) -> None:
        self._released.set()

    def prioritise(self, concept_ids: Sequence[str]) -> None:
        """Start these first, as soon as a slot is free, if they wait."""
        if concept_ids != self._prioritised:
            self._prioritised = concept_ids
            self._schedule.prioritise(concept_ids)

    async def run(self) -> RunEnd:
        """Write everything that is pending.

        Raises:
            OwnershipLost: another worker has the task; results that were not saved by then are discarded.
        """
        backlog = await patiently(self._store.pending)
        self._breaker = CircuitBreaker(
            max_cost_usd=self._limits.max_cost_usd,
            spent=backlog.spent,
            month=self._month,
            language=backlog.request.language,
        )
        if self._breaker.reason is not None:
            self.stop_starting()
        self._schedule = Schedule(backlog.concepts)
        self._schedule.prioritise(self._prioritised or backlog.prioritised)
        saving = asyncio.create_task(self._saver.run())
        self._writing = asyncio.create_task(self._write_all())
        try:
            await asyncio.wait({self._writing, saving}, return_when=asyncio.FIRST_COMPLETED)
            if self._writing.done():
                await self._drain()
                self._saver.close()
            await saving
        finally:
            await end(*(task for task in (saving, self._writing, self._ageing) if task is not None))
        if not self._writing.cancelled() and self._writing.result():
            await self._saver.persist(self._store.finish)
            return RunEnd.FINISHED
        if (reason := self._breaker.reason) is not None:
            await self._saver.persist(lambda: self._store.pause(reason))
            return RunEnd.PAUSED
        return RunEnd.STOPPED

    async def _write_all(self) -> bool:
        """Start concept after concept; true when none was left to start."""
        async with asyncio.TaskGroup() as concepts:
            while self._schedule:
                if not await self._acquire_slot():
                    return False
                concepts.create_task(self._write_concept(self._schedule.next()))
        if self._withheld and self._breaker.reason is not None:
            return False
        await self._admit_what_was_withheld()
        return True

    async def _acquire_slot(self) -> bool:
        """Wait until a concept may start; false when the run is stopping."""
        while True:
            await self._released.wait()
            await self._saver.has_room.wait()
            await self._slots.acquire()
            if self._stopping:
                return False
            if not self._may_start():
                self.hold()
            if self._released.is_set() and self._saver.has_room.is_set():
                return True
            self._slots.release()

    async def _write_concept(self, concept: PendingConcept) -> None:
        self._saver.concept_started(concept.concept_id)
        try:
            written: dict[ArtefactKind, asyncio.Task[Artefact | Failure]] = {}
            async with asyncio.TaskGroup() as artefacts:
                for kind in concept.missing:
                    read = {one: written[one] for one in KINDS[kind].reads if one in written}
                    written[kind] = artefacts.create_task(self._write_artefact(kind, concept.brief_for(kind), read))
        finally:
            self._slots.release()
        if concept.concept_id not in self._withheld:
            await self._finish(concept.concept_id)

    async def _write_artefact(
        self, kind: ArtefactKind, brief: ConceptBrief, read: Mapping[ArtefactKind, asyncio.Task[Artefact | Failure]]
    ) -> Artefact | Failure:
        """Write an artefact once those of the concept that it reads have come to an end."""
        concept_id = brief.concept.concept_id
        if KINDS[kind].reads:
            brief = replace(brief, sources=await self._sources(concept_id, KINDS[kind].reads, read))
        delivery = await contained(
            self._writer.write(kind, brief),
            language=brief.request.language,
            concept_id=concept_id,
            artefact=kind.value,
        )
        delivery = bounded(delivery, language=brief.request.language)
        failure = delivery.result if isinstance(delivery.result, Failure) else None
        self._breaker.record(failure, delivery.usage)
        if self._breaker.reason is not None:
            self.stop_starting()
        artefact = FinishedArtefact(concept_id=concept_id, kind=kind, delivery=delivery)
        if failure is not None and failure.code.stops_the_run:
            self._withheld.setdefault(concept_id, []).append(artefact)
            return failure
        await self._add(artefact)
        self._watch_age()
        return delivery.result

    async def _sources(
        self,
        concept_id: str,
        kinds: Sequence[ArtefactKind],
        written: Mapping[ArtefactKind, asyncio.Task[Artefact | Failure]],
    ) -> Mapping[ArtefactKind, Artefact]:
        """The artefacts of these kinds: those that are being written, once they are there, and stored ones."""
        sources: dict[ArtefactKind, Artefact] = {}
        if stored := [kind for kind in kinds if kind not in written]:
            sources |= await patiently(lambda: self._store.artefacts(concept_id, stored))
        for kind, writing in written.items():
            result = await writing
            if not isinstance(result, Failure):
                sources[kind] = result
        return sources

    async def _add(self, artefact: FinishedArtefact) -> None:
        self._finished_artefacts += 1
        await self._buffer.add(artefact)

    async def _finish(self, concept_id: str) -> None:
        self._saver.concept_finished()
        if batch := await self._buffer.finish(concept_id):
            self._submit(batch, reason="size")
        self._watch_age()

    async def _admit_what_was_withheld(self) -> None:
        """Failures for which the run would have been paused, had there been more of them, are failures after all."""
        for concept_id, artefacts in self._withheld.items():
            for artefact in artefacts:
                await self._add(artefact)
            await self._finish(concept_id)

    def _submit(self, batch: Batch, *, reason: str) -> None:
        log.info(
            "incremental_batch_trigger",
            buffer_size=batch.size,
            batch_size=batch.size,
            artefacts=len(batch.artefacts),
            reason=reason,
        )
        self._saver.submit(batch)

    def _watch_age(self) -> None:
        if self._buffer.due is not None and (self._ageing is None or self._ageing.done()):
            self._ageing = asyncio.create_task(self._flush_what_is_old())

    async def _flush_what_is_old(self) -> None:
        """Runs while the buffer holds something; a flush by size only moves the date."""
        now = asyncio.get_running_loop().time
        while (due := self._buffer.due) is not None:
            await asyncio.sleep(due - now())
            if batch := await self._buffer.take_aged():
                self._submit(batch, reason="age")

    async def _drain(self) -> None:
        if batch := await self._buffer.drain():
            log.info("incremental_save_final_batch", remaining_count=batch.size, artefacts=len(batch.artefacts))
            self._saver.submit(batch)
