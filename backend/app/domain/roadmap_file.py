"""A roadmap as a document: all that belongs to it, under no id, to be kept or taken elsewhere.

It is checked when it comes in: everything in it is bounded. What goes out is written as it is stored. A file of version
1, which had three kinds of artefacts in fields of their own, is read as one of version 2.
"""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator
from typing_extensions import TypeAliasType

from app.domain.artefact_limits import ARTEFACT_LIMITS, size_fault
from app.domain.base import FrozenModel, OutlineId
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import FLAT_KINDS, KINDS, Artefact
from app.domain.content.kinds.quiz import Quiz
from app.domain.content.status import ArtefactStatus
from app.domain.failures import Failure
from app.domain.json_limits import JsonLimits
from app.domain.notes import NoteText
from app.domain.outline_operations import MAX_OPERATIONS
from app.domain.outline_revision import RevisionKind
from app.domain.question_reports import MAX_REPORTS, Reason
from app.domain.roadmap import NewRequest, Outline, Title
from app.domain.tasks import RoadmapStatus
from app.domain.usage import Usage
from app.domain.values import MAX_COUNT, Count, LengthLimit, Moment, Text

FORMAT: Final = "greenway-roadmap"
VERSION: Final = 2
MAX_FILE_VALUES = 3_000_000
"""Of a file in all: some 3,000 concepts with 50 revisions."""
MAX_FILE_CONCEPTS = 10_000
"""With those that edits have removed."""
MAX_FILE_REVISIONS = 100
MAX_FILE_VERSIONS = 200
"""Of one artefact."""
MAX_FAILURE_DETAILS = 10
"""Of one failure."""
MAX_FILE_COST = 1_000_000.0
"""US dollars."""

FILE_LIMITS = JsonLimits(
    values=MAX_FILE_VALUES,
    depth=20,
    fields=50,
    entries=MAX_FILE_CONCEPTS,
    text=20_000,
    within={"body": ARTEFACT_LIMITS},
)
"""What a file may hold, regardless of its meaning. `body` is a tutorial, a list of resources or a quiz."""

Version = Annotated[int, Field(ge=1, le=1_000_000)]
RevisionNumber = Annotated[int, Field(ge=1, le=1_000_000_000)]


class KeptUsage(Usage):
    """The usage that a file claims."""

    calls: Count = 0
    input_tokens: Count = 0
    output_tokens: Count = 0
    cost_usd: Annotated[float, Field(ge=0, le=MAX_FILE_COST)] = 0.0
    unpriced_calls: Count = 0


_Detail = Annotated[Text, Field(max_length=2000)] | Annotated[int, Field(ge=-MAX_COUNT, le=MAX_COUNT)] | float


class KeptFailure(Failure):
    message: Annotated[Text, Field(max_length=2000)]
    details: Annotated[dict[Annotated[Text, Field(max_length=50)], _Detail], LengthLimit(MAX_FAILURE_DETAILS)] = Field(
        default_factory=dict
    )


class KeptReport(FrozenModel):
    """A question that the learner has reported as wrong."""

    question_id: OutlineId
    reason: Reason
    created_at: Moment


class KeptNote(FrozenModel):
    """What the learner has written beside a concept."""

    markdown: NoteText
    updated_at: Moment


class KeptArtefact(FrozenModel):
    """One version of an artefact; `reports` are of questions of a quiz."""

    version: Version
    author: Annotated[Text, Field(max_length=500)]
    prompt: Annotated[Text, Field(max_length=200)] | None = None
    usage: KeptUsage | None = None
    created_at: Moment
    reports: Annotated[tuple[KeptReport, ...], LengthLimit(MAX_REPORTS)] = ()
    body: Artefact

    @model_validator(mode="after")
    def _claims_can_be_true(self) -> Self:
        if fault := KINDS[self.body.kind].claim_fault(self.body):
            raise ValueError(fault)
        return self

    @model_validator(mode="after")
    def _reports_are_of_its_questions(self) -> Self:
        questions = {one.question_id for one in self.body.questions} if isinstance(self.body, Quiz) else set()
        reported = [one.question_id for one in self.reports]
        if len(set(reported)) != len(reported) or not set(reported) <= questions:
            raise ValueError("has reports that are not of its questions, or two of the same one")
        return self

    @model_validator(mode="after")
    def _body_is_not_too_large(self) -> Self:
        if fault := size_fault(self.body):
            raise ValueError(f"has content that cannot be saved: {fault}")
        return self


