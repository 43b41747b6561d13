"""The ports of the core: who writes, who saves, who announces."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import Artefact
from app.domain.events import Event
from app.domain.failures import Failure
from app.domain.outline_operations import RevisionPlan
from app.domain.roadmap import LearningRequest, Outline
from app.domain.usage import Usage
from app.generation.backlog import Backlog
from app.generation.work import Batch, ConceptBrief, Delivery


class StoreUnavailable(Exception):
    """The store cannot be reached at the moment; the same call may be made again."""


class OwnershipLost(Exception):
    """The task belongs to another worker by now: nothing was written, and nothing more may be."""


class AuthorBug(Exception):
    """A bug in an author, the cause of this exception; `usage` is what it had used up by then."""

    def __init__(self, usage: Usage) -> None:
        super().__init__(usage)
        self.usage = usage


class ArtefactWriter(Protocol):
    async def write(self, kind: ArtefactKind, brief: ConceptBrief) -> Delivery[Artefact]:
        """Write one artefact, within a time limit of the author's own: waiting for a turn does not count. A failure
        is delivered as a value; an exception is a bug, and `AuthorBug` one that has cost something."""
        ...


class Author(ArtefactWriter, Protocol):
    """Writes outlines and artefacts."""

    @property
    def name(self) -> str:
        """Who wrote it, as shown to learners: `builtin:outline` or `provider:model`."""
        ...

    async def draft(self, request: LearningRequest) -> Delivery[Outline]:
        """Draft an outline of the requested size that keeps the rules of `domain.outline_rules`."""
        ...

    async def revise(self, request: LearningRequest, outline: Outline, feedback: str) -> Delivery[RevisionPlan]:
        """Say by which operations the outline follows the learner's words. Applied, they keep the rules of
        `domain.outline_rules`."""
        ...

    async def close(self) -> None:
        """End connections; the author is not used any more."""
        ...


class ContentStore(Protocol):
    """Where one task's results are kept; bound to that task and its fencing token.

    Every method is one transaction; those that write return the events that they committed. Each may be repeated after
    `StoreUnavailable`, and raises `OwnershipLost` before it has written anything.
    """

    async def pending(self) -> Backlog:
        """What is still to be written, in learning order: nothing when the task was stopped meanwhile. Writes
        nothing."""
        ...

    async def artefacts(self, concept_id: str, kinds: Collection[ArtefactKind]) -> Mapping[ArtefactKind, Artefact]:
        """The current artefacts of some kinds, those of them that there are. Writes nothing."""
        ...

    async def start(self, concept_ids: Sequence[str]) -> Sequence[Event]:
        """Mark concepts as being written, unless the task was stopped meanwhile. `save` does the same for the
        concepts that a batch starts."""
        ...

    async def save(self, batch: Batch) -> Sequence[Event]:
        """Save a batch. Still possible when the task has been stopped but not taken away."""
        ...

    async def finish(self) -> Sequence[Event]:
        """End the task: nothing is left to write."""
        ...

    async def pause(self, reason: Failure) -> Sequence[Event]:
        """Pause the task for the given reason."""
        ...


class EventPublisher(Protocol):
    async def publish(self, events: Sequence[Event]) -> None:
        """Announce events that are committed. Never raises for a dead channel: readers catch up from the store."""
        ...
