"""How an event changes what a watcher knows: it replaces what the event names. No rule of state is needed for that."""

from dataclasses import replace

from app.cli.watching.state import WatchedRoadmap, shown_stages
from app.cli.watching.words import one_line
from app.domain.changes import ChangedConcept, ChangedError, Changes
from app.domain.content.concept_state import ArtefactState, ConceptState
from app.domain.events import Event, OutlineReady
from app.domain.failures import in_english
from app.domain.roadmap import Outline


def is_known(state: WatchedRoadmap, event: Event) -> bool:
    """Whether the state holds what the event says."""
    return event.epoch == state.epoch and event.seq <= state.seq


def is_next(state: WatchedRoadmap, event: Event) -> bool:
    """Whether the event can be applied to the state: nothing is missing in between, and it tells what it changed."""
    tells = event.changes is not None and not event.changes.get("reread")
    return tells and event.epoch == state.epoch and event.seq == state.seq + 1


def apply(state: WatchedRoadmap, event: Event) -> WatchedRoadmap:
    """The state after the event. An event that is known, or before which something is missing, changes nothing."""
    if event.changes is None or not is_next(state, event):
        return state
    if isinstance(event, OutlineReady):
        state = _outlined(state, event)
    return replace(_replaced(state, event.changes), seq=event.seq)


def _outlined(state: WatchedRoadmap, event: OutlineReady) -> WatchedRoadmap:
    ids = [concept.concept_id for concept in Outline(title=event.title, stages=event.stages).concepts]
    return replace(
        state,
        title=one_line(event.title),
        stages=shown_stages(event.stages),
        concepts={one: state.concepts.get(one, ConceptState.waiting(one, state.kinds)) for one in ids},
    )


def _replaced(state: WatchedRoadmap, changes: Changes) -> WatchedRoadmap:
    concepts = {
        changed["concept_id"]: _concept(state.concepts[changed["concept_id"]], changed)
        for changed in changes.get("concepts", ())
        if changed["concept_id"] in state.concepts
    }
    task = changes.get("task", {})
    error = task.get("error")
    reason = (_reason_of(error) if error else None) if "error" in task else state.reason
    return replace(
        state,
        status=changes.get("status", state.status),
        progress=changes.get("progress", state.progress),
        task_id=task.get("task_id", state.task_id),
        kind=task.get("kind", state.kind),
        task_status=task.get("status", state.task_status),
        reason=reason,
        concepts={**state.concepts, **concepts} if concepts else state.concepts,
    )


def _concept(concept: ConceptState, changed: ChangedConcept) -> ConceptState:
    artefacts = {kind: ArtefactState(status=one["status"]) for kind, one in changed["artefacts"].items()}
    return replace(concept, artefacts={**concept.artefacts, **artefacts})


def _reason_of(error: ChangedError) -> str:
    return one_line(in_english(error["code"], error["message"], error.get("details", {})))
