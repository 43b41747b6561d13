"""The doorbell: a Celery message that says which task waits. It may be lost, doubled or late; Postgres knows better."""

import asyncio
from typing import Protocol
from uuid import UUID

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

from app.core.celery_app import DRAFT_ROADMAP, GENERATE_CONTENT
from app.domain.tasks import TaskKind

log = structlog.get_logger()

_ENTRY_POINTS = {TaskKind.DRAFT: DRAFT_ROADMAP, TaskKind.CONTENT: GENERATE_CONTENT}


class Doorbell(Protocol):
    async def ring(self, task_id: UUID, kind: TaskKind) -> None:
        """Tell the workers of a task. Call it after the commit. Never fails: an unheard task is rung again."""
        ...


class CeleryDoorbell:
    def __init__(self, celery: Celery) -> None:
        self._celery = celery

    async def ring(self, task_id: UUID, kind: TaskKind) -> None:
        try:
            await asyncio.to_thread(self._send, _ENTRY_POINTS[kind], str(task_id))
        except (OperationalError, OSError) as error:
            log.warning("doorbell_not_rung", task_id=str(task_id), error=type(error).__name__)

    def _send(self, entry_point: str, task_id: str) -> None:
        self._celery.send_task(entry_point, args=[task_id], retry=False)
