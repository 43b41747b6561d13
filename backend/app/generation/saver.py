"""Hands what was started and finished to the store: in order, one at a time, again and again until it is saved."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

import structlog

from app.domain.events import Event
from app.generation.patience import patiently
from app.generation.ports import ContentStore, EventPublisher
from app.generation.work import Batch

MAX_UNSAVED_CONCEPTS = 50
"""Finished concepts that may wait to be saved; beyond that, no new concept starts."""

START_LINGER = 0.05
"""Seconds that a started concept waits for others, so that they are announced in one transaction."""

log = structlog.get_logger()


class Saver:
    """Runs beside the author, so that saving never slows generating.

    `run()` ends after `close()`, once every batch is saved; it raises `OwnershipLost` when the task is gone.
    """

    def __init__(self, store: ContentStore, events: EventPublisher) -> None:
        self._store = store
        self._events = events
        self._batches: deque[Batch] = deque()
        self._started: list[str] = []
        self._work = asyncio.Event()
        self._unsaved = 0
        self._closed = False
        self.saved = 0
        """Artefacts that are saved."""
        self.has_room = asyncio.Event()
        """Clear while more finished concepts wait to be saved than backpressure allows."""
        self.has_room.set()

    def concept_started(self, concept_id: str) -> None:
        """Note a start: it is saved with the next batch, or alone when none comes soon."""
        if not self._started:
            asyncio.get_running_loop().call_later(START_LINGER, self._work.set)
        self._started.append(concept_id)

    def concept_finished(self) -> None:
        """Count a finished concept from the moment it enters the buffer."""
        self._unsaved += 1
        self._update_room()

    def submit(self, batch: Batch) -> None:
        self._batches.append(batch)
        self._work.set()

    def close(self) -> None:
        """Nothing more will come."""
        self._closed = True
        self._work.set()

    async def run(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            while self._batches:
                await self._save(replace(self._batches.popleft(), started=self._take_started()))
            if self._closed:  # what has only been started waits again: it need not be saved
                return
            if started := self._take_started():
                await self.persist(partial(self._store.start, started))

    async def persist(self, change: Callable[[], Awaitable[Sequence[Event]]]) -> None:
        """Make one change in the store, however long that takes, then announce it."""
        await self._events.publish(await patiently(change))

    def _take_started(self) -> tuple[str, ...]:
        started = tuple(self._started)
        self._started.clear()
        return started

    async def _save(self, batch: Batch) -> None:
        log.info("incremental_batch_save_started", batch_size=batch.size, artefacts=len(batch.artefacts))
        await self.persist(lambda: self._store.save(batch))
        self.saved += len(batch.artefacts)
        self._unsaved -= batch.size
        self._update_room()
        log.info("incremental_batch_save_completed", batch_size=batch.size, artefacts=len(batch.artefacts))

    def _update_room(self) -> None:
        if self._unsaved > MAX_UNSAVED_CONCEPTS:
            self.has_room.clear()
        else:
            self.has_room.set()
