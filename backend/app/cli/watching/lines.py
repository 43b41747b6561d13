"""One plain line per event, for pipes and logs."""

from datetime import datetime
from typing import assert_never

from app.cli.watching.state import WatchedRoadmap
from app.cli.watching.words import ROADMAP_WORDS, counts, one_line, reason_of
from app.domain.content.status import ContentStatus
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
    TaskPaused,
    TaskQueued,
    TaskStarted,
)
from app.domain.tasks import TaskKind, TaskStatus


def event_line(event: Event, state: WatchedRoadmap) -> str:
    """Like `12:03:04 ready: Inner join (8 of 33)`; `state` is the one after the event."""
    return stamped(event.at, one_line(_text(event, state)))


def snapshot_line(state: WatchedRoadmap, at: datetime) -> str:
    """Where a roadmap stands that was read as a whole."""
    progress = state.progress
    written = f", {counts(progress)}" if progress.total else ""
    return stamped(at, f"{state.title}: {ROADMAP_WORDS[state.status]}{written}")


def stamped(at: datetime, text: str) -> str:
    return f"{at.astimezone():%H:%M:%S} {text}"


def _text(event: Event, state: WatchedRoadmap) -> str:
    progress = state.progress
    done = f"({progress.completed} of {progress.total})"
    match event:
        case TaskQueued():
            return f"queued: the {_WORK[event.kind]} is waiting for a worker"
        case TaskStarted():
            return f"started: a worker picked up the {_WORK[event.kind]}"
        case OutlineReady():
            return f"outline: {event.title} ({_number(event.concepts, 'concept')})"
        case ConceptStart():
            return f"writing: {event.concept_name}"
        case ConceptComplete():
            return f"ready: {event.concept_name} {done}"
        case ConceptFailed() if event.content_status == ContentStatus.FAILED:
            return f"failed: {event.concept_name} {done}: {reason_of(event)}"
        case ConceptFailed():
            return f"{' and '.join(event.failed)} missing: {event.concept_name} {done}: {reason_of(event)}"
        case ConceptChanged():
            return f"changed: {event.concept_name} {done}"
        case BatchSaved():
            parts = f", {_number(len(event.artefacts), 'part')} of other concepts" if event.artefacts else ""
            return f"saved: {_number(event.size, 'concept')}{parts}"
        case TaskPaused():
            return f"paused: {reason_of(event)}"
        case Completed():
            word = "completed" if event.status == TaskStatus.COMPLETED else "partly completed"
            return f"{word}: {counts(progress)}"
        case Failed():
            return f"failed: {reason_of(event)}"
        case Cancelled():
            return f"cancelled: {counts(progress)}"
        case _:
            assert_never(event)


_WORK = {TaskKind.DRAFT: "outline", TaskKind.REVISE: "revision", TaskKind.CONTENT: "content"}


def _number(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
