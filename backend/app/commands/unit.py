"""What every command of a learner is: one transaction in a viewer's name; doorbell and events follow the commit."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict
from app.db.ledger import change_roadmap, queue_task
from app.db.session import Sessions, safe_session_with_retry
from app.domain.events import Event
from app.domain.records import Order, RoadmapMetadata
from app.domain.state_machine import ALLOWED, Command
from app.domain.tasks import RoadmapStatus, TaskKind
from app.domain.viewer import RoadmapHandle, Viewer
from app.generation.ledger import TransitionRefused
from app.generation.ports import EventPublisher
from app.generation.roadmap_changes import Change
from app.messaging.doorbell import Doorbell
from app.reading.transaction import ViewerTransaction

T = TypeVar("T")


class Unit(ViewerTransaction):
    """A transaction that changes something, and what is to be announced once it has been committed."""

    def __init__(self, session: AsyncSession, viewer: Viewer) -> None:
        super().__init__(session, viewer)
        self.events: list[Event] = []
        self.queued: list[tuple[UUID, TaskKind]] = []
        """Tasks whose doorbell is to be rung."""

    async def lock(self, roadmap_id: UUID, command: Command | None = None) -> RoadmapMetadata:
        """Lock the viewer's roadmap, check that the command is possible in its state, and note that the learner works
        with it.

        Raises:
            NotFound: the viewer has no such roadmap.
            Conflict: the command is not possible.
        """
        roadmap = await self.roadmaps.get_roadmap_metadata(roadmap_id, self.viewer, for_update=True)
        if command is not None and roadmap.status not in ALLOWED[command]:
            raise Conflict(
                f"A roadmap that {_SPOKEN[roadmap.status]} cannot be {_DONE[command]}.",
                details={"status": roadmap.status.value, "command": command},
            )
        await self.roadmaps.note_study(roadmap_id, self.viewer)
        return roadmap

    async def change(self, roadmap: RoadmapMetadata, change: Change) -> None:
        """Change the locked roadmap. The events are published after the commit.

        Raises:
            Conflict: a worker has ended or paused the task meanwhile.
        """
        task = await self.tasks.lock(roadmap.task.id)  # a worker may end it at any moment
        try:
            self.events += await change_roadmap(
                self.session,
                roadmap.handle,
                task,
                change,
                names={concept["concept_id"]: concept["name"] for concept in roadmap.concepts()},
                language=roadmap.request["language"],
            )
        except TransitionRefused:
            raise Conflict("The task has just ended or been paused; read the roadmap again.") from None

    async def queue(
        self, roadmap: RoadmapHandle, kind: TaskKind, order: Order = Order(), *, retries: bool = False
    ) -> UUID:
        """Make a new task the roadmap's newest; with `retries`, what has failed waits again. Gives its id."""
        task_id, events = await queue_task(self.session, roadmap, kind, order, retries=retries)
        self.ring_for(task_id, kind)
        self.events += events
        return task_id

    def ring_for(self, task_id: UUID, kind: TaskKind) -> None:
        """Ring the doorbell for a queued task after the commit."""
        self.queued.append((task_id, kind))


class UnitOfWork:
    """Runs commands: `await unit(viewer, work)`."""

    def __init__(self, sessions: Sessions, doorbell: Doorbell, events: EventPublisher) -> None:
        self._sessions = sessions
        self._doorbell = doorbell
        self._events = events

    async def __call__(self, viewer: Viewer, work: Callable[[Unit], Awaitable[T]]) -> T:
        """Commit the work, then ring for the tasks that it has queued and publish its events. On a transient fault of
        the database the work is done anew, in a unit of its own."""

        async def transaction(session: AsyncSession) -> tuple[Unit, T]:
            unit = Unit(session, viewer)
            return unit, await work(unit)

        unit, value = await safe_session_with_retry(self._sessions, transaction)
        for task_id, kind in unit.queued:
            await self._doorbell.ring(task_id, kind)
        await self._events.publish(unit.events)
        return value


def concept_named(roadmap: RoadmapMetadata, concept_id: str) -> dict[str, Any]:
    """A concept of the outline, for a command.

    Raises:
        Conflict: there is no outline yet.
        NotFound: the outline has no such concept.
    """
    roadmap.require_outline()
    return roadmap.concept(concept_id)


_SPOKEN = {
    RoadmapStatus.DRAFTING: "is being drafted",
    RoadmapStatus.AWAITING_REVIEW: "is waiting for review",
    RoadmapStatus.GENERATING: "is being generated",
    RoadmapStatus.PAUSED: "is paused",
    RoadmapStatus.COMPLETED: "is completed",
    RoadmapStatus.PARTIAL: "is partly completed",
    RoadmapStatus.FAILED: "has failed",
    RoadmapStatus.CANCELLED: "was cancelled",
}
_DONE = {
    Command.EDIT: "edited",
    Command.REVISE: "revised",
    Command.APPROVE: "approved",
    Command.PAUSE: "paused",
    Command.RESUME: "resumed",
    Command.CANCEL: "cancelled",
    Command.RETRY: "retried",
    Command.PRIORITISE: "told what to write next",
    Command.REGENERATE: "regenerated",
}
