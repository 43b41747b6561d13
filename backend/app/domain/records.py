"""Roadmaps and tasks as they are stored, without the content of the concepts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.errors import Conflict
from app.domain.content.kind import ArtefactKind
from app.domain.etags import etag_of
from app.domain.failure_sentences import Details
from app.domain.tasks import Progress, RoadmapStatus, TaskKind, TaskStatus, roadmap_status
from app.domain.usage import Usage
from app.domain.viewer import NoSuchConcept, RoadmapHandle

NO_OUTLINE = "The roadmap has no outline yet; retry the draft first."


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a task is to do beyond its kind: heed the `feedback`, keep to the concepts in `scope` (None: all that wait).
    A revision knows the roadmap's state before it."""

    feedback: str | None = None
    returns_to: RoadmapStatus | None = None
    scope: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMetadata:
    """A task. `prioritised` are the ids of the concepts that come next, the first first."""

    id: UUID
    roadmap_id: UUID
    kind: TaskKind
    status: TaskStatus
    order: Order
    prioritised: Sequence[str]
    usage: Usage
    error_code: str | None
    error_message: str | None
    error_details: Details
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadmapMetadata:
    """A roadmap without the states of its concepts. `framework_data` is the outline as stored, None while drafting."""

    id: UUID
    user_id: str
    title: str
    author: str
    request: dict[str, Any]
    framework_data: dict[str, Any] | None
    kinds: Sequence[ArtefactKind]
    auto_approve: bool
    created_at: datetime
    studied_at: datetime
    seq: int
    epoch: UUID
    progress: Progress
    task: TaskMetadata
    usage: Usage
    revision: int | None
    can_undo: bool
    can_redo: bool
    deleted_at: datetime | None
    imported_at: datetime | None

    def concepts(self) -> Iterator[dict[str, Any]]:
        """Those of the outline, as stored."""
        stages = self.framework_data["stages"] if self.framework_data else ()
        return (concept for stage in stages for module in stage["modules"] for concept in module["concepts"])

    def concept(self, concept_id: str) -> dict[str, Any]:
        """A concept of the outline, as stored.

        Raises:
            NotFound: the outline has no such concept, or there is no outline yet.
        """
        for concept in self.concepts():
            if concept["concept_id"] == concept_id:
                return concept
        raise NoSuchConcept

    def require_outline(self) -> dict[str, Any]:
        """The outline as stored.

        Raises:
            Conflict: there is none yet.
        """
        if self.framework_data is None:
            raise Conflict(NO_OUTLINE)
        return self.framework_data

    @property
    def handle(self) -> RoadmapHandle:
        return RoadmapHandle(self.id)

    @property
    def status(self) -> RoadmapStatus:
        return roadmap_status(self.task.kind, self.task.status, self.progress, self.task.order.returns_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadmapPosition:
    """Where a roadmap's event log stands: together the version of all that is visible."""

    handle: RoadmapHandle
    epoch: UUID
    seq: int
    floor: int
    """Clients cannot catch up from before this number."""

    @property
    def etag(self) -> str:
        return etag_of(self.epoch, self.seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPlace:
    """Where a page of a list ends. `studied_at` is there where that is what the list is sorted by."""

    id: UUID
    studied_at: datetime | None = None
