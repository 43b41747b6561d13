"""How a learner's command is carried out: one transaction; doorbell and events follow the commit."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict, NotFound
from app.db.repositories.roadmap_repo import RoadmapRepository
from app.db.session import Sessions, safe_session_with_retry
from app.domain.events import Event
from app.domain.records import RoadmapMetadata
from app.domain.roadmap import Outline
from app.domain.state_machine import ALLOWED, Command
from app.domain.tasks import RoadmapStatus, TaskKind
from app.generation.ports import EventPublisher
from app.services.doorbell import Doorbell

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Generic[T]):
    """What a command gives, the events that it has committed, and the task that waits for a worker."""

    value: T
    events: Sequence[Event] = ()
    queued: tuple[UUID, TaskKind] | None = None


class Commands:
    def __init__(self, sessions: Sessions, doorbell: Doorbell, events: EventPublisher) -> None:
        self._sessions = sessions
        self._doorbell = doorbell
        self._events = events

    async def carry_out(self, work: Callable[[AsyncSession], Awaitable[Done[T]]]) -> T:
        """Commit the work, then ring for its task and publish its events."""
        done = await safe_session_with_retry(self._sessions, work)
        if done.queued is not None:
            await self._doorbell.ring(*done.queued)
        await self._events.publish(done.events)
        return done.value


async def locked(
    session: AsyncSession, roadmap_id: UUID, user_id: str, command: Command | None = None
) -> RoadmapMetadata:
    """Lock the roadmap, check that the command is possible in its state, and note that the learner works with it.

    Raises:
        NotFound: the user has no such roadmap.
        Conflict: the command is not possible.
    """
    roadmap = await RoadmapRepository(session).get_roadmap_metadata(roadmap_id, user_id=user_id, for_update=True)
    if roadmap is None:
        raise NotFound("There is no such roadmap.")
    if command is not None and roadmap.status not in ALLOWED[command]:
        raise Conflict(f"A roadmap that is {_SPOKEN[roadmap.status]} cannot be {_DONE[command]}.")
    await RoadmapRepository(session).note_study(roadmap_id, user_id=user_id)
    return roadmap


def outline_of(roadmap: RoadmapMetadata) -> Outline:
    """The roadmap's outline.

    Raises:
        Conflict: there is none yet.
    """
    if roadmap.framework_data is None:
        raise Conflict(NO_OUTLINE)
    return Outline.model_validate(roadmap.framework_data)


def concept_name(roadmap: RoadmapMetadata, concept_id: str) -> str:
    """The name of a concept of the outline.

    Raises:
        NotFound: the outline has no such concept.
        Conflict: there is no outline yet.
    """
    if roadmap.framework_data is None:
        raise Conflict(NO_OUTLINE)
    concept = roadmap.concept(concept_id)
    if concept is None:
        raise NotFound("There is no such concept in this roadmap.")
    return str(concept["name"])


NO_OUTLINE = "The roadmap has no outline yet; retry the draft first."
_SPOKEN = {
    RoadmapStatus.DRAFTING: "being drafted",
    RoadmapStatus.AWAITING_REVIEW: "awaiting review",
    RoadmapStatus.GENERATING: "being generated",
    RoadmapStatus.PAUSED: "paused",
    RoadmapStatus.COMPLETED: "completed",
    RoadmapStatus.PARTIAL: "partly completed",
    RoadmapStatus.FAILED: "failed",
    RoadmapStatus.CANCELLED: "cancelled",
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
