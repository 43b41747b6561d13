"""Stand-ins for the ports of the core, as small as they can be; the store passes the same contract as Postgres."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import reduce
from operator import add
from uuid import UUID

from factories import a_request, an_artefact

from app.domain.base import new_id
from app.domain.concept_state import ConceptState
from app.domain.content import Artefact, ArtefactKind
from app.domain.events import (
    BatchSaved,
    Completed,
    ConceptStart,
    Envelope,
    Event,
    Failed,
    TaskPaused,
)
from app.domain.failures import Failure
from app.domain.roadmap import Outline
from app.domain.tasks import Progress, TaskKind, TaskStatus, content_outcome
from app.domain.usage import Usage
from app.generation.announcements import concept_outcome, saved_artefacts
from app.generation.backlog import Backlog, backlog_of
from app.generation.ports import OwnershipLost, StoreUnavailable
from app.generation.work import Batch, ConceptBrief, Delivery


class FakeAgents:
    """Delivers at once; a test changes `answer` to make agents slow, failing or broken."""

    def __init__(self) -> None:
        self.calls: Counter[tuple[str, ArtefactKind]] = Counter()
        self.running = 0
        self.most_at_once = 0
        self.order: list[str] = []
        self.usage = Usage()

    async def write(self, kind: ArtefactKind, brief: ConceptBrief) -> Delivery[Artefact]:
        concept_id = brief.concept.concept_id
        self.calls[concept_id, kind] += 1
        if kind == ArtefactKind.TUTORIAL:
            self.order.append(concept_id)
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        try:
            return Delivery(result=await self.answer(kind, concept_id), usage=self.usage)
        finally:
            self.running -= 1

    async def answer(self, kind: ArtefactKind, concept_id: str) -> Artefact | Failure:
        await asyncio.sleep(0)
        return an_artefact(kind, concept_id)


class InMemoryStore:
    """Keeps one task's results in memory. `away` makes it unreachable, `status` and `owned` stop it."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._names = {concept.concept_id: concept.name for concept in outline.concepts}
        self.states = {concept_id: ConceptState(concept_id=concept_id) for concept_id in self._names}
        self.batches: list[Batch] = []
        self.events: list[Event] = []
        self.status = TaskStatus.RUNNING
        self.owned = True
        self.spent = Usage()
        self.away = False
        self.before_save: Callable[[], object] = lambda: None
        self._ids = (new_id(), new_id(), new_id())

    @property
    def progress(self) -> Progress:
        progress = Progress(total=len(self.states))
        for state in self.states.values():
            progress = progress.moved(ConceptState(concept_id="new").status, state.status)
        return progress

    async def pending(self) -> Backlog:
        await self._reach()
        if self.status != TaskStatus.RUNNING:
            return Backlog(concepts=(), request=a_request())
        return backlog_of(self._outline, a_request(), self.states, spent=self.spent)

    async def start(self, concept_ids: Sequence[str]) -> Sequence[Event]:
        await self._reach()
        if self.status != TaskStatus.RUNNING:
            return []
        return self._start(concept_ids)

    async def save(self, batch: Batch) -> Sequence[Event]:
        await self._reach()
        self.before_save()
        if any(batch.batch_id == saved.batch_id for saved in self.batches):
            return self.events[-len(batch.started) - batch.size - 1 :]
        self.batches.append(batch)
        events = self._start(batch.started) if self.status == TaskStatus.RUNNING else []
        for item in batch.artefacts:
            state = self.states[item.concept_id]
            self.states[item.concept_id] = state.delivered(item.kind, item.artefact_id, item.delivery.result)
        unfinished = {item.concept_id for item in batch.artefacts} - set(batch.finished)
        for concept_id in batch.finished:
            outcome = concept_outcome(self.states[concept_id], self._names[concept_id], self._envelope(), self.progress)
            events += self._record(outcome) if outcome else []
            unfinished |= set() if outcome else {concept_id}
        rest = saved_artefacts(batch, [self.states[concept_id] for concept_id in sorted(unfinished)])
        usage = reduce(add, (item.delivery.usage for item in batch.artefacts), Usage())
        saved = BatchSaved(**self._envelope(), size=batch.size, artefacts=rest, progress=self.progress, usage=usage)
        return [*events, *self._record(saved)]

    async def finish(self) -> Sequence[Event]:
        await self._reach()
        if self.status != TaskStatus.RUNNING:
            return []
        outcome = content_outcome(self.progress)
        self.status = outcome
        if outcome in (TaskStatus.COMPLETED, TaskStatus.PARTIAL):
            return self._record(Completed(**self._envelope(), status=outcome, progress=self.progress, usage=Usage()))
        failure = next(f for state in self.states.values() for f in state.failures.values())
        return self._record(Failed(**self._envelope(), code=failure.code, message=failure.message))

    async def pause(self, reason: Failure) -> Sequence[Event]:
        await self._reach()
        self.status = TaskStatus.PAUSED
        self._stop_writing()
        return self._record(TaskPaused(**self._envelope(), code=reason.code, message=reason.message))

    async def _reach(self) -> None:
        await asyncio.sleep(0)
        if self.away:
            raise StoreUnavailable("away")
        if not self.owned:
            raise OwnershipLost

    def _start(self, concept_ids: Sequence[str]) -> list[Event]:
        events: list[Event] = []
        for concept_id in concept_ids:
            self.states[concept_id] = self.states[concept_id].started()
            event = ConceptStart(**self._envelope(), concept_id=concept_id, concept_name=self._names[concept_id])
            events += self._record(event)
        return events

    def _stop_writing(self) -> None:
        self.states = {concept_id: state.waiting_again() for concept_id, state in self.states.items()}

    def _envelope(self) -> Envelope:
        roadmap_id, task_id, epoch = self._ids
        return Envelope(
            roadmap_id=roadmap_id,
            task_id=task_id,
            seq=len(self.events) + 1,
            epoch=epoch,
            at=datetime.now(UTC),
        )

    def _record(self, event: Event) -> list[Event]:
        self.events.append(event)
        return [event]


class RecordingEvents:
    """Remembers what was published."""

    def __init__(self) -> None:
        self.published: list[Event] = []

    async def publish(self, events: Sequence[Event]) -> None:
        self.published += events


class SilentDoorbell:
    """Remembers what was rung, and rings nowhere."""

    def __init__(self) -> None:
        self.rung: list[tuple[UUID, TaskKind]] = []

    async def ring(self, task_id: UUID, kind: TaskKind) -> None:
        self.rung.append((task_id, kind))


class AlwaysHeld:
    """A lease that never runs out."""

    is_held = True
    held_since = 0.0
