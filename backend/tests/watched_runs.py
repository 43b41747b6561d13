"""Runs to watch: events in their order, and the answers that the API gives at any point of them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import reduce
from typing import Any
from uuid import UUID

from factories import an_outline

from app.cli.watching.reducer import apply
from app.cli.watching.state import Watched
from app.domain.content import ArtefactKind, ArtefactStatus
from app.domain.events import (
    BatchSaved,
    Cancelled,
    Completed,
    ConceptComplete,
    ConceptFailed,
    ConceptStart,
    Event,
    Failed,
    OutlineReady,
    SavedArtefact,
    TaskPaused,
    TaskQueued,
    TaskStarted,
)
from app.domain.failures import FailureCode
from app.domain.roadmap import Outline
from app.domain.tasks import Progress, TaskKind, TaskStatus
from app.domain.usage import Usage
from app.reading.views import RoadmapView

ROADMAP = UUID("01990000-0000-7000-8000-000000000001")
DRAFT = UUID("01990000-0000-7000-8000-000000000002")
CONTENT = UUID("01990000-0000-7000-8000-000000000003")
ARTEFACT = UUID("01990000-0000-7000-8000-000000000004")
EPOCH = UUID("01990000-0000-4000-8000-000000000005")
AT = datetime(2026, 3, 1, 12, 3, 4, tzinfo=UTC)


class Run:
    """Makes events of one roadmap, each with the next number."""

    def __init__(self, outline: Outline | None = None) -> None:
        self.outline = outline or an_outline()
        self.events: list[Event] = []
        self.task_id = DRAFT

    def _envelope(self) -> dict[str, Any]:
        return {
            "roadmap_id": ROADMAP,
            "task_id": self.task_id,
            "seq": len(self.events) + 1,
            "epoch": EPOCH,
            "at": AT,
        }

    def drafted(self) -> "Run":
        self.events.append(TaskQueued(**self._envelope(), kind=TaskKind.DRAFT))
        self.events.append(TaskStarted(**self._envelope(), kind=TaskKind.DRAFT, total=3))
        return self.outlined()

    def outlined(self, outline: Outline | None = None) -> "Run":
        self.outline = outline or self.outline
        concepts = len(list(self.outline.concepts))
        self.events.append(
            OutlineReady(**self._envelope(), title=self.outline.title, stages=self.outline.stages, concepts=concepts)
        )
        return self

    def approved(self, task_id: UUID = CONTENT) -> "Run":
        return self.queued(task_id).started()

    def queued(self, task_id: UUID = CONTENT, *, retries: bool = False) -> "Run":
        self.task_id = task_id
        self.events.append(TaskQueued(**self._envelope(), kind=TaskKind.CONTENT, retries=retries))
        return self

    def started(self) -> "Run":
        total = len(list(self.outline.concepts))
        self.events.append(TaskStarted(**self._envelope(), kind=TaskKind.CONTENT, total=total))
        return self

    def writing(self, *concept_ids: str) -> "Run":
        for concept_id in concept_ids:
            name = self._name(concept_id)
            self.events.append(ConceptStart(**self._envelope(), concept_id=concept_id, concept_name=name))
        return self

    def ready(self, *concept_ids: str) -> "Run":
        for concept_id in concept_ids:
            self.events.append(
                ConceptComplete(
                    **self._envelope(),
                    concept_id=concept_id,
                    concept_name=self._name(concept_id),
                    tutorial_id=ARTEFACT,
                    content_summary="About it.",
                    resources_id=ARTEFACT,
                    resources_count=2,
                    quiz_id=ARTEFACT,
                    quiz_questions_count=1,
                    progress=Progress(),
                )
            )
        return self

    def without(self, concept_id: str, *failed: ArtefactKind, message: str = "The author took too long.") -> "Run":
        self.events.append(
            ConceptFailed(
                **self._envelope(),
                concept_id=concept_id,
                concept_name=self._name(concept_id),
                failed=failed,
                code=FailureCode.TIMEOUT,
                message=message,
                retryable=True,
                tutorial_id=None,
                content_summary=None,
                resources_id=None,
                resources_count=None,
                quiz_id=None,
                quiz_questions_count=None,
                progress=Progress(),
            )
        )
        return self

    def saved(self, concept_id: str, artefact: ArtefactKind, status: ArtefactStatus) -> "Run":
        one = SavedArtefact(concept_id=concept_id, artefact=artefact, status=status, artefact_id=None)
        self.events.append(BatchSaved(**self._envelope(), size=0, artefacts=(one,), progress=Progress()))
        return self

    def paused(self, message: str = "The key is not accepted.") -> "Run":
        self.events.append(TaskPaused(**self._envelope(), code=FailureCode.UNAUTHORISED, message=message))
        return self

    def completed(self, *, partly: bool = False) -> "Run":
        status: Any = TaskStatus.PARTIAL if partly else TaskStatus.COMPLETED
        self.events.append(Completed(**self._envelope(), status=status, progress=Progress(), usage=Usage()))
        return self

    def failed(self, message: str = "The author cannot be reached.") -> "Run":
        self.events.append(Failed(**self._envelope(), code=FailureCode.UNAVAILABLE, message=message))
        return self

    def cancelled(self) -> "Run":
        self.events.append(Cancelled(**self._envelope(), progress=Progress()))
        return self

    @property
    def state(self) -> Watched:
        return after(self.events)

    def _name(self, concept_id: str) -> str:
        return next((c.name for c in self.outline.concepts if c.concept_id == concept_id), "Gone")


def after(events: Sequence[Event]) -> Watched:
    """What a watcher knows who has seen all these events."""
    new = Watched(
        roadmap_id=ROADMAP,
        epoch=EPOCH,
        seq=0,
        title="Learn SQL for data analysis",
        author="builtin:outline",
        task_id=DRAFT,
        kind=TaskKind.DRAFT,
        task_status=TaskStatus.QUEUED,
        returns_to=None,
        reason=None,
        stages=(),
        concepts={},
    )
    return reduce(apply, events, new)


def as_answered(state: Watched) -> RoadmapView:
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
        "returns_to": state.returns_to,
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
            "can_undo": False,
            "can_redo": False,
            "seq": state.seq,
            "epoch": state.epoch,
            "task": task,
            "usage": {},
            "stages": stages,
        }
    )


def _concept(state: Watched, concept_id: str, name: str) -> dict[str, Any]:
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
        "tutorial_status": concept.tutorial_status,
        "tutorial_id": None,
        "content_summary": None,
        "resources_status": concept.resources_status,
        "resources_id": None,
        "resources_count": None,
        "quiz_status": concept.quiz_status,
        "quiz_id": None,
        "quiz_questions_count": None,
        "failures": [],
        "learned_at": None,
    }
