"""What an event has changed, as it is now: a client replaces what is named, and needs no rules of its own."""

from datetime import datetime
from typing import NotRequired
from uuid import UUID

from pydantic import Field
from typing_extensions import TypedDict

from app.domain.base import FrozenModel
from app.domain.content.concept_state import ArtefactState, ConceptState
from app.domain.content.kind import ArtefactKind, Glance
from app.domain.content.status import ArtefactStatus, ContentStatus
from app.domain.failure_sentences import Details
from app.domain.failures import Failure, FailureCode
from app.domain.state_machine import Command
from app.domain.tasks import Progress, RoadmapStatus, TaskKind, TaskStatus
from app.domain.usage import Usage

MOST_CONCEPTS = 100
"""Concepts that an event tells at most; of a change of more of them it says only that the roadmap is to be reread."""


class ShownFailure(FrozenModel):
    artefact: ArtefactKind
    code: FailureCode
    message: str
    details: Details = Field(default_factory=dict)
    retryable: bool


class ShownArtefact(TypedDict):
    """An artefact of a concept: its status, the id and the glance of the current version, why it failed."""

    status: ArtefactStatus
    id: UUID | None
    glance: Glance | None
    failure: ShownFailure | None


class ChangedConcept(TypedDict):
    """A concept: its status, and those of its artefacts that have changed."""

    concept_id: str
    content_status: ContentStatus
    artefacts: dict[ArtefactKind, ShownArtefact]
    learned_at: datetime | None


class ChangedError(TypedDict):
    """`details` are missing in events of versions that did not tell them."""

    code: str
    message: str
    details: NotRequired[Details]


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


def changed_concept(before: ConceptState | None, after: ConceptState, learned_at: datetime | None) -> ChangedConcept:
    """What has changed of a concept; all of it, if nothing is known of it before."""
    known = before.artefacts if before else {}
    return ChangedConcept(
        concept_id=after.concept_id,
        content_status=after.status,
        artefacts={
            kind: shown_artefact(kind, artefact)
            for kind, artefact in after.artefacts.items()
            if kind not in known or _told(known[kind]) != _told(artefact)
        },
        learned_at=learned_at,
    )


def shown_artefact(kind: ArtefactKind, artefact: ArtefactState) -> ShownArtefact:
    return ShownArtefact(
        status=artefact.status,
        id=artefact.id,
        glance=artefact.glance,
        failure=shown_failure(kind, artefact.failure) if artefact.failure else None,
    )


def changed_error(failure: Failure) -> ChangedError:
    return ChangedError(code=failure.code, message=failure.message, details=failure.details)


def shown_failures(concept: ConceptState) -> tuple[ShownFailure, ...]:
    return tuple(shown_failure(kind, failure) for kind, failure in concept.failures.items())


def shown_failure(kind: ArtefactKind, failure: Failure) -> ShownFailure:
    return ShownFailure(
        artefact=kind,
        code=failure.code,
        message=failure.message,
        details=failure.details,
        retryable=failure.retryable,
    )


def _told(artefact: ArtefactState) -> tuple[object, ...]:
    return artefact.status, artefact.id, artefact.failure
