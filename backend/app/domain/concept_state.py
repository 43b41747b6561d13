"""The state of one concept's content, and how it changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, assert_never
from uuid import UUID

from app.domain.content import (
    Artefact,
    ArtefactKind,
    ArtefactStatus,
    ContentStatus,
    Quiz,
    Resources,
    Tutorial,
    content_status,
)
from app.domain.failures import Failure

SUMMARY_LENGTH = 280
"""Characters of a tutorial's summary that are kept with the concept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptState:
    """Statuses and ids of the current artefacts, and why what failed has failed."""

    concept_id: str
    tutorial_status: ArtefactStatus = ArtefactStatus.PENDING
    resources_status: ArtefactStatus = ArtefactStatus.PENDING
    quiz_status: ArtefactStatus = ArtefactStatus.PENDING
    tutorial_id: UUID | None = None
    resources_id: UUID | None = None
    quiz_id: UUID | None = None
    content_summary: str | None = None
    resources_count: int | None = None
    quiz_questions_count: int | None = None
    failures: Mapping[ArtefactKind, Failure] = field(default_factory=dict)

    @property
    def statuses(self) -> dict[ArtefactKind, ArtefactStatus]:
        return {
            ArtefactKind.TUTORIAL: self.tutorial_status,
            ArtefactKind.RESOURCES: self.resources_status,
            ArtefactKind.QUIZ: self.quiz_status,
        }

    @property
    def status(self) -> ContentStatus:
        return content_status(self.statuses.values())

    def having(self, status: ArtefactStatus) -> tuple[ArtefactKind, ...]:
        """The artefacts in a given state."""
        return tuple(kind for kind, actual in self.statuses.items() if actual == status)

    def started(self) -> "ConceptState":
        """Everything that waited is being written."""
        return self._turned({ArtefactStatus.PENDING}, ArtefactStatus.GENERATING)

    def waiting_again(self) -> "ConceptState":
        """Nothing is being written any more."""
        return self._turned({ArtefactStatus.GENERATING}, ArtefactStatus.PENDING)

    def retried(self) -> "ConceptState":
        """What failed waits to be written again."""
        turned = self._turned({ArtefactStatus.GENERATING, ArtefactStatus.FAILED}, ArtefactStatus.PENDING)
        return replace(turned, failures={})

    def delivered(self, kind: ArtefactKind, artefact_id: UUID, result: Artefact | Failure) -> "ConceptState":
        """An agent has delivered. A failure never takes away an artefact that is there."""
        failures = {k: failure for k, failure in self.failures.items() if k != kind}
        match result:
            case Failure():
                failed: dict[str, Any] = {f"{kind}_status": ArtefactStatus.FAILED}
                return replace(self, **failed, failures=failures | {kind: result})
            case Tutorial():
                change: dict[str, Any] = {"content_summary": result.summary[:SUMMARY_LENGTH]}
            case Resources():
                change = {"resources_count": len(result.items)}
            case Quiz():
                change = {"quiz_questions_count": len(result.questions)}
            case _:
                assert_never(result)
        change |= {f"{kind}_status": ArtefactStatus.COMPLETED, f"{kind}_id": artefact_id}
        return replace(self, **change, failures=failures)

    def _turned(self, before: set[ArtefactStatus], after: ArtefactStatus) -> "ConceptState":
        change: dict[str, Any] = {f"{kind}_status": after for kind, status in self.statuses.items() if status in before}
        return replace(self, **change)
