"""Who holds a task: leases of workers, claims, and the rules by which a task changes hands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from app.domain.tasks import TaskKind, TaskStatus
from app.domain.viewer import RoadmapHandle

LEASE = timedelta(seconds=5)
"""How long a worker's lease holds without a heartbeat, by the database's clock."""

LONGEST_GAP = timedelta(seconds=2.5)
"""Between two heartbeats of a worker that takes tasks from others: two beats, and some patience. After a longer one,
others may have been without the database too."""

SUSPECT_CRASHES = 2
"""Workers that have died with a task, one after the other, after which a worker runs no second such task beside it:
the innocent ones save something and are suspects no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A task in a worker's hands; `token` fences its writes."""

    task_id: UUID
    roadmap_id: UUID
    kind: TaskKind
    worker_id: UUID
    token: int
    language: str = "en"
    """The learner's."""

    @property
    def roadmap(self) -> RoadmapHandle:
        return RoadmapHandle(self.roadmap_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """A task that was taken from a dead worker."""

    task_id: UUID
    roadmap_id: UUID
    kind: TaskKind
    status: TaskStatus
    crashes: int
    language: str

    @property
    def roadmap(self) -> RoadmapHandle:
        return RoadmapHandle(self.roadmap_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimStanding:
    """How a claimed task stands: what its owner has to heed while it runs."""

    status: TaskStatus
    prioritised: Sequence[str]
