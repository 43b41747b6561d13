"""Stand-ins for the ports of the core, as small as they can be; the store passes the same contract as Postgres."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from uuid import UUID

from factories import AUTHOR, a_request, an_artefact

from app.domain.base import new_id
from app.domain.content.concept_state import ConceptState
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import Artefact
from app.domain.events import (
    Event,
)
from app.domain.failures import Failure
from app.domain.roadmap import Outline
from app.domain.tasks import Progress, TaskKind, TaskStatus
from app.domain.usage import Usage
from app.generation.backlog import Backlog, backlog_of
from app.generation.ledger import Position, RoadmapState, TaskState, apply
from app.generation.ports import OwnershipLost, StoreUnavailable
from app.generation.roadmap_changes import Change, FinishRun, PauseRun, SaveBatch, StartConcepts
from app.generation.work import Batch, ConceptBrief, Delivery


class FakeWriter:
    """Delivers at once; a test changes `answer` to make the writer slow, failing or broken."""

    def __init__(self) -> None:
        self.calls: Counter[tuple[str, ArtefactKind]] = Counter()
        self.running = 0
        self.most_at_once = 0
        self.order: list[str] = []
        self.sources: dict[tuple[str, ArtefactKind], Mapping[ArtefactKind, Artefact]] = {}
        self.usage = Usage()

    async def write(self, kind: ArtefactKind, brief: ConceptBrief) -> Delivery[Artefact]:
        concept_id = brief.concept.concept_id
        self.calls[concept_id, kind] += 1
        self.sources[concept_id, kind] = brief.sources
        if kind == ArtefactKind.TUTORIAL:
            self.order.append(concept_id)
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        try:
            return Delivery(result=await self.answer(kind, concept_id), author=AUTHOR, usage=self.usage)
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
        self.states = {concept_id: ConceptState.waiting(concept_id) for concept_id in self._names}
        self.batches: list[Batch] = []
        self.events: list[Event] = []
        self.status = TaskStatus.RUNNING
        self.owned = True
        self.spent = Usage()
        self.away = False
        self.before_save: Callable[[], object] = lambda: None
        self._position = Position(seq=0, epoch=new_id(), progress=Progress(total=len(self.states)))
        self._roadmap_id, self._task_id = new_id(), new_id()

    @property
    def progress(self) -> Progress:
        return self._position.progress

    async def pending(self) -> Backlog:
        await self._reach()
        if self.status != TaskStatus.RUNNING:
            return Backlog(concepts=(), request=a_request())
        return backlog_of(self._outline, a_request(), self.states, spent=self.spent)

    async def artefacts(self, concept_id: str, kinds: Collection[ArtefactKind]) -> Mapping[ArtefactKind, Artefact]:
        await self._reach()
        delivered = {item.artefact_id: item.delivery.result for batch in self.batches for item in batch.artefacts}
        current = {kind: delivered.get(one.id) for kind, one in self.states[concept_id].artefacts.items() if one.id}
        return {kind: one for kind, one in current.items() if kind in kinds and one and not isinstance(one, Failure)}

    async def start(self, concept_ids: Sequence[str]) -> Sequence[Event]:
        await self._reach()
        return self._apply(StartConcepts(concept_ids))

    async def save(self, batch: Batch) -> Sequence[Event]:
        await self._reach()
        self.before_save()
        if any(batch.batch_id == saved.batch_id for saved in self.batches):
            return self.events[-len(batch.started) - batch.size - 1 :]
        self.batches.append(batch)
        return self._apply(SaveBatch(batch))

    async def finish(self) -> Sequence[Event]:
        await self._reach()
        return self._apply(FinishRun())

    async def pause(self, reason: Failure) -> Sequence[Event]:
        await self._reach()
        return self._apply(PauseRun(reason))

    async def _reach(self) -> None:
        await asyncio.sleep(0)
        if self.away:
            raise StoreUnavailable("away")
        if not self.owned:
            raise OwnershipLost

    def _apply(self, change: Change) -> Sequence[Event]:
        task = TaskState(id=self._task_id, kind=TaskKind.CONTENT, status=self.status)
        state = RoadmapState(
            roadmap_id=self._roadmap_id,
            position=self._position,
            task=task,
            concepts=self.states,
            names=self._names,
        )
        entry = apply(state, change)
        self.states = {**self.states, **entry.concepts}
        self._position, self.status = entry.position, entry.task.status
        self.events += entry.events
        return entry.events


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
