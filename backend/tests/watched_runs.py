"""Runs to watch: events in their order, and the answers that the API gives at any point of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import reduce
from typing import Any
from uuid import UUID

from factories import a_batch, an_outline, finished

from app.cli.watching.reducer import apply
from app.cli.watching.state import WatchedRoadmap
from app.domain.content.concept_state import ConceptState
from app.domain.content.flat import flat_contents, flat_statuses
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import KINDS
from app.domain.events import Event
from app.domain.failures import Failure, FailureCode
from app.domain.outline_revision import HistoryPosition
from app.domain.roadmap import Outline
from app.domain.state_machine import allowed
from app.domain.tasks import Progress, RoadmapStatus, TaskKind, TaskStatus
from app.domain.usage import Usage
from app.generation.ledger import Position, RoadmapState, TaskState
from app.generation.ledger import apply as apply_change
from app.generation.roadmap_changes import (
    CancelTask,
    Change,
    FailTask,
    FinishRun,
    PauseRun,
    PutOutline,
    QueueTask,
    RequeueTask,
    SaveBatch,
    StartConcepts,
    StartTask,
)
from app.generation.work import Batch
from app.reading.views import RoadmapView

ROADMAP = UUID("01990000-0000-7000-8000-000000000001")
DRAFT = UUID("01990000-0000-7000-8000-000000000002")
CONTENT = UUID("01990000-0000-7000-8000-000000000003")
EPOCH = UUID("01990000-0000-4000-8000-000000000005")
AT = datetime(2026, 3, 1, 12, 3, 4, tzinfo=UTC)


class Run:
    """Makes events of one roadmap, as the ledger does. A step that cannot follow is left out."""

    def __init__(self, outline: Outline | None = None) -> None:
        self.outline = outline or an_outline()
        self.events: list[Event] = []
        self._known = RoadmapState(
            roadmap_id=ROADMAP,
            position=Position(seq=0, epoch=EPOCH, progress=Progress()),
            task=TaskState(id=DRAFT, kind=TaskKind.DRAFT, status=TaskStatus.QUEUED, is_new=True),
        )

    def drafted(self) -> "Run":
        self._apply(QueueTask())
        self._status(TaskStatus.RUNNING)
        self._apply(StartTask(3))
        return self.outlined()

    def outlined(self, outline: Outline | None = None) -> "Run":
        self.outline = outline or self.outline
        known = self._known.concepts
        kept = {
            concept.concept_id: known.get(concept.concept_id, ConceptState.waiting(concept.concept_id))
            for concept in self.outline.concepts
        }
        task = self._known.task
        change = PutOutline(
            outline=self.outline,
            history=HistoryPosition(revision=1, can_undo=False, can_redo=False),
            progress=Progress.of(concept.status for concept in kept.values()),
            usage=Usage() if task.kind == TaskKind.DRAFT and task.status == TaskStatus.RUNNING else None,
        )
        names = {concept.concept_id: concept.name for concept in self.outline.concepts}
        self._known = replace(self._known, concepts={}, names=names)
        self._apply(change)
        self._known = replace(self._known, concepts=kept)
        return self

    def approved(self, task_id: UUID = CONTENT) -> "Run":
        return self.queued(task_id).started()

    def queued(self, task_id: UUID = CONTENT, *, retries: bool = False) -> "Run":
        """A new task; or the one that there is, which has lost its worker."""
        if task_id == self._known.task.id and self._known.task.status == TaskStatus.RUNNING:
            return self._apply(RequeueTask())
        task = TaskState(id=task_id, kind=TaskKind.CONTENT, status=TaskStatus.QUEUED, is_new=True)
        self._known = replace(self._known, task=task)
        return self._apply(QueueTask(retries))

    def started(self) -> "Run":
        if self._known.task.status == TaskStatus.QUEUED:
            self._status(TaskStatus.RUNNING)
            self._apply(StartTask())
        return self

    def writing(self, *concept_ids: str) -> "Run":
        for concept_id in concept_ids:
            if concept_id in self._known.concepts:
                self._apply(StartConcepts([concept_id]))
        return self

    def ready(self, *concept_ids: str) -> "Run":
        for concept_id in concept_ids:
            self._saved(a_batch(concept_id))
        return self

    def without(self, concept_id: str, *failed: ArtefactKind, message: str = "The author took too long.") -> "Run":
        late = Failure(code=FailureCode.TIMEOUT, message=message)
        results = [finished(concept_id, kind, late if kind in failed else None) for kind in ArtefactKind]
        return self._saved(Batch(artefacts=tuple(results), finished=(concept_id,)))

    def saved(self, concept_id: str, artefact: ArtefactKind, *, failed: bool = False) -> "Run":
        result = Failure(code=FailureCode.TIMEOUT, message="It took too long.") if failed else None
        known = self._known_with(concept_id)
        self._known = replace(self._known, removed=known)
        return self._apply(SaveBatch(Batch(artefacts=(finished(concept_id, artefact, result),), finished=())))

    def paused(self, message: str = "The key is not accepted.") -> "Run":
        return self._apply(PauseRun(Failure(code=FailureCode.UNAUTHORISED, message=message)))

    def completed(self) -> "Run":
        return self._apply(FinishRun())

    def failed(self, message: str = "The author cannot be reached.") -> "Run":
        return self._apply(FailTask(Failure(code=FailureCode.UNAVAILABLE, message=message)))

    def cancelled(self) -> "Run":
        return self._apply(CancelTask()) if self._known.task.status.is_active else self

    def _saved(self, batch: Batch) -> "Run":
        """What is finished, without the event that tells of the batch."""
        [concept_id] = batch.finished
        self._known = replace(self._known, removed=self._known_with(concept_id))
        before = len(self.events)
        self._apply(SaveBatch(batch))
        if len(self.events) > before:
            self.events.pop()
            position = self._known.position
            self._known = replace(self._known, position=replace(position, seq=position.seq - 1))
        return self

    def _known_with(self, concept_id: str) -> dict[str, ConceptState]:
        return {} if concept_id in self._known.concepts else {concept_id: ConceptState.waiting(concept_id)}

    def _status(self, status: TaskStatus) -> None:
        self._known = replace(self._known, task=replace(self._known.task, status=status))

    def _apply(self, change: Change) -> "Run":
        entry = apply_change(self._known, change)
        self.events += [event.model_copy(update={"at": AT}) for event in entry.events]
        self._known = replace(
            self._known,
            position=entry.position,
            task=replace(entry.task, is_new=False),
            concepts={**self._known.concepts, **entry.concepts},
            removed={},
        )
        return self

    @property
    def state(self) -> WatchedRoadmap:
        return after(self.events)


def after(events: Sequence[Event]) -> WatchedRoadmap:
    """What a watcher knows who has seen all these events."""
    new = WatchedRoadmap(
        roadmap_id=ROADMAP,
        epoch=EPOCH,
        seq=0,
        title="Learn SQL for data analysis",
        author="builtin:outline",
        task_id=DRAFT,
        kind=TaskKind.DRAFT,
        task_status=TaskStatus.QUEUED,
        status=RoadmapStatus.DRAFTING,
        progress=Progress(),
        reason=None,
        kinds=tuple(KINDS),
        stages=(),
        concepts={},
    )
    return reduce(apply, events, new)


def as_answered(state: WatchedRoadmap) -> RoadmapView:
    """The API's answer for a roadmap in this state."""
    error = {"code": "unavailable", "message": state.reason} if state.reason else None
    progress = state.progress.model_dump()
    stages = [
        {
            "stage_id": f"s{s}",
            "name": stage.name,
            "description": "",
            "order": s + 1,
            "modules": [
                {
                    "module_id": f"m{s}-{m}",
                    "name": module.name,
                    "description": "",
                    "concepts": [_concept(state, shown.concept_id, shown.name) for shown in module.concepts],
                }
                for m, module in enumerate(stage.modules)
            ],
        }
        for s, stage in enumerate(state.stages)
    ]
    task = {
        "task_id": state.task_id,
        "roadmap_id": state.roadmap_id,
        "kind": state.kind,
        "status": state.task_status,
        "returns_to": None,
        "usage": {},
        "error": error,
        "created_at": AT,
        "started_at": None,
        "ended_at": None,
    }
    return RoadmapView.model_validate(
        {
            "roadmap_id": state.roadmap_id,
            "title": state.title,
            "goal": "Learn SQL for data analysis",
            "language": "en",
            "status": state.status,
            "author": state.author,
            "created_at": AT,
            "progress": progress,
            "revision": 1 if stages else None,
            "kinds": state.kinds,
            "can_undo": False,
            "can_redo": False,
            "seq": state.seq,
            "epoch": state.epoch,
            "task": task,
            "usage": {},
            "allowed": allowed(state.status, state.kind),
            "stages": stages,
        }
    )


def _concept(state: WatchedRoadmap, concept_id: str, name: str) -> dict[str, Any]:
    concept = state.concepts[concept_id]
    return {
        "concept_id": concept_id,
        "name": name,
        "description": "",
        "estimated_hours": 1,
        "difficulty": "medium",
        "keywords": [],
        "prerequisites": [],
        "content_status": concept.status,
        "artefacts": {
            kind: {"status": one.status, "id": None, "glance": None, "failure": None}
            for kind, one in concept.artefacts.items()
        },
        **flat_statuses(concept),
        **flat_contents(concept),
        "failures": [],
        "learned_at": None,
    }
