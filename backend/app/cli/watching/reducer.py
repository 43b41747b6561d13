"""How an event changes what a watcher knows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, assert_never

from app.cli.watching.state import Watched, shown_stages
from app.cli.watching.words import one_line
from app.domain.concept_state import ConceptState
from app.domain.content import ArtefactKind, ArtefactStatus
from app.domain.events import (
    BatchSaved,
    Cancelled,
    Completed,
    ConceptChanged,
    ConceptComplete,
    ConceptFailed,
    ConceptStart,
    Event,
    Failed,
    OutlineReady,
    SavedArtefact,
    TaskPaused,
    TaskQueued,
    TaskStarted,
)
from app.domain.roadmap import Outline
from app.domain.tasks import TaskKind, TaskStatus

_Concepts = Mapping[str, ConceptState]


def is_known(state: Watched, event: Event) -> bool:
    """Whether the state holds what the event says."""
    return event.epoch == state.epoch and event.seq <= state.seq


def is_next(state: Watched, event: Event) -> bool:
    """Whether nothing is missing between the state and the event."""
    return event.epoch == state.epoch and event.seq == state.seq + 1


def apply(state: Watched, event: Event) -> Watched:
    """The state after the event. An event that is known, or that another is missing before, changes nothing."""
    if not is_next(state, event):
        return state
    return replace(_changed(state, event), seq=event.seq)


def _changed(state: Watched, event: Event) -> Watched:
    match event:
        case TaskQueued():
            turn = ConceptState.retried if event.retries else ConceptState.waiting_again
            queued = replace(_task(state, TaskStatus.QUEUED), concepts=_turned(state.concepts, turn))
            returns_to = event.returns_to if event.task_id != state.task_id else state.returns_to
            return replace(queued, task_id=event.task_id, kind=event.kind, returns_to=returns_to)
        case TaskStarted():
            return replace(_stopped(state, TaskStatus.RUNNING), kind=event.kind)
        case OutlineReady():
            return _outlined(state, event)
        case ConceptStart():
            return _with_concept(state, event.concept_id, ConceptState.started)
        case ConceptComplete():
            return _with_concept(state, event.concept_id, lambda concept: _written(concept, failed=()))
        case ConceptFailed():
            return _with_concept(state, event.concept_id, lambda concept: _written(concept, failed=event.failed))
        case ConceptChanged():
            return _with_concept(state, event.concept_id, partial(_as_told, event))
        case BatchSaved():
            for saved in event.artefacts:
                state = _with_concept(state, saved.concept_id, partial(_with_artefact, saved))
            return state
        case TaskPaused():
            return _stopped(state, TaskStatus.PAUSED, event.message)
        case Completed():
            return _stopped(state, event.status)
        case Failed():
            return _stopped(state, TaskStatus.FAILED, event.message)
        case Cancelled():
            return _stopped(state, TaskStatus.CANCELLED)
        case _:
            assert_never(event)


def _task(state: Watched, status: TaskStatus, reason: str | None = None) -> Watched:
    return replace(state, task_status=status, reason=one_line(reason) if reason else None)


def _stopped(state: Watched, status: TaskStatus, reason: str | None = None) -> Watched:
    """Nothing is being written any more."""
    return replace(_task(state, status, reason), concepts=_turned(state.concepts, ConceptState.waiting_again))


def _outlined(state: Watched, event: OutlineReady) -> Watched:
    outline = Outline(title=event.title, stages=event.stages)
    ids = [concept.concept_id for concept in outline.concepts]
    made = state.kind in (TaskKind.DRAFT, TaskKind.REVISE) and state.task_status.is_active
    return replace(
        state,
        title=one_line(event.title),
        task_status=TaskStatus.COMPLETED if made else state.task_status,
        stages=shown_stages(event.stages),
        concepts={key: state.concepts.get(key, ConceptState(concept_id=key)) for key in ids},
    )


def _with_artefact(saved: SavedArtefact, concept: ConceptState) -> ConceptState:
    change: dict[str, Any] = {f"{saved.artefact}_status": saved.status}
    return replace(concept, **change)


def _as_told(event: ConceptChanged, concept: ConceptState) -> ConceptState:
    statuses: dict[str, Any] = {f"{kind}_status": getattr(event, f"{kind}_status") for kind in ArtefactKind}
    return replace(concept, **statuses)


def _written(concept: ConceptState, *, failed: Iterable[ArtefactKind]) -> ConceptState:
    change: dict[str, Any] = {f"{kind}_status": ArtefactStatus.COMPLETED for kind in ArtefactKind}
    change |= {f"{kind}_status": ArtefactStatus.FAILED for kind in failed}
    return replace(concept, **change)


def _with_concept(state: Watched, concept_id: str, turn: Callable[[ConceptState], ConceptState]) -> Watched:
    """The outline may have been edited meanwhile: what is said of a concept that is gone is ignored."""
    if concept_id not in state.concepts:
        return state
    return replace(state, concepts={**state.concepts, concept_id: turn(state.concepts[concept_id])})


def _turned(concepts: _Concepts, turn: Callable[[ConceptState], ConceptState]) -> _Concepts:
    return {concept_id: turn(concept) for concept_id, concept in concepts.items()}