class KeptState(FrozenModel):
    """The state of an artefact; `current` is the version that is shown."""

    status: ArtefactStatus = ArtefactStatus.PENDING
    current: Version | None = None
    failure: KeptFailure | None = None
    instructions: Annotated[Text, Field(max_length=2000)] | None = None
    versions: Annotated[tuple[KeptArtefact, ...], LengthLimit(MAX_FILE_VERSIONS)] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        numbers = [each.version for each in self.versions]
        if len(set(numbers)) != len(numbers):
            raise ValueError("has two versions with the same number")
        if self.current is not None and self.current not in numbers:
            raise ValueError(f"names version {self.current} as the current one, but has no such version")
        if self.status == ArtefactStatus.COMPLETED and self.current is None:
            raise ValueError("is completed without a current version")
        if (self.status == ArtefactStatus.FAILED) != (self.failure is not None):
            raise ValueError("has failed without a reason, or has a reason without having failed")
        return self


class KeptConcept(FrozenModel):
    """A concept of the outline, or one that an edit has `removed` and an undo would bring back."""

    concept_id: OutlineId
    removed: bool = False
    learned_at: Moment | None = None
    note: KeptNote | None = None
    artefacts: dict[ArtefactKind, KeptState] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _of_version_1(cls, data: Any) -> Any:
        """The first version had the kinds beside the other fields."""
        if not isinstance(data, dict) or "artefacts" in data:
            return data
        flat = {kind: data[kind] for kind in FLAT_KINDS if kind in data}
        return {name: value for name, value in data.items() if name not in flat} | {"artefacts": flat}

    @model_validator(mode="after")
    def _bodies_are_where_they_belong(self) -> Self:
        for kind, state in self.artefacts.items():
            if any(each.body.kind != kind for each in state.versions):
                raise ValueError(f"has another kind of artefact among the versions of its {kind}")
        return self


KeptOperation = TypeAliasType("KeptOperation", dict[str, Any])
"""An operation as it was when it was carried out, maybe by an earlier version of Greenway."""


class KeptRevision(FrozenModel):
    number: RevisionNumber
    kind: RevisionKind
    outline: Outline
    feedback: Annotated[Text, Field(max_length=2000)] | None = None
    operations: Annotated[tuple[KeptOperation, ...], LengthLimit(MAX_OPERATIONS)] | None = None
    note: Annotated[Text, Field(max_length=2000)] | None = None
    created_at: Moment


class RoadmapFile(FrozenModel):
    """`status` is one in which nothing is being written: artefacts that were being written at the export are
    pending."""

    format: Literal["greenway-roadmap"] = FORMAT
    version: Literal[1, 2] = VERSION
    request: NewRequest
    author: Annotated[Text, Field(min_length=1, max_length=500)]
    title: Title
    status: Literal[
        RoadmapStatus.AWAITING_REVIEW,
        RoadmapStatus.COMPLETED,
        RoadmapStatus.PARTIAL,
        RoadmapStatus.FAILED,
        RoadmapStatus.CANCELLED,
    ]
    failure: KeptFailure | None = None
    usage: KeptUsage = KeptUsage()
    created_at: Moment
    kinds: Annotated[tuple[ArtefactKind, ...], LengthLimit(len(ArtefactKind))] = FLAT_KINDS
    outline: Outline | None = None
    revision: RevisionNumber | None = None
    revisions: Annotated[tuple[KeptRevision, ...], LengthLimit(MAX_FILE_REVISIONS)] = ()
    concepts: Annotated[tuple[KeptConcept, ...], LengthLimit(MAX_FILE_CONCEPTS)] = ()

    @model_validator(mode="after")
    def _kinds_fit(self) -> Self:
        if len(set(self.kinds)) != len(self.kinds) or not set(FLAT_KINDS) <= set(self.kinds):
            raise ValueError(f"the kinds must be distinct and include {', '.join(FLAT_KINDS)}")
        if others := {kind for concept in self.concepts for kind in concept.artefacts} - set(self.kinds):
            raise ValueError(f"concepts have artefacts of other kinds than the roadmap: {', '.join(sorted(others))}")
        return self

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        ids = [concept.concept_id for concept in self.concepts]
        if len(set(ids)) != len(ids):
            raise ValueError("a concept occurs twice")
        outlined = {concept.concept_id for concept in self.outline.concepts} if self.outline else set()
        if outlined != {concept.concept_id for concept in self.concepts if not concept.removed}:
            raise ValueError("the concepts do not match the outline")
        by_number = {revision.number: revision for revision in self.revisions}
        if len(by_number) != len(self.revisions):
            raise ValueError("a revision occurs twice")
        current = by_number[self.revision].outline if self.revision in by_number else None
        if self.outline != current:
            raise ValueError("the outline does not match its revision")
        if self.outline is None and self.status not in (RoadmapStatus.FAILED, RoadmapStatus.CANCELLED):
            raise ValueError("a roadmap without an outline can only have failed or been cancelled")
        return self
