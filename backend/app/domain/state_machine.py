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
class Move(Generic[S]):
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


class TaskMove(StrEnum):
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


TASK_MOVES: dict[TaskMove, Move[TaskStatus]] = {
    TaskMove.CLAIM: Move(frozenset({TaskStatus.QUEUED}), frozenset({TaskStatus.RUNNING})),
    TaskMove.REQUEUE: Move(frozenset({TaskStatus.RUNNING}), frozenset({TaskStatus.QUEUED})),
    TaskMove.PAUSE: Move(frozenset({TaskStatus.QUEUED, TaskStatus.RUNNING}), frozenset({TaskStatus.PAUSED})),
    TaskMove.RESUME: Move(frozenset({TaskStatus.PAUSED}), frozenset({TaskStatus.QUEUED})),
    TaskMove.CANCEL: Move(ACTIVE, frozenset({TaskStatus.CANCELLED})),
    TaskMove.END: Move(
        frozenset({TaskStatus.RUNNING}), frozenset({TaskStatus.COMPLETED, TaskStatus.PARTIAL, TaskStatus.FAILED})
    ),
}


class ArtefactMove(StrEnum):
    START = "start"
    INTERRUPT = "interrupt"
    """Nobody writes it any more."""
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

ARTEFACT_MOVES: dict[ArtefactMove, Move[ArtefactStatus]] = {
    ArtefactMove.START: Move(frozenset({_PENDING}), frozenset({_GENERATING})),
    ArtefactMove.INTERRUPT: Move(frozenset({_GENERATING}), frozenset({_PENDING})),
    ArtefactMove.DELIVER: Move(frozenset({_PENDING, _GENERATING}), frozenset({_COMPLETED, _FAILED})),
    ArtefactMove.RETRY: Move(frozenset({_GENERATING, _FAILED}), frozenset({_PENDING})),
    ArtefactMove.REGENERATE: Move(frozenset({_COMPLETED, _FAILED}), frozenset({_PENDING})),
    ArtefactMove.GIVE_UP: Move(frozenset({_PENDING, _GENERATING}), frozenset({_COMPLETED})),
    ArtefactMove.RESTORE: Move(frozenset({_FAILED, _COMPLETED}), frozenset({_COMPLETED})),
}
