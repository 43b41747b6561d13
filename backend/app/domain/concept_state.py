"""The state of one concept's content, and how it changes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
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
from app.domain.state_machine import ARTEFACT_MOVES, ArtefactMove

SUMMARY_LENGTH = 280
"""Characters of a tutorial's summary that are kept with the concept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptState:
    """Statuses and ids of the current artefacts, why what failed has failed, and what the learner wants of those that
    are to be written again."""

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
    instructions: Mapping[ArtefactKind, str] = field(default_factory=dict)
    learned_at: datetime | None = None

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

    @property
    def ids(self) -> dict[ArtefactKind, UUID | None]:
        return {
            ArtefactKind.TUTORIAL: self.tutorial_id,
            ArtefactKind.RESOURCES: self.resources_id,
            ArtefactKind.QUIZ: self.quiz_id,
        }

    def started(self) -> "ConceptState":
        """Everything that waited is being written."""
        return self._moved(ArtefactMove.START)

    def waiting_again(self) -> "ConceptState":
        """Nothing is being written any more."""
        return self._moved(ArtefactMove.INTERRUPT)

    def retried(self) -> "ConceptState":
        """What failed waits to be written again."""
        return replace(self._moved(ArtefactMove.RETRY), failures={})

    def regenerated(self, kinds: Collection[ArtefactKind], instructions: str | None) -> "ConceptState":
        """Another version of some artefacts is wanted; until it is there, the ids name the ones that are."""
        moved = self._moved(ArtefactMove.REGENERATE, kinds)
        wanted = dict.fromkeys(kinds, instructions) if instructions else {}
        return replace(
            moved,
            failures={kind: failure for kind, failure in self.failures.items() if kind not in kinds},
            instructions={kind: text for kind, text in self.instructions.items() if kind not in kinds} | wanted,
        )

    def given_up(self) -> "ConceptState":
        """Nothing is being written, and other versions of what is there are not wanted any more."""
        there = [kind for kind, artefact_id in self.ids.items() if artefact_id is not None]
        kept = self._moved(ArtefactMove.GIVE_UP, there)
        instructions = {kind: text for kind, text in self.instructions.items() if kind not in there}
        return replace(kept, instructions=instructions)._moved(ArtefactMove.INTERRUPT)

    def delivered(self, kind: ArtefactKind, artefact_id: UUID, result: Artefact | Failure) -> "ConceptState":
        """An agent has delivered. A failure never takes away an artefact that is there; what nobody waits for any more
        becomes a version, but not the current one."""
        if self.statuses[kind] not in ARTEFACT_MOVES[ArtefactMove.DELIVER].since:
            return self
        if isinstance(result, Failure):
            failed: dict[str, Any] = {f"{kind}_status": ArtefactStatus.FAILED}
            return replace(self, **failed, failures={**self.failures, kind: result})
        return self._showing(kind, artefact_id, result)

    def restored(self, kind: ArtefactKind, artefact_id: UUID, artefact: Artefact) -> "ConceptState":
        """An earlier version is the current one."""
        assert self.statuses[kind] in ARTEFACT_MOVES[ArtefactMove.RESTORE].since, "whoever restores has asked"
        return self._showing(kind, artefact_id, artefact)

    def _showing(self, kind: ArtefactKind, artefact_id: UUID, artefact: Artefact) -> "ConceptState":
        match artefact:
            case Tutorial():
                change: dict[str, Any] = {"content_summary": artefact.summary[:SUMMARY_LENGTH]}
            case Resources():
                change = {"resources_count": len(artefact.items)}
            case Quiz():
                change = {"quiz_questions_count": len(artefact.questions)}
            case _:
                assert_never(artefact)
        change |= {f"{kind}_status": ArtefactStatus.COMPLETED, f"{kind}_id": artefact_id}
        return replace(
            self,
            **change,
            failures={k: failure for k, failure in self.failures.items() if k != kind},
            instructions={k: text for k, text in self.instructions.items() if k != kind},
        )

    def _moved(self, move: ArtefactMove, kinds: Collection[ArtefactKind] = tuple(ArtefactKind)) -> "ConceptState":
        """What stands where the move begins goes to where it ends; it must end in one state."""
        (after,) = ARTEFACT_MOVES[move].to
        change: dict[str, Any] = {
            f"{kind}_status": after for kind in kinds if self.statuses[kind] in ARTEFACT_MOVES[move].since
        }
        return replace(self, **change)
