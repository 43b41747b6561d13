"""Events: committed facts about a roadmap, as they are stored, published and sent to browsers."""

from datetime import datetime
from functools import cached_property
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict

from app.domain.base import FrozenModel
from app.domain.changes import Changes, ShownFailure
from app.domain.content.kind import ArtefactKind
from app.domain.content.status import ArtefactStatus, ContentStatus
from app.domain.failure_sentences import Details
from app.domain.failures import FailureCode
from app.domain.roadmap import Stage
from app.domain.tasks import Progress, RoadmapStatus, TaskKind, TaskStatus
from app.domain.usage import Usage


class Envelope(TypedDict):
    """The fields that all events share."""

    roadmap_id: UUID
    task_id: UUID
    seq: int
    epoch: UUID
    at: datetime
    changes: Changes


class _Event(FrozenModel):
    """`seq` is gapless within a roadmap and an `epoch`. Applying an event twice changes nothing: `changes` says what is
    so now."""

    roadmap_id: UUID
    task_id: UUID
    seq: int
    epoch: UUID
    at: datetime
    changes: Changes | None = None
    """None in events of earlier versions; a client that receives one reads the roadmap again."""

    @cached_property
    def encoded(self) -> str:
        """Its JSON, which is stored and sent."""
        return self.model_dump_json()


class TaskQueued(_Event):
    """A task waits for a worker: it is new, was resumed, or lost its worker. Nothing is being written: `generating`
    artefacts are pending again. With `retries`, failed ones are, too; `returns_to` is the roadmap's state after a
    revision."""

    type: Literal["task_queued"] = "task_queued"
    kind: TaskKind
    retries: bool = False
    returns_to: RoadmapStatus | None = None


class TaskStarted(_Event):
    """A worker picked up the task. Nothing is being written yet: `generating` artefacts are pending again."""

    type: Literal["task_started"] = "task_started"
    kind: TaskKind
    total: int
    """Concepts of the roadmap; while it is being drafted, those asked for."""


class OutlineReady(_Event):
    """The outline is ready (newly drafted, edited or revised). A `concept_changed` follows for each concept that came
    back with content."""

    type: Literal["outline_ready"] = "outline_ready"
    title: str
    stages: tuple[Stage, ...]
    concepts: int
    revision: int | None = None
    can_undo: bool = False
    can_redo: bool = False
    usage: Usage | None = None
    """The author's usage for it; None for an edit."""


class ConceptStart(_Event):
    type: Literal["concept_start"] = "concept_start"
    concept_id: str
    concept_name: str


class ConceptComplete(_Event):
    """All artefacts are saved and can be opened."""

    type: Literal["concept_complete"] = "concept_complete"
    concept_id: str
    concept_name: str
    tutorial_id: UUID
    content_summary: str
    resources_id: UUID
    resources_count: int
    quiz_id: UUID
    quiz_questions_count: int
    progress: Progress


class ConceptFailed(_Event):
    """Some or all artefacts of a concept failed; the others are saved and can be opened. `code`, `message`,
    `details` and `retryable` are those of the first of the `failures`."""

    type: Literal["concept_failed"] = "concept_failed"
    concept_id: str
    concept_name: str
    failed: tuple[ArtefactKind, ...]
    code: FailureCode
    message: str
    details: Details = Field(default_factory=dict)
    retryable: bool
    failures: tuple[ShownFailure, ...] = ()
    """Empty in events of earlier versions."""
    tutorial_id: UUID | None
    content_summary: str | None
    resources_id: UUID | None
    resources_count: int | None
    quiz_id: UUID | None
    quiz_questions_count: int | None
    progress: Progress

    @property
    def content_status(self) -> ContentStatus:
        """`partial` where some artefact of the concept is there."""
        for concept in self.changes.get("concepts", ()) if self.changes else ():
            if concept["concept_id"] == self.concept_id:
                return concept["content_status"]
        return ContentStatus.FAILED


class ConceptChanged(_Event):
    """The whole state of one concept, after something other than an author's delivery changed it: another version was
    requested or cancelled, an earlier one was restored, the concept came back, or it was marked as learned."""

    type: Literal["concept_changed"] = "concept_changed"
    concept_id: str
    concept_name: str
    tutorial_status: ArtefactStatus
    tutorial_id: UUID | None
    content_summary: str | None
    resources_status: ArtefactStatus
    resources_id: UUID | None
    resources_count: int | None
    quiz_status: ArtefactStatus
    quiz_id: UUID | None
    quiz_questions_count: int | None
    failures: tuple[ShownFailure, ...]
    learned_at: datetime | None
    progress: Progress


class SavedArtefact(FrozenModel):
    """An artefact of an unfinished concept, with what is shown of it: a tutorial's summary, the count of resources or
    of questions, or why it failed."""

    concept_id: str
    artefact: ArtefactKind
    status: ArtefactStatus
    artefact_id: UUID | None
    content_summary: str | None = None
    count: int | None = None
    failure: ShownFailure | None = None


class BatchSaved(_Event):
    """A batch was saved. `size` counts the concepts that it finished; `artefacts` are the other artefacts in it."""

    type: Literal["batch_saved"] = "batch_saved"
    size: int
    artefacts: tuple[SavedArtefact, ...] = ()
    progress: Progress
    usage: Usage | None = None
    """The usage for what it saved; None in events of earlier versions."""


class TaskPaused(_Event):
    """Nothing is being written: `generating` artefacts are pending again. The code is `requested` if the learner asked
    for it."""

    type: Literal["task_paused"] = "task_paused"
    code: FailureCode | Literal["requested"]
    message: str
    details: Details = Field(default_factory=dict)


class Completed(_Event):
    """The run has ended; `status` is `partial` when some concepts lack an artefact."""

    type: Literal["completed"] = "completed"
    status: Literal[TaskStatus.COMPLETED, TaskStatus.PARTIAL]
    progress: Progress
    usage: Usage


class Failed(_Event):
    """The task failed as a whole. Nothing is being written. `usage` is that of a failed outline."""

    type: Literal["failed"] = "failed"
    code: FailureCode
    message: str
    details: Details = Field(default_factory=dict)
    usage: Usage | None = None


class Cancelled(_Event):
    """Nothing new is written. Content finished at that moment may still be saved, and is announced as usual."""

    type: Literal["cancelled"] = "cancelled"
    progress: Progress


Event = Annotated[
    TaskQueued
    | TaskStarted
    | OutlineReady
    | ConceptStart
    | ConceptComplete
    | ConceptFailed
    | ConceptChanged
    | BatchSaved
    | TaskPaused
    | Completed
    | Failed
    | Cancelled,
    Field(discriminator="type"),
]

event_adapter: TypeAdapter[Event] = TypeAdapter(Event)
