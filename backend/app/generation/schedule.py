"""Which concept is written next."""

from collections.abc import Iterable

from app.generation.work import PendingConcept


class Schedule:
    """Waiting concepts in learning order."""

    def __init__(self, concepts: Iterable[PendingConcept]) -> None:
        self._waiting = {concept.concept_id: concept for concept in concepts}

    def __len__(self) -> int:
        return len(self._waiting)

    def next(self) -> PendingConcept:
        """Take the concept that comes next; one must be waiting."""
        return self._waiting.pop(next(iter(self._waiting)))
