"""What is announced of a batch: how its concepts came out, and which artefacts it holds of unfinished ones."""

from collections.abc import Sequence

from app.domain.changes import ShownFailure, shown_failure
from app.domain.concept_state import ConceptState
from app.domain.content import ArtefactKind, ArtefactStatus, ContentStatus
from app.domain.events import ConceptChanged, ConceptComplete, ConceptFailed, Envelope, SavedArtefact
from app.domain.failures import Failure
from app.domain.tasks import Progress
from app.generation.work import Batch, FinishedArtefact


def concept_outcome(
    state: ConceptState, name: str, envelope: Envelope, progress: Progress
) -> ConceptComplete | ConceptFailed:
    """The event for a concept that has come to an end."""
    match state.status:
        case ContentStatus.COMPLETED:
            assert state.tutorial_id and state.resources_id and state.quiz_id, "completed without an artefact"
            return ConceptComplete(
                **envelope,
                concept_id=state.concept_id,
                concept_name=name,
                tutorial_id=state.tutorial_id,
                content_summary=state.content_summary or "",
                resources_id=state.resources_id,
                resources_count=state.resources_count or 0,
                quiz_id=state.quiz_id,
                quiz_questions_count=state.quiz_questions_count or 0,
                progress=progress,
            )
        case ContentStatus.PARTIAL | ContentStatus.FAILED:
            failed = state.having(ArtefactStatus.FAILED)
            first = state.failures[failed[0]]
            return ConceptFailed(
                **envelope,
                concept_id=state.concept_id,
                concept_name=name,
                failed=failed,
                code=first.code,
                message=first.message,
                retryable=first.retryable,
                failures=_shown(state),
                tutorial_id=state.tutorial_id,
                content_summary=state.content_summary,
                resources_id=state.resources_id,
                resources_count=state.resources_count,
                quiz_id=state.quiz_id,
                quiz_questions_count=state.quiz_questions_count,
                progress=progress,
            )
        case ContentStatus.PENDING | ContentStatus.GENERATING:
            raise AssertionError("it has not come to an end")


def concept_changed(state: ConceptState, name: str, envelope: Envelope, progress: Progress) -> ConceptChanged:
    """The whole state of a concept, for those who watch."""
    shown = {field: getattr(state, field) for field in ConceptChanged.model_fields if hasattr(state, field)}
    return ConceptChanged(**envelope, **{**shown, "failures": _shown(state)}, concept_name=name, progress=progress)


def saved_artefacts(batch: Batch, unfinished: Sequence[ConceptState]) -> tuple[SavedArtefact, ...]:
    """What a batch holds of concepts that it does not finish, given their states after it."""
    states = {state.concept_id: state for state in unfinished}
    return tuple(_saved(item, states[item.concept_id]) for item in batch.artefacts if item.concept_id in states)


def _saved(item: FinishedArtefact, state: ConceptState) -> SavedArtefact:
    counts = {ArtefactKind.RESOURCES: state.resources_count, ArtefactKind.QUIZ: state.quiz_questions_count}
    return SavedArtefact(
        concept_id=item.concept_id,
        artefact=item.kind,
        status=state.statuses[item.kind],
        artefact_id=None if isinstance(item.delivery.result, Failure) else item.artefact_id,
        content_summary=state.content_summary if item.kind == ArtefactKind.TUTORIAL else None,
        count=counts.get(item.kind),
        failure=next((one for one in _shown(state) if one.artefact == item.kind), None),
    )


def _shown(state: ConceptState) -> tuple[ShownFailure, ...]:
    return tuple(failure for kind in ArtefactKind if (failure := shown_failure(state, kind)))
