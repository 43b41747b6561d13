"""Who asks, and what shows that a roadmap may be reached."""

from dataclasses import dataclass
from uuid import UUID

from app.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Viewer:
    """The user in whose name something is asked or done."""

    user_id: str


LOCAL_VIEWER = Viewer("local")
"""Everything belongs to one user while there are no accounts; every query names a viewer all the same."""


class NoSuchRoadmap(NotFound):
    """The viewer has no such roadmap: there is none, it is another user's, or it is in the trash."""

    def __init__(self) -> None:
        super().__init__("There is no such roadmap.")


class NoSuchConcept(NotFound):
    """The roadmap's outline has no such concept, or there is no outline yet."""

    def __init__(self) -> None:
        super().__init__("There is no such concept in this roadmap.")


@dataclass(frozen=True, slots=True)
class RoadmapHandle:
    """The right to reach what belongs to a roadmap. Only three things give one: a roadmap that was found or
    made for its viewer, a worker's claim on its task, and a task that was taken from a dead worker."""

    roadmap_id: UUID
