"""Tasks and roadmaps: their states, and which command is possible in which state."""

from enum import StrEnum
from typing import assert_never

from pydantic import ConfigDict, computed_field

from app.domain.base import Frozen
from app.domain.content import ContentStatus


class TaskKind(StrEnum):
    DRAFT = "draft"
    CONTENT = "content"


class TaskStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_active(self) -> bool:
        """Not ended: at most one task of a roadmap is active at any time."""
        return self in ACTIVE


ACTIVE = frozenset({TaskStatus.QUEUED, TaskStatus.RUNNING, TaskStatus.PAUSED})


class RoadmapStatus(StrEnum):
    DRAFTING = "drafting"
    AWAITING_REVIEW = "awaiting_review"
    GENERATING = "generating"
    PAUSED = "paused"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Command(StrEnum):
    """What a learner can ask of a roadmap."""

    EDIT = "edit"
    APPROVE = "approve"
    CANCEL = "cancel"
    RETRY = "retry"


ENDED = frozenset({RoadmapStatus.COMPLETED, RoadmapStatus.PARTIAL, RoadmapStatus.FAILED, RoadmapStatus.CANCELLED})

ALLOWED: dict[Command, frozenset[RoadmapStatus]] = {
    Command.EDIT: ENDED | {RoadmapStatus.AWAITING_REVIEW},
    Command.APPROVE: frozenset({RoadmapStatus.AWAITING_REVIEW}),
    Command.CANCEL: frozenset({RoadmapStatus.DRAFTING, RoadmapStatus.GENERATING, RoadmapStatus.PAUSED}),
    Command.RETRY: frozenset({RoadmapStatus.PARTIAL, RoadmapStatus.FAILED, RoadmapStatus.CANCELLED}),
}
"""The one table of commands: every guard asks it."""


class Progress(Frozen):
    """How many concepts of a roadmap are in which state; what is in none of the others is pending."""

    # `pending` is written, and follows from the rest when it is read again.
    model_config = ConfigDict(extra="ignore")

    total: int = 0
    completed: int = 0
    partial: int = 0
    failed: int = 0
    generating: int = 0

    @computed_field  # type: ignore[prop-decorator]
    @property
    def pending(self) -> int:
        return self.total - self.completed - self.partial - self.failed - self.generating

    def moved(self, before: ContentStatus, after: ContentStatus) -> "Progress":
        """The progress once a concept has gone from one state to another."""
        counts = {status: getattr(self, status) for status in ContentStatus if status != ContentStatus.PENDING}
        if before in counts:
            counts[before] -= 1
        if after in counts:
            counts[after] += 1
        return Progress(total=self.total, **counts)


def content_outcome(progress: Progress) -> TaskStatus:
    """How a content task has ended, once nothing is left to start."""
    if progress.completed == progress.total:
        return TaskStatus.COMPLETED
    if progress.completed == 0 and progress.partial == 0:
        return TaskStatus.FAILED
    return TaskStatus.PARTIAL


def roadmap_status(kind: TaskKind, status: TaskStatus, progress: Progress) -> RoadmapStatus:
    """A roadmap's state, as it follows from its newest task: it is stored nowhere, so it cannot drift."""
    if status == TaskStatus.PAUSED:
        return RoadmapStatus.PAUSED
    if status == TaskStatus.CANCELLED:
        return RoadmapStatus.CANCELLED
    if status == TaskStatus.FAILED:
        return RoadmapStatus.FAILED
    match kind:
        case TaskKind.DRAFT:
            return RoadmapStatus.DRAFTING if status.is_active else RoadmapStatus.AWAITING_REVIEW
        case TaskKind.CONTENT:
            if status.is_active:
                return RoadmapStatus.GENERATING
            done = progress.completed == progress.total
            return RoadmapStatus.COMPLETED if done else RoadmapStatus.PARTIAL
        case _:
            assert_never(kind)
