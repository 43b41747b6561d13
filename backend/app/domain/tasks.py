"""Tasks and roadmaps: their states, and how a roadmap's follows from its newest task."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import assert_never

from pydantic import ConfigDict, computed_field

from app.domain.base import FrozenModel
from app.domain.content.status import ContentStatus


class TaskKind(StrEnum):
    DRAFT = "draft"
    REVISE = "revise"
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


ENDED = frozenset({RoadmapStatus.COMPLETED, RoadmapStatus.PARTIAL, RoadmapStatus.FAILED, RoadmapStatus.CANCELLED})


class Progress(FrozenModel):
    """The concepts of a roadmap, counted by state; `pending` counts the rest."""

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

    @classmethod
    def of(cls, statuses: Iterable[ContentStatus] | Counter[ContentStatus]) -> "Progress":
        """The progress of concepts in these states, which may be counted already."""
        counts = Counter(statuses)
        return cls(total=counts.total(), **{name: count for name, count in counts.items() if name in cls.model_fields})

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


def roadmap_status(
    kind: TaskKind, status: TaskStatus, progress: Progress, returns_to: RoadmapStatus | None = None
) -> RoadmapStatus:
    """A roadmap's state, as it follows from its newest task: it is stored nowhere, so it cannot drift.

    `returns_to` is the state in which a `revise` task found the roadmap: however that ends, the roadmap is there again.
    """
    match kind:
        case TaskKind.DRAFT:
            if status.is_active:
                return RoadmapStatus.DRAFTING
            return _OF_A_STOPPED_TASK.get(status, RoadmapStatus.AWAITING_REVIEW)
        case TaskKind.REVISE:
            assert returns_to is not None, "a revision knows what it interrupts"
            if status.is_active:
                return RoadmapStatus.DRAFTING
            return returns_to if returns_to == RoadmapStatus.AWAITING_REVIEW else _rested(returns_to, progress)
        case TaskKind.CONTENT:
            if status == TaskStatus.PAUSED:
                return RoadmapStatus.PAUSED
            if status.is_active:
                return RoadmapStatus.GENERATING
            return _rested(_OF_A_STOPPED_TASK.get(status), progress)
        case _:
            assert_never(kind)


_OF_A_STOPPED_TASK = {TaskStatus.FAILED: RoadmapStatus.FAILED, TaskStatus.CANCELLED: RoadmapStatus.CANCELLED}


def _rested(status: RoadmapStatus | None, progress: Progress) -> RoadmapStatus:
    """Where everything is written, it does not matter how the last run ended."""
    if progress.completed == progress.total:
        return RoadmapStatus.COMPLETED
    return status if status in (RoadmapStatus.FAILED, RoadmapStatus.CANCELLED) else RoadmapStatus.PARTIAL
