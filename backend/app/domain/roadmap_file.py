"""A roadmap as a document: all that belongs to it, under no id, to be kept or taken elsewhere."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from typing_extensions import TypeAliasType

from app.domain.base import Frozen, OutlineId
from app.domain.content import Artefact, ArtefactKind, ArtefactStatus
from app.domain.failures import Failure
from app.domain.outline_revision import RevisionKind
from app.domain.roadmap import LearningRequest, Outline, Title
from app.domain.tasks import RoadmapStatus
from app.domain.usage import Usage

Version = Annotated[int, Field(ge=1, le=1_000_000)]


class KeptArtefact(Frozen):
    """One version of an artefact."""

    version: Version
    author: Annotated[str, Field(max_length=500)]
    prompt: Annotated[str, Field(max_length=200)] | None = None
    usage: Usage | None = None
    created_at: datetime
    body: Artefact


class KeptState(Frozen):
    """How an artefact stands; `current` is the version that is shown."""

    status: ArtefactStatus = ArtefactStatus.PENDING
    current: Version | None = None
    failure: Failure | None = None
    instructions: Annotated[str, Field(max_length=2000)] | None = None
    versions: tuple[KeptArtefact, ...] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        numbers = [each.version for each in self.versions]
        if len(set(numbers)) != len(numbers):
            raise ValueError("has two versions of the same number")
        if self.current is not None and self.current not in numbers:
            raise ValueError(f"has no version {self.current}, which is said to be the current one")
        if self.status == ArtefactStatus.COMPLETED and self.current is None:
            raise ValueError("is completed without a current version")
        if (self.status == ArtefactStatus.FAILED) != (self.failure is not None):
            raise ValueError("has failed without a reason, or has a reason without having failed")
        return self


class KeptConcept(Frozen):
    """A concept of the outline, or one that an edit has `removed` and an undo would bring back."""

    concept_id: OutlineId
    removed: bool = False
    learned_at: datetime | None = None
    tutorial: KeptState = KeptState()
    resources: KeptState = KeptState()
    quiz: KeptState = KeptState()

    @model_validator(mode="after")
    def _bodies_are_where_they_belong(self) -> Self:
        for kind, state in self.states.items():
            if any(each.body.kind != kind for each in state.versions):
                raise ValueError(f"has something else among the versions of its {kind}")
        return self

    @property
    def states(self) -> dict[ArtefactKind, KeptState]:
        return {
            ArtefactKind.TUTORIAL: self.tutorial,
            ArtefactKind.RESOURCES: self.resources,
            ArtefactKind.QUIZ: self.quiz,
        }


KeptOperation = TypeAliasType("KeptOperation", dict[str, Any])
"""An operation as it was when it was carried out, maybe by an earlier version of Greenway."""


class KeptRevision(Frozen):
    number: Annotated[int, Field(ge=1, le=1_000_000_000)]
    kind: RevisionKind
    outline: Outline
    feedback: str | None = None
    operations: list[KeptOperation] | None = None
    note: str | None = None
    created_at: datetime


class RoadmapFile(Frozen):
    """`status` is one in which nothing goes on: what was being written when the document was made, waits in it."""

    format: Literal["greenway-roadmap"] = "greenway-roadmap"
    version: Literal[1] = 1
    request: LearningRequest
    author: Annotated[str, Field(min_length=1, max_length=500)]
    title: Title
    status: Literal[
        RoadmapStatus.AWAITING_REVIEW,
        RoadmapStatus.COMPLETED,
        RoadmapStatus.PARTIAL,
        RoadmapStatus.FAILED,
        RoadmapStatus.CANCELLED,
    ]
    failure: Failure | None = None
    usage: Usage = Usage()
    created_at: datetime
    outline: Outline | None = None
    revision: int | None = None
    revisions: Annotated[tuple[KeptRevision, ...], Field(max_length=100)] = ()
    concepts: tuple[KeptConcept, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        ids = [concept.concept_id for concept in self.concepts]
        if len(set(ids)) != len(ids):
            raise ValueError("a concept is there twice")
        outlined = {concept.concept_id for concept in self.outline.concepts} if self.outline else set()
        if outlined != {concept.concept_id for concept in self.concepts if not concept.removed}:
            raise ValueError("the concepts are not those of the outline")
        by_number = {revision.number: revision for revision in self.revisions}
        if len(by_number) != len(self.revisions):
            raise ValueError("a revision is there twice")
        current = by_number[self.revision].outline if self.revision in by_number else None
        if self.outline != current:
            raise ValueError("the outline is not the one of its revision")
        return self
