"""The composition root of the worker: everything that one worker process needs, in one event loop."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from app.agents.factory import open_author
from app.core import failpoints
from app.core.celery_app import app as celery
from app.core.garbage import collect_when_short, leave_full_collections_to_us
from app.core.settings import Settings
from app.core.tracing import start_tracing
from app.db.schema import SCHEMA_REVISION
from app.db.session import DatabaseUnavailable, Sessions, create_engine, create_sessions, schema_is_current
from app.db.task_store import TaskStore
from app.generation.orchestrator import Limits
from app.generation.ports import Author
from app.messaging.doorbell import CeleryDoorbell
from app.messaging.redis_client import create_redis
from app.messaging.sealed_events import EventSeal
from app.services.notification_service import NotificationService
from app.tasks.authors import Authors
from app.tasks.heartbeat import LeaseHeartbeat
from app.tasks.loop_thread import LoopThread
from app.tasks.model_desk import ModelDesk
from app.tasks.worker import Worker

FIRST_LEASE_TIMEOUT = 5.0
"""Seconds to wait for the first lease; without one, nothing can be claimed, and the sweep rings again."""

SCHEMA_POLL = 0.1
"""Seconds between two looks at the schema while it is not the one that is needed."""

log = structlog.get_logger()


class WorkerRuntime:
    """Made after any fork, used by Celery's threads. `capacity` is the number of tasks that it can run at once,
    `queues` are those that it listens to; `make_author` is called in the event loop."""

    def __init__(
        self,
        settings: Settings,
        *,
        worker_id: UUID,
        capacity: int,
        queues: Sequence[str] = (),
        make_author: Callable[[Settings], Awaitable[Author]] = open_author,
    ) -> None:
        self._settings = settings
        self._capacity = capacity
        self._queues = queues
        self._make_author = make_author
        self._id = worker_id
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._thread = LoopThread("greenway-loop")
        self._heartbeat = LeaseHeartbeat(
            settings.require_database_url(),
            self._id,
            self._name,
            ticked_at=lambda: self._thread.ticked_at,
        )
        self._worker: Worker | None = None

    def start(self) -> None:
        """Wait for the schema that this code was written for, then take a lease and be ready for tasks."""
        failpoints.arm(self._settings.failpoint)
        self._thread.start()
        worker = self._thread.submit(self._open()).result()
        self._heartbeat.start()
        self._worker = worker
        if not self._heartbeat.wait_until_held(FIRST_LEASE_TIMEOUT):
            log.warning("waiting_for_lease", worker=self._name)
        # Only now: without a lease, nothing that waits can be taken.
        self._looking_after = self._thread.submit(_look_after(worker, self._desk))
        log.info("worker_started", worker=self._name, capacity=self._capacity)

    def run(self, task_id: UUID) -> None:
        """Run a task to its end; blocks the calling thread, not the loop."""
        assert self._worker is not None, "start() comes first"
        self._thread.submit(self._worker.run(task_id)).result()

    def drain(self) -> None:
        """Ask the worker to stop; from any thread or signal handler. What runs ends soon, and `run` returns."""
        if self._worker is not None:
            self._thread.submit(self._worker.drain())

    def stop(self) -> None:
        """Give up the lease and end both threads."""
        if self._worker is not None:
            self._thread.submit(self._close()).result()
        self._heartbeat.stop()
        self._thread.stop()
        log.info("worker_stopped", worker=self._name)

    async def _open(self) -> Worker:
        settings = self._settings
        self._stop_tracing = start_tracing(settings)
        self._engine = create_engine(
            settings.require_database_url(),
            pool_size=settings.db_pool_size,
            application_name=f"greenway-worker {self._name}",
        )
        self._redis = create_redis(settings.require_redis_url())
        sessions = create_sessions(self._engine)
        await _wait_for_schema(sessions)
        self._authors = Authors(settings, sessions, self._make_author)
        self._desk = ModelDesk(settings, sessions)
        return Worker(
            tasks=TaskStore(sessions, self._id, event_retention=timedelta(days=settings.event_retention)),
            sessions=sessions,
            authors=self._authors,
            events=NotificationService(self._redis, EventSeal(sessions)),
            doorbell=CeleryDoorbell(celery, self._queues),
            lease=self._heartbeat,
            limits=Limits(
                concurrency=settings.concept_concurrency,
                flush_every=settings.flush_every,
                flush_max_age=settings.flush_max_age or None,
            ),
            max_concepts=settings.max_concepts,
            capacity=self._capacity,
        )

    async def _close(self) -> None:
        self._looking_after.cancel()
        await self._authors.close()
        await self._redis.aclose()
        await self._engine.dispose()
        await asyncio.to_thread(self._stop_tracing)


async def _look_after(worker: Worker, desk: ModelDesk) -> None:
    leave_full_collections_to_us()
    async with asyncio.TaskGroup() as caring:
        caring.create_task(worker.look_after_tasks())
        caring.create_task(desk.work())
        caring.create_task(collect_when_short())


async def _wait_for_schema(sessions: Sessions) -> None:
    """A worker that is started before the migrations have run must not touch anything."""
    told = ""
    while reason := await _lacks(sessions):
        if reason != told:
            log.info("waiting_for_schema", revision=SCHEMA_REVISION, reason=reason)
        told = reason
        await asyncio.sleep(SCHEMA_POLL)


async def _lacks(sessions: Sessions) -> str | None:
    """What is missing for a start; None when the schema is there."""
    try:
        return None if await schema_is_current(sessions) else "the schema is another one"
    except DatabaseUnavailable as error:
        return f"the database cannot be reached{f': {error.reason}' if error.reason else ''}"
    except DBAPIError as error:
        return f"the database refuses: {error.orig}"
