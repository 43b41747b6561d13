"""The doorbell: a Celery message that says which task waits. It may be lost, doubled or late; Postgres knows better."""

import asyncio
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from app.core import outages
from app.core.celery_app import CONTENT_QUEUE, DRAFT_ROADMAP, DRAFTING_QUEUE, GENERATE_CONTENT
from app.domain.tasks import TaskKind

log = structlog.get_logger()

_ENTRY_POINTS = {
    TaskKind.DRAFT: (DRAFT_ROADMAP, DRAFTING_QUEUE),
    TaskKind.REVISE: (DRAFT_ROADMAP, DRAFTING_QUEUE),
    TaskKind.CONTENT: (GENERATE_CONTENT, CONTENT_QUEUE),
}


class Doorbell(Protocol):
    async def ring(self, task_id: UUID, kind: TaskKind) -> None:
        """Tell the workers of a task. Call it after the commit. Never fails: an unheard task is rung again."""
        ...


class CeleryDoorbell:
    """`queues` are those that a worker listens to itself. What it rings goes to one of them: where no worker serves
    a queue, its tasks are heard all the same, once the sweep has found them."""

    def __init__(self, celery: Celery, queues: Sequence[str] = ()) -> None:
        self._celery = celery
        self._queues = queues

    async def ring(self, task_id: UUID, kind: TaskKind) -> None:
        try:
            await asyncio.to_thread(self._send, *_ENTRY_POINTS[kind], str(task_id))
        except (OperationalError, RedisError, OSError) as error:
            outages.redis.noticed(error)
            log.debug("task_signal_failed", task_id=str(task_id), error=type(error).__name__)
        else:
            outages.redis.over()

    def _send(self, entry_point: str, queue: str, task_id: str) -> None:
        if self._queues and queue not in self._queues:
            queue = self._queues[0]
        # The message carries the task's id as its own, so that monitors show the one that people know.
        self._celery.send_task(entry_point, args=[task_id], task_id=task_id, queue=queue, retry=False)
