"""The states of roadmaps, tasks and artefacts, and every way from one to another. All guards ask these tables.

`doc/states.md` draws them. What is not in them does not happen: a concept's state follows from its artefacts'
(`domain.content`), a roadmap's from its newest task and its concepts (`domain.tasks`).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from app.domain.content.status import ArtefactStatus, ContentStatus
from app.domain.tasks import ACTIVE, ENDED, RoadmapStatus, TaskKind, TaskStatus

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Transition(Generic[S]):
    """From any of `since` to one of `to`."""

    since: frozenset[S]
    to: frozenset[S]


class Command(StrEnum):
    """What a learner can ask of a roadmap."""

    EDIT = "edit"
    REVISE = "revise"
    APPROVE = "approve"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RETRY = "retry"
    PRIORITISE = "prioritise"
    REGENERATE = "regenerate"


ALLOWED: dict[Command, frozenset[RoadmapStatus]] = {
    Command.EDIT: ENDED | {RoadmapStatus.AWAITING_REVIEW, RoadmapStatus.PAUSED},
    Command.REVISE: ENDED | {RoadmapStatus.AWAITING_REVIEW},
    Command.APPROVE: frozenset({RoadmapStatus.AWAITING_REVIEW}),
    Command.PAUSE: frozenset({RoadmapStatus.GENERATING}),
    Command.RESUME: ENDED | {RoadmapStatus.PAUSED},
    Command.CANCEL: frozenset({RoadmapStatus.DRAFTING, RoadmapStatus.GENERATING, RoadmapStatus.PAUSED}),
    Command.RETRY: ENDED - {RoadmapStatus.COMPLETED},
    Command.PRIORITISE: frozenset({RoadmapStatus.GENERATING, RoadmapStatus.PAUSED}),
    Command.REGENERATE: ENDED,
}
"""In which states of a roadmap a command is possible."""


def allowed(status: RoadmapStatus, kind: TaskKind) -> list[Command]:
    """The commands that are possible for a roadmap, given the kind of its newest task. Where a draft has come to
    nothing, there is no outline, and no command to it."""
    if kind == TaskKind.DRAFT and status in ENDED:
        return [Command.RETRY]
    return list(_ALLOWED_NOW[status])


_ALLOWED_NOW = {status: tuple(command for command in Command if status in ALLOWED[command]) for status in RoadmapStatus}

CONCEPT_COMMANDS: dict[ContentStatus, tuple[Command, ...]] = {
    ContentStatus.PENDING: (Command.PRIORITISE, Command.REGENERATE),
    ContentStatus.GENERATING: (),
    ContentStatus.COMPLETED: (Command.REGENERATE,),
    ContentStatus.PARTIAL: (Command.REGENERATE,),
    ContentStatus.FAILED: (Command.REGENERATE,),
}
"""The commands that make sense for a concept, where they are possible for its roadmap. Of a pending one, a part may be
written already."""


class TaskTransition(StrEnum):
    CLAIM = "claim"
    """A worker takes it."""
    REQUEUE = "requeue"
    """Its worker has died, or gives it back."""
    PAUSE = "pause"
    """The learner or the circuit breaker stops it for a while."""
    RESUME = "resume"
    CANCEL = "cancel"
    END = "end"
    """Its worker has nothing left to do, or cannot go on."""


TASK_TRANSITIONS: dict[TaskTransition, Transition[TaskStatus]] = {
    TaskTransition.CLAIM: Transition(frozenset({TaskStatus.QUEUED}), frozenset({TaskStatus.RUNNING})),
    TaskTransition.REQUEUE: Transition(frozenset({TaskStatus.RUNNING}), frozenset({TaskStatus.QUEUED})),
    TaskTransition.PAUSE: Transition(
        frozenset({TaskStatus.QUEUED, TaskStatus.RUNNING}), frozenset({TaskStatus.PAUSED})
    ),
    TaskTransition.RESUME: Transition(frozenset({TaskStatus.PAUSED}), frozenset({TaskStatus.QUEUED})),
    TaskTransition.CANCEL: Transition(ACTIVE, frozenset({TaskStatus.CANCELLED})),
    TaskTransition.END: Transition(
        frozenset({TaskStatus.RUNNING}), frozenset({TaskStatus.COMPLETED, TaskStatus.PARTIAL, TaskStatus.FAILED})
    ),
}


class ArtefactTransition(StrEnum):
    START = "start"
    INTERRUPT = "interrupt"
    """No worker writes it any more."""
    DELIVER = "deliver"
    """Its author has delivered: the artefact, or a failure."""
    RETRY = "retry"
    REGENERATE = "regenerate"
    """Another version is wanted; the one that is there stays readable."""
    GIVE_UP = "give_up"
    """No other version is wanted after all: the one that is there is as good as before."""
    RESTORE = "restore"
    """An earlier version becomes the current one."""


_PENDING, _GENERATING = ArtefactStatus.PENDING, ArtefactStatus.GENERATING
_COMPLETED, _FAILED = ArtefactStatus.COMPLETED, ArtefactStatus.FAILED

ARTEFACT_TRANSITIONS: dict[ArtefactTransition, Transition[ArtefactStatus]] = {
    ArtefactTransition.START: Transition(frozenset({_PENDING}), frozenset({_GENERATING})),
    ArtefactTransition.INTERRUPT: Transition(frozenset({_GENERATING}), frozenset({_PENDING})),
    ArtefactTransition.DELIVER: Transition(frozenset({_PENDING, _GENERATING}), frozenset({_COMPLETED, _FAILED})),
    ArtefactTransition.RETRY: Transition(frozenset({_GENERATING, _FAILED}), frozenset({_PENDING})),
    ArtefactTransition.REGENERATE: Transition(frozenset({_COMPLETED, _FAILED}), frozenset({_PENDING})),
    ArtefactTransition.GIVE_UP: Transition(frozenset({_PENDING, _GENERATING}), frozenset({_COMPLETED})),
    ArtefactTransition.RESTORE: Transition(frozenset({_FAILED, _COMPLETED}), frozenset({_COMPLETED})),
}
