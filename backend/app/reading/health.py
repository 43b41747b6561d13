"""Whether everything that Greenway needs is there, each with a plain sentence; and the gauges that come from it."""

import asyncio
import time
from dataclasses import dataclass
from typing import TypeVar

from redis.asyncio import Redis
from redis.exceptions import InvalidResponse, RedisError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import metrics
from app.core.redis_faults import redis_fault
from app.db.repositories.task_repo import TaskRepository
from app.db.repositories.worker_repo import WorkerRepository
from app.db.schema import SCHEMA_REVISION
from app.db.session import (
    DatabaseUnavailable,
    Sessions,
    safe_session_with_retry,
    schema_sentence,
    stored_revision,
)
from app.domain.tasks import ACTIVE, TaskKind, TaskStatus

T = TypeVar("T")

ByState = dict[tuple[TaskKind, TaskStatus], T]

CHECK_TIMEOUT = 3.0
"""Seconds that one check may take."""
RECOUNT_AFTER = 10
"""Tasks that have ended are many: a count of them holds for as many times as long as it has taken."""


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    ok: bool
    message: str
    reason: str | None = None
    """What the server or the system said; for the operator, not for learners."""


class DependencyHealth:
    def __init__(self, sessions: Sessions, redis: Redis) -> None:
        self._sessions = sessions
        self._redis = redis
        self._counting = asyncio.Lock()
        self._ended: ByState[int] = {}
        self._ended_until = 0.0

    async def checks(self) -> list[Check]:
        """Database, schema and Redis: without one of them the API is not ready."""
        database, redis = await asyncio.gather(self._database(), self._redis_answers())
        return [*database, redis]

    async def count_tasks(self) -> None:
        """Set the gauges of tasks and workers; while the database is away, the last values stay. A caller that asks
        often keeps one connection busy, and has the tasks that have ended counted again after a while only."""
        async with self._counting:
            await self._count_tasks()

    async def _count_tasks(self) -> None:
        async def work(session: AsyncSession) -> tuple[ByState[int], ByState[float], int]:
            repository = TaskRepository(session)
            started = time.monotonic()
            if started >= self._ended_until:
                self._ended = await repository.counts(active=False)
                took = time.monotonic() - started
                self._ended_until = started + RECOUNT_AFTER * took
            counts = self._ended | await repository.counts(active=True)
            return counts, await repository.longest_silence(), await WorkerRepository(session).count_alive()

        try:
            counts, silences, workers = await safe_session_with_retry(self._sessions, work, attempts=1)
        except DatabaseUnavailable:
            return
        for kind in TaskKind:
            for status in TaskStatus:
                metrics.tasks.labels(kind, status).set(counts.get((kind, status), 0))
                if status in ACTIVE:
                    metrics.task_silence.labels(kind, status).set(silences.get((kind, status), 0))
        metrics.workers.set(workers)

    async def _database(self) -> list[Check]:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT):
                revision = await stored_revision(self._sessions)
        except DatabaseUnavailable as error:
            return [Check("database", False, "The database cannot be reached.", error.reason)]
        except TimeoutError:
            reason = f"no answer within {CHECK_TIMEOUT:g} s"
            return [Check("database", False, "The database cannot be reached.", reason)]
        except DBAPIError as error:
            reason = " ".join(str(error.orig).split())
            return [Check("database", False, "The database refuses the connection; check DATABASE_URL.", reason)]
        reached = Check("database", True, "The database is available.")
        if revision == SCHEMA_REVISION:
            return [reached, Check("schema", True, f"The schema is up to date ({revision}).")]
        return [reached, Check("schema", False, schema_sentence(revision))]

    async def _redis_answers(self) -> Check:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT):
                if not await self._redis.ping():
                    raise InvalidResponse
        except (RedisError, OSError, TimeoutError) as error:
            reason = redis_fault(error) or f"no answer within {CHECK_TIMEOUT:g} s"
            return Check("redis", False, "Redis cannot be reached.", reason)
        return Check("redis", True, "Redis answers.")
