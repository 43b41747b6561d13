"""The state of one concept's content, and how it changes."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from app.domain.content.kind import ArtefactKind, Glance
from app.domain.content.kinds import KINDS, Artefact
from app.domain.content.status import ArtefactStatus, ContentStatus, content_status
from app.domain.failures import Failure
from app.domain.state_machine import ARTEFACT_TRANSITIONS, ArtefactTransition


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtefactState:
    """An artefact of a concept: its status, the id and the glance of the current version, why it has failed, and what
    the learner wants of the version that is to be written."""

    status: ArtefactStatus = ArtefactStatus.PENDING
    id: UUID | None = None
    glance: Glance | None = None
    failure: Failure | None = None
    instructions: str | None = None

    def moved(self, move: ArtefactTransition) -> "ArtefactState":
        """Where the move leads from here; it must end in one status. Where it does not begin here, nothing changes."""
        if self.status not in ARTEFACT_TRANSITIONS[move].since:
            return self
        (status,) = ARTEFACT_TRANSITIONS[move].to
        failure = self.failure if status == ArtefactStatus.FAILED else None
        return replace(self, status=status, failure=failure)

    def showing(self, artefact_id: UUID, artefact: Artefact) -> "ArtefactState":
        """This version is the current one."""
        glance = KINDS[artefact.kind].glance(artefact)
        return ArtefactState(status=ArtefactStatus.COMPLETED, id=artefact_id, glance=glance)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptState:
    """The artefacts that a concept has or is to have, by kind."""

    concept_id: str
    artefacts: Mapping[ArtefactKind, ArtefactState]

    @classmethod
    def waiting(cls, concept_id: str, kinds: Iterable[ArtefactKind] = tuple(KINDS)) -> "ConceptState":
        """Nothing is written yet."""
        return cls(concept_id=concept_id, artefacts=dict.fromkeys(kinds, ArtefactState()))

    @property
    def statuses(self) -> dict[ArtefactKind, ArtefactStatus]:
        return {kind: artefact.status for kind, artefact in self.artefacts.items()}

    @property
    def status(self) -> ContentStatus:
        return content_status(artefact.status for artefact in self.artefacts.values())

    @property
    def failures(self) -> dict[ArtefactKind, Failure]:
        """Why artefacts have failed."""
        return {kind: one.failure for kind, one in self.artefacts.items() if one.failure is not None}

    @property
    def instructions(self) -> dict[ArtefactKind, str]:
        """What the learner wants of other versions."""
        return {kind: one.instructions for kind, one in self.artefacts.items() if one.instructions is not None}

    @property
    def is_begun(self) -> bool:
        """Whether some artefact is there to be read."""
        return any(artefact.id is not None for artefact in self.artefacts.values())

    def having(self, status: ArtefactStatus) -> tuple[ArtefactKind, ...]:
        """The artefacts in a given state."""
        return tuple(kind for kind, artefact in self.artefacts.items() if artefact.status == status)

    def started(self) -> "ConceptState":
        """Everything that waited is being written."""
        return self._each(lambda artefact: artefact.moved(ArtefactTransition.START))

    def waiting_again(self) -> "ConceptState":
        """Nothing is being written any more."""
        return self._each(lambda artefact: artefact.moved(ArtefactTransition.INTERRUPT))

    def retried(self) -> "ConceptState":
        """What failed waits to be written again."""
        return self._each(lambda artefact: artefact.moved(ArtefactTransition.RETRY))

    def regenerated(self, kinds: Collection[ArtefactKind], instructions: str | None) -> "ConceptState":
        """Another version of some artefacts is wanted; until it is there, the ids name the ones that are."""
        wanted = {
            kind: replace(
                self.artefacts[kind].moved(ArtefactTransition.REGENERATE), failure=None, instructions=instructions
            )
            for kind in kinds
        }
        return self._with(wanted)

    def given_up(self) -> "ConceptState":
        """Nothing is being written, and other versions of what is there are not wanted any more."""

        def give_up(artefact: ArtefactState) -> ArtefactState:
            if artefact.id is None:
                return artefact.moved(ArtefactTransition.INTERRUPT)
            return replace(artefact.moved(ArtefactTransition.GIVE_UP), instructions=None)

        return self._each(give_up)

    def delivered(self, kind: ArtefactKind, artefact_id: UUID, result: Artefact | Failure) -> "ConceptState":
        """The author has delivered. A failure never takes away an artefact that is there; what is not awaited any more
        becomes a version, but not the current one."""
        before = self.artefacts[kind]
        if before.status not in ARTEFACT_TRANSITIONS[ArtefactTransition.DELIVER].since:
            return self
        if isinstance(result, Failure):
            return self._with({kind: replace(before, status=ArtefactStatus.FAILED, failure=result)})
        return self._with({kind: before.showing(artefact_id, result)})

    def restored(self, artefact_id: UUID, artefact: Artefact) -> "ConceptState":
        """An earlier version is the current one."""
        before = self.artefacts[artefact.kind]
        assert before.status in ARTEFACT_TRANSITIONS[ArtefactTransition.RESTORE].since, (
            "the caller has checked that it can be restored"
        )
        return self._with({artefact.kind: before.showing(artefact_id, artefact)})

    def _each(self, changed: Callable[[ArtefactState], ArtefactState]) -> "ConceptState":
        return self._with({kind: changed(artefact) for kind, artefact in self.artefacts.items()})

    def _with(self, artefacts: Mapping[ArtefactKind, ArtefactState]) -> "ConceptState":
        return replace(self, artefacts={**self.artefacts, **artefacts})
