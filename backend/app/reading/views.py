"""What the API answers with: the shapes that clients rely on, which the OpenAPI document shows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.domain.changes import ShownArtefact, ShownFailure
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds.quiz import QuestionType
from app.domain.content.kinds.resources import Resources
from app.domain.content.kinds.tutorial import Tutorial
from app.domain.content.status import ArtefactStatus, ContentStatus
from app.domain.failure_sentences import Details
from app.domain.outline_diff import OutlineChange
from app.domain.outline_operations import Operation
from app.domain.outline_prerequisites import DroppedPrerequisite
from app.domain.outline_revision import RevisionKind
from app.domain.roadmap import Difficulty
from app.domain.search import SearchSource
from app.domain.state_machine import Command
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
    """`message` is in the roadmap's language. `details` are what the sentence of the code names in any language."""

    code: str
    message: str
    details: Details = Field(default_factory=dict)


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
    """`raw_answer` is the model's unusable answer to a failed draft, kept for a week."""

    raw_answer: str | None = None


class TaskDetail(TaskView):
    progress: ProgressView
    error: TaskErrorDetail | None


class ConceptView(_View):
    """A concept with its artefacts by kind. The first three kinds also have fields of their own."""

    concept_id: str
    name: str
    description: str
    estimated_hours: float
    difficulty: Difficulty
    keywords: list[str]
    prerequisites: list[str]
    content_status: ContentStatus
    artefacts: dict[ArtefactKind, ShownArtefact]
    tutorial_status: ArtefactStatus
    tutorial_id: UUID | None
    content_summary: str | None
    resources_status: ArtefactStatus
    resources_id: UUID | None
    resources_count: int | None
    quiz_status: ArtefactStatus
    quiz_id: UUID | None
    quiz_questions_count: int | None
    failures: Sequence[ShownFailure]
    learned_at: datetime | None


class ArtefactFailureDetail(ShownFailure):
    """`raw_answer` is the model's unusable answer, kept for a week."""

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
    """`allowed` are the commands that are possible now. `imported_at` is set if the roadmap came from a file; author,
    date and usage are then the file's claims."""

    roadmap_id: UUID
    title: str
    goal: str
    language: str
    status: RoadmapStatus
    allowed: list[Command]
    author: str
    created_at: datetime
    imported_at: datetime | None = None
    progress: ProgressView


class RoadmapView(RoadmapSummary):
    """The whole roadmap, as of event `seq`. `kinds` are the kinds of artefacts that its concepts have. `revision` is
    the number of the outline's revision; until the first draft is ready, it is null, and there are no stages."""

    kinds: list[ArtefactKind]
    revision: int | None
    can_undo: bool
    can_redo: bool
    seq: int
    epoch: UUID
    task: TaskView
    usage: Usage
    stages: list[StageView]


class EditedRoadmapView(RoadmapView):
    """The roadmap after an edit of its outline. `dropped_prerequisites` are those that the edit dropped
    because they now come after the concept that requires them. Left out if there are none."""

    dropped_prerequisites: list[DroppedPrerequisite] = []


class EstimateView(_View):
    """An estimate for writing all missing content. `cost_usd` is null when the model's price is not known."""

    author: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    unpriced: bool
    minutes: float


class ListedRoadmap(RoadmapSummary):
    """`studied_at` is when the learner last worked with it, `deleted_at` when it was moved to the trash."""

    studied_at: datetime
    deleted_at: datetime | None


class RoadmapPage(_View):
    items: list[ListedRoadmap]
    next_cursor: str | None


class _WrittenArtefact(_View):
    """The version of an artefact, its author, the version of the prompt, and the cost. If it is `imported`, these and
    the verdict on each resource are the file's claims."""

    version: int
    author: str
    prompt: str | None
    usage: Usage
    created_at: datetime
    imported: bool = False


class TutorialView(Tutorial, _WrittenArtefact):
    """A tutorial with its author, date and cost."""

    tutorial_id: UUID


