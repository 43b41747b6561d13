"""The lock-guarded buffer between the author and the store. It only keeps and counts: no I/O under its lock."""

import asyncio
from collections.abc import Callable

from app.generation.work import Batch, FinishedArtefact


class Buffer:
    """Gathers finished artefacts until ten concepts are complete, or the oldest entry is too old.

    `max_age` is in seconds of `clock`; None means that age does not matter. An entry is an artefact, so that what
    is finished is saved in time even when its concept takes much longer.
    """

    def __init__(self, *, flush_every: int, max_age: float | None, clock: Callable[[], float]) -> None:
        self._flush_every = flush_every
        self._max_age = max_age
        self._clock = clock
        self._lock = asyncio.Lock()
        self._artefacts: list[FinishedArtefact] = []
        self._finished: list[str] = []
        self._due: float | None = None

    @property
    def due(self) -> float | None:
        """When the oldest entry will be too old; None while there is none, or when age does not matter."""
        return self._due

    async def add(self, artefact: FinishedArtefact) -> None:
        async with self._lock:
            self._artefacts.append(artefact)
            self._entered()

    async def finish(self, concept_id: str) -> Batch | None:
        """Note that all artefacts of a concept are in. Gives a batch when this concept fills it."""
        async with self._lock:
            self._finished.append(concept_id)
            self._entered()
            return self._take() if len(self._finished) >= self._flush_every else None

    async def take_aged(self) -> Batch | None:
        """Everything, if the oldest entry is too old."""
        async with self._lock:
            return self._take() if self._due is not None and self._clock() >= self._due else None

    async def drain(self) -> Batch | None:
        """Everything; None when there is nothing, so that an exact multiple causes no empty flush."""
        async with self._lock:
            return self._take() if self._artefacts or self._finished else None

    def _entered(self) -> None:
        if self._due is None and self._max_age is not None:
            self._due = self._clock() + self._max_age

    def _take(self) -> Batch:
        batch = Batch(artefacts=tuple(self._artefacts), finished=tuple(self._finished))
        self._artefacts.clear()
        self._finished.clear()
        self._due = None
        return batch
