"""What an event has changed, as it is now: a client replaces what is named, and needs no rules of its own."""

from datetime import datetime
from uuid import UUID

from typing_extensions import TypedDict

from app.domain.base import Frozen
from app.domain.concept_state import ConceptState
from app.domain.content import ArtefactKind, ArtefactStatus, ContentStatus
from app.domain.failures import FailureCode
from app.domain.state_machine import Command
from app.domain.tasks import Progress, RoadmapStatus, TaskKind, TaskStatus
from app.domain.usage import Usage

MOST_CONCEPTS = 100
"""Concepts that an event tells at most; of a change of more of them it says only that the roadmap is to be reread."""


class ShownFailure(Frozen):
    artefact: ArtefactKind
    code: FailureCode
    message: str
    retryable: bool


class Glance(TypedDict, total=False):
    """What is shown of an artefact before it is opened: a tutorial's summary, the number of resources or questions."""

    summary: str
    count: int


class ChangedArtefact(TypedDict):
    """An artefact of a concept: its status, the id and the glance of the current version, why it failed."""

    status: ArtefactStatus
    id: UUID | None
    glance: Glance | None
    failure: ShownFailure | None


class ChangedConcept(TypedDict):
    """A concept: its status, and those of its artefacts that have changed."""

    concept_id: str
    content_status: ContentStatus
    artefacts: dict[ArtefactKind, ChangedArtefact]
    learned_at: datetime | None


class ChangedError(TypedDict):
    code: str
    message: str


class ChangedTask(TypedDict, total=False):
    """The newest task, with those of its fields that have changed; all of them if it is new."""

    task_id: UUID
    kind: TaskKind
    status: TaskStatus
    returns_to: RoadmapStatus | None
    usage: Usage
    error: ChangedError | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class Changes(TypedDict, total=False):
    """What has changed, and nothing else. `allowed` are the commands that are possible now. With `reread`, more
    concepts have changed than are told: read the roadmap anew."""

    concepts: list[ChangedConcept]
    status: RoadmapStatus
    allowed: list[Command]
    task: ChangedTask
    progress: Progress
    usage: Usage
    reread: bool


def changed_concept(before: ConceptState | None, after: ConceptState) -> ChangedConcept:
    """What has changed of a concept; all of it, if nothing is known of it before."""
    return ChangedConcept(
        concept_id=after.concept_id,
        content_status=after.status,
        artefacts={
            kind: _artefact(after, kind)
            for kind in ArtefactKind
            if before is None or _told(before, kind) != _told(after, kind)
        },
        learned_at=after.learned_at,
    )


def shown_failure(state: ConceptState, kind: ArtefactKind) -> ShownFailure | None:
    failure = state.failures.get(kind)
    if failure is None:
        return None
    return ShownFailure(artefact=kind, code=failure.code, message=failure.message, retryable=failure.retryable)


def _told(state: ConceptState, kind: ArtefactKind) -> tuple[object, ...]:
    return state.statuses[kind], state.ids[kind], state.failures.get(kind)


def _artefact(state: ConceptState, kind: ArtefactKind) -> ChangedArtefact:
    return ChangedArtefact(
        status=state.statuses[kind], id=state.ids[kind], glance=_glance(state, kind), failure=shown_failure(state, kind)
    )


def _glance(state: ConceptState, kind: ArtefactKind) -> Glance | None:
    match kind:
        case ArtefactKind.TUTORIAL:
            return None if state.content_summary is None else Glance(summary=state.content_summary)
        case ArtefactKind.RESOURCES:
            return None if state.resources_count is None else Glance(count=state.resources_count)
        case ArtefactKind.QUIZ:
            return None if state.quiz_questions_count is None else Glance(count=state.quiz_questions_count)
