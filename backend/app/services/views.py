"""What the API answers with: the shapes that clients rely on, which the OpenAPI document shows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from app.domain.content import ArtefactKind, ArtefactStatus, ContentStatus, QuestionType, Resources, Tutorial
from app.domain.outline_diff import OutlineChange
from app.domain.outline_operations import Operation
from app.domain.outline_prerequisites import DroppedPrerequisite
from app.domain.outline_revision import RevisionKind
from app.domain.roadmap import Difficulty
from app.domain.tasks import RoadmapStatus, TaskKind, TaskStatus
from app.domain.usage import Usage


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class ProgressView(_View):
    total: int
    completed: int
    partial: int
    failed: int
    generating: int
    pending: int


class TaskError(_View):
    code: str
    message: str


class TaskView(_View):
    task_id: UUID
    roadmap_id: UUID
    kind: TaskKind
    status: TaskStatus
    returns_to: RoadmapStatus | None
    usage: Usage
    error: TaskError | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class TaskErrorDetail(TaskError):
    """`raw_answer` is what the model answered where it could not be used: of a failed draft, for a week."""

    raw_answer: str | None = None


class TaskDetail(TaskView):
    progress: ProgressView
    error: TaskErrorDetail | None


class ArtefactFailure(_View):
    artefact: ArtefactKind
    code: str
    message: str
    retryable: bool


class ConceptView(_View):
    concept_id: str
    name: str
    description: str
    estimated_hours: float
    difficulty: Difficulty
    keywords: list[str]
    prerequisites: list[str]
    content_status: ContentStatus
    tutorial_status: ArtefactStatus
    tutorial_id: UUID | None
    content_summary: str | None
    resources_status: ArtefactStatus
    resources_id: UUID | None
    resources_count: int | None
    quiz_status: ArtefactStatus
    quiz_id: UUID | None
    quiz_questions_count: int | None
    failures: Sequence[ArtefactFailure]
    learned_at: datetime | None


class ArtefactFailureDetail(ArtefactFailure):
    """`raw_answer` is what the model answered where it could not be used; kept for a week."""

    raw_answer: str | None


class ModuleView(_View):
    module_id: str
    name: str
    description: str
    concepts: list[ConceptView]


class StageView(_View):
    stage_id: str
    name: str
    description: str
    order: int
    modules: list[ModuleView]


class RoadmapSummary(_View):
    """`imported_at` is when it came from a file, if it did: then author, date and usage are what the file says."""

    roadmap_id: UUID
    title: str
    goal: str
    language: str
    status: RoadmapStatus
    author: str
    created_at: datetime
    imported_at: datetime | None = None
    progress: ProgressView


class RoadmapView(RoadmapSummary):
    """Everything visible of a roadmap, as it stood when event `seq` had been committed. `revision` is the number of the
    outline's; it is null, and there are no stages, until the first draft is there."""

    revision: int | None
    can_undo: bool
    can_redo: bool
    seq: int
    epoch: UUID
    task: TaskView
    usage: Usage
    stages: list[StageView]


class EditedRoadmapView(RoadmapView):
    """The roadmap after an edit of its outline. `dropped_prerequisites` are those that the edit has put after what
    needed them: they are not needed any more. Left out where there are none."""

    dropped_prerequisites: list[DroppedPrerequisite] = []


class EstimateView(_View):
    """What it would take to write all that is missing. `cost_usd` is null when the model's price is not known."""

    author: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    unpriced: bool
    minutes: float


class ListedRoadmap(RoadmapSummary):
    """`studied_at` is when the learner has last worked with it, `deleted_at` when it was put into the trash."""

    studied_at: datetime
    deleted_at: datetime | None


class RoadmapPage(_View):
    items: list[ListedRoadmap]
    next_cursor: str | None


class TutorialView(Tutorial):
    """A tutorial with its identity and version, who wrote it by which version of the prompt, and what that cost. Where
    it is `imported`, all of that is what a file says, and so is the verdict on a resource."""

    tutorial_id: UUID
    version: int
    author: str
    prompt: str | None
    usage: Usage
    created_at: datetime
    imported: bool = False


class ResourcesView(Resources):
    resources_id: UUID
    version: int
    author: str
    prompt: str | None
    usage: Usage
    created_at: datetime
    imported: bool = False


class OptionView(_View):
    """An option as it is offered: without saying whether it is right."""

    option_id: str
    text: str


class QuestionView(_View):
    """A question as it is asked: without its answer."""

    question_id: str
    type: QuestionType
    prompt: str
    options: list[OptionView]


class QuizView(_View):
    kind: Literal[ArtefactKind.QUIZ]
    questions: list[QuestionView]
    quiz_id: UUID
    version: int
    author: str
    prompt: str | None
    usage: Usage
    created_at: datetime
    imported: bool = False


class MarkedQuestionView(_View):
    question_id: str
    correct: bool
    correct_options: list[str]
    explanation: str


class MarkedQuizView(_View):
    """`score` is the share of questions that were answered right, from 0 to 1."""

    score: float
    questions: list[MarkedQuestionView]


class ConceptDetail(ConceptView):
    roadmap_id: UUID
    failures: Sequence[ArtefactFailureDetail]
    tutorial: TutorialView | None
    resources: ResourcesView | None
    quiz: QuizView | None


class VersionView(_View):
    """A version of an artefact, without its body."""

    artefact: ArtefactKind
    artefact_id: UUID
    version: int
    author: str
    prompt: str | None
    created_at: datetime
    imported: bool = False
    current: bool


class Versions(_View):
    items: list[VersionView]


class RevisionSummary(_View):
    """A step in the history of an outline. `feedback` is what the learner asked for by words, `note` the author's
    answer; `current` is the one that the outline is."""

    number: int
    kind: RevisionKind
    feedback: str | None
    note: str | None
    operations: list[Operation] | None
    created_at: datetime
    current: bool


class Revisions(_View):
    items: list[RevisionSummary]


class RevisionView(RevisionSummary):
    """`changes` are against the step before; there are none for the oldest that is kept."""

    changes: list[OutlineChange]


class Accepted(_View):
    task_id: UUID


class Created(Accepted):
    roadmap_id: UUID
    status: RoadmapStatus


class FieldFault(_View):
    """What is wrong with a field of the request, which is named by the path to it."""

    field: str
    message: str


class Problem(_View):
    """RFC 9457 problem details. `errors` are the first faults of what was sent, of `errors_total` in all."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    retryable: bool
    request_id: str
    errors: list[FieldFault] = []
    errors_total: int | None = None


class CheckView(_View):
    ok: bool
    message: str


class Readiness(_View):
    """Whether everything is there that the API needs: a check for the database, its schema, and Redis."""

    status: Literal["ready", "not_ready"]
    checks: dict[str, CheckView]


class Health(_View):
    status: Literal["ok"]