class ResourcesView(Resources, _WrittenArtefact):
    """Resources with their author, date and cost."""

    resources_id: UUID


class OptionView(_View):
    """An option, without saying whether it is right."""

    option_id: str
    text: str


class QuestionView(_View):
    """A question, without its answer."""

    question_id: str
    type: QuestionType
    prompt: str
    options: list[OptionView]


class ReportedQuestionView(_View):
    """A question that the learner has reported as wrong. It is neither shown nor marked."""

    question_id: str
    prompt: str
    reason: str
    created_at: datetime


class QuizView(_WrittenArtefact):
    """A quiz without its answers, with its author, date and cost. `reported` are the questions that were
    taken out. Left out if there are none."""

    kind: Literal[ArtefactKind.QUIZ]
    questions: list[QuestionView]
    reported: list[ReportedQuestionView] = []
    quiz_id: UUID


class MarkedQuestionView(_View):
    question_id: str
    correct: bool
    correct_options: list[str]
    explanation: str


class MarkedQuizView(_View):
    """`score` is the share of questions answered correctly, from 0 to 1."""

    score: float
    questions: list[MarkedQuestionView]


class ConceptDetail(ConceptView):
    roadmap_id: UUID
    failures: Sequence[ArtefactFailureDetail]
    tutorial: TutorialView | None
    resources: ResourcesView | None
    quiz: QuizView | None


class NoteView(_View):
    """The learner's note on a concept, in Markdown; empty if there is none."""

    markdown: str
    updated_at: datetime | None


class TextRange(_View):
    """From the character at `start` to before that at `end`, counted in Unicode characters."""

    start: int
    end: int


class MarkedText(_View):
    """A text, and where it holds what was searched for."""

    text: str
    matches: list[TextRange]


class SearchResult(_View):
    """A passage that was found. `anchor` is its place in the lesson: `section-2`, `example`, `exercises`, `mistakes` or
    `question-` with a question's id. It is null where there is none."""

    roadmap_id: UUID
    roadmap_title: str
    language: str
    concept_id: str
    concept_name: str
    source: SearchSource
    anchor: str | None
    heading: MarkedText
    excerpt: MarkedText


class SearchResults(_View):
    """What was found, the best first. `complete` is false while the index does not hold everything yet: ask again."""

    items: list[SearchResult]
    complete: bool


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
    """A revision in an outline's history. `feedback` is the learner's request in words, `note` the author's
    answer. `current` marks the outline's current revision."""

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
    """`changes` compare it with the revision before; the oldest one kept has none."""

    changes: list[OutlineChange]


class Accepted(_View):
    task_id: UUID


class FitView(_View):
    """How far a curated course of the built-in author covers a goal: the nearest course, the words of the goal that it
    covers, and those that nothing of it is about. Where some are `missing`, a general study plan is drafted instead."""

    course: str | None
    covered: list[str]
    missing: list[str]


class CourseView(_View):
    """A curated course of the built-in author. A goal of these words, `goal`, is drafted from it."""

    title: str
    goal: str
    concepts: int
    hours: float


class CourseList(_View):
    courses: list[CourseView]


class Created(Accepted):
    """`fit` says how far a curated course covers the goal; null when a model drafts."""

    roadmap_id: UUID
    status: RoadmapStatus
    fit: FitView | None = None


class CheckView(_View):
    ok: bool
    message: str


class Readiness(_View):
    """Whether the API's dependencies are available: the database, its schema, and Redis."""

    status: Literal["ready", "not_ready"]
    checks: dict[str, CheckView]


class Health(_View):
    status: Literal["ok"]


class About(_View):
    version: str
    author: str
    """The author of new content: `builtin`, or the name of a model."""
    max_concepts: int
    """The most concepts that a roadmap may have (GREENWAY_MAX_CONCEPTS)."""
    concept_commands: dict[ContentStatus, list[Command]]
    """The commands that make sense for a concept in each status, where the roadmap's `allowed` has them."""
