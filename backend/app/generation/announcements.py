"""What is announced of a batch: how its concepts came out, and which artefacts it holds of unfinished ones."""

from collections.abc import Sequence
from datetime import datetime

from app.domain.changes import shown_failure, shown_failures
from app.domain.content.concept_state import ConceptState
from app.domain.content.flat import flat_contents, flat_statuses
from app.domain.content.status import ArtefactStatus, ContentStatus
from app.domain.events import ConceptChanged, ConceptComplete, ConceptFailed, Envelope, SavedArtefact
from app.domain.failures import Failure
from app.domain.tasks import Progress
from app.generation.work import Batch, FinishedArtefact


def concept_outcome(
    concept: ConceptState, name: str, envelope: Envelope, progress: Progress
) -> ConceptComplete | ConceptFailed:
    """The event for a concept that has come to an end."""
    shared = {"concept_id": concept.concept_id, "concept_name": name, "progress": progress, **flat_contents(concept)}
    match concept.status:
        case ContentStatus.COMPLETED:
            return ConceptComplete(**envelope, **shared)
        case ContentStatus.PARTIAL | ContentStatus.FAILED:
            failures = shown_failures(concept)
            first = failures[0]
            return ConceptFailed(
                **envelope,
                **shared,
                failed=concept.having(ArtefactStatus.FAILED),
                code=first.code,
                message=first.message,
                details=first.details,
                retryable=first.retryable,
                failures=failures,
            )
        case ContentStatus.PENDING | ContentStatus.GENERATING:
            raise AssertionError("it has not come to an end")


def concept_changed(
    concept: ConceptState, name: str, envelope: Envelope, progress: Progress, *, learned_at: datetime | None
) -> ConceptChanged:
    """The whole state of a concept, for those who watch."""
    return ConceptChanged(
        **envelope,
        **flat_statuses(concept),
        **flat_contents(concept),
        concept_id=concept.concept_id,
        concept_name=name,
        failures=shown_failures(concept),
        learned_at=learned_at,
        progress=progress,
    )


def saved_artefacts(batch: Batch, unfinished: Sequence[ConceptState]) -> tuple[SavedArtefact, ...]:
    """What a batch holds of concepts that it does not finish, given their states after it."""
    states = {state.concept_id: state for state in unfinished}
    return tuple(_saved(item, states[item.concept_id]) for item in batch.artefacts if item.concept_id in states)


def _saved(item: FinishedArtefact, concept: ConceptState) -> SavedArtefact:
    artefact = concept.artefacts[item.kind]
    glance = artefact.glance or {}
    return SavedArtefact(
        concept_id=item.concept_id,
        artefact=item.kind,
        status=artefact.status,
        artefact_id=None if isinstance(item.delivery.result, Failure) else item.artefact_id,
        content_summary=glance.get("summary"),
        count=glance.get("count"),
        failure=shown_failure(item.kind, artefact.failure) if artefact.failure else None,
    )
