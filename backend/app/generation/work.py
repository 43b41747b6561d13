"""What the core works on: briefs for the author, what it delivers, and the batches handed to the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar
from uuid import UUID

from app.domain.base import new_id
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import Artefact
from app.domain.failures import Failure
from app.domain.roadmap import Concept, LearningRequest, Outline
from app.domain.usage import NOTHING, Usage

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(Generic[T_co]):
    """What an author returned, and what it cost. A `Failure` costs too.

    `author` is who wrote an artefact, as shown to learners: `builtin:outline` or `provider:model`. `prompt` names the
    version of the prompt that was used; `raw_answer` is what a model had answered where that could not be used.
    """

    result: T_co | Failure
    author: str | None = None
    usage: Usage = NOTHING
    prompt: str | None = None
    raw_answer: str | None = None

    def with_result(self, result: T | Failure) -> "Delivery[T]":
        """The same with what has become of the result; only a failure keeps the raw answer."""
        raw_answer = self.raw_answer if isinstance(result, Failure) else None
        return Delivery(result=result, author=self.author, usage=self.usage, prompt=self.prompt, raw_answer=raw_answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptBrief:
    """All that an author is told about the concept that it writes for; `instructions` are what the learner wants of
    another version. `sources` are the artefacts of the concept that its kind reads, those of them that there are."""

    concept: Concept
    stage_name: str
    module_name: str
    request: LearningRequest
    outline: Outline
    instructions: str | None = None
    sources: Mapping[ArtefactKind, Artefact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingConcept:
    """A concept with the artefacts that it still lacks, and what the learner wants of them."""

    brief: ConceptBrief
    missing: tuple[ArtefactKind, ...]
    instructions: Mapping[ArtefactKind, str] = field(default_factory=dict)

    def brief_for(self, kind: ArtefactKind) -> ConceptBrief:
        return replace(self.brief, instructions=self.instructions.get(kind))

    @property
    def concept_id(self) -> str:
        return self.brief.concept.concept_id


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedArtefact:
    """An artefact as its author delivered it; `artefact_id` makes saving it twice harmless."""

    concept_id: str
    kind: ArtefactKind
    delivery: Delivery[Artefact]
    artefact_id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What the buffer hands over to be saved in one transaction.

    `finished` are the concepts of which nothing is left to write; `artefacts` may belong to others, too. `started`
    are concepts whose start has not been saved before.
    """

    artefacts: tuple[FinishedArtefact, ...]
    finished: tuple[str, ...]
    started: tuple[str, ...] = ()
    batch_id: UUID = field(default_factory=new_id)

    def with_failed(self, failed: Mapping[UUID, Failure]) -> "Batch":
        """The batch with some artefacts, by their ids, failed after all; what they have cost stays."""
        return replace(
            self,
            artefacts=tuple(
                replace(item, delivery=replace(item.delivery, result=failed[item.artefact_id], raw_answer=None))
                if item.artefact_id in failed
                else item
                for item in self.artefacts
            ),
        )

    @property
    def size(self) -> int:
        """The number of finished concepts."""
        return len(self.finished)

    @property
    def concept_ids(self) -> set[str]:
        """All concepts that the batch touches."""
        return {item.concept_id for item in self.artefacts} | set(self.finished) | set(self.started)
