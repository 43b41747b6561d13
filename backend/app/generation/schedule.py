"""Which concept is written next."""

from collections.abc import Iterable, Sequence

from app.generation.work import PendingConcept


class Schedule:
    """Waiting concepts in learning order, but for those that the learner wants first."""

    def __init__(self, concepts: Iterable[PendingConcept]) -> None:
        self._waiting = {concept.concept_id: concept for concept in concepts}

    def __len__(self) -> int:
        return len(self._waiting)

    def prioritise(self, concept_ids: Sequence[str]) -> None:
        """Those of these that wait come next, the first first."""
        first = {concept_id: self._waiting[concept_id] for concept_id in concept_ids if concept_id in self._waiting}
        self._waiting = {**first, **self._waiting}

    def next(self) -> PendingConcept:
        """Take the concept that comes next; one must be waiting."""
        return self._waiting.pop(next(iter(self._waiting)))
