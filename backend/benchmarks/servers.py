"""The servers of a benchmark run, and roadmaps in them that wait to be generated."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import asyncpg
import uvloop
from redis.asyncio import Redis

from app.commands.roadmaps import RoadmapService
from app.commands.steering import Steering
from app.commands.unit import UnitOfWork
from app.core.settings import Settings, load_settings
from app.db.migrate import upgrade
from app.db.outline_store import OutlineStore
from app.db.repositories.worker_repo import WorkerRepository
from app.db.session import Sessions, create_engine, create_sessions, safe_session_with_retry
from app.db.task_store import TaskStore
from app.domain.outline_revision import NewRevision, RevisionKind
from app.domain.ownership import Claim
from app.domain.roadmap import LearningRequest
from app.domain.tasks import TaskKind
from app.domain.usage import Usage
from app.domain.viewer import LOCAL_VIEWER
from app.embedded.ports import free_port
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.running import running_in_background
from app.embedded.valkey import EmbeddedValkey
from app.messaging.redis_client import create_redis
from app.messaging.sealed_events import EventSeal
from app.reading.models import ModelReader
from app.services.notification_service import NotificationService
from benchmarks.author import TimedAuthor, an_outline

T = TypeVar("T")


class NoDoorbell:
    """The benchmark hands the tasks over itself."""

    async def ring(self, task_id: UUID, kind: TaskKind) -> None: ...


@dataclass(frozen=True)
class Bench:
    """Everything that a measurement in this process needs."""

    settings: Settings
    sessions: Sessions
    redis: Redis
    notifications: NotificationService
    roadmaps: RoadmapService
    steering: Steering

    async def approved(self, concepts: int) -> tuple[UUID, UUID]:
        """A roadmap with an approved outline: its id, and that of the waiting content task."""
        created = await self.roadmaps.create(
            LOCAL_VIEWER,
            LearningRequest(goal="Measure Greenway", concepts=30),
            auto_approve=False,
            idempotency_key=None,
        )
        claim = await self.claim(created.task_id)
        await OutlineStore(self.sessions, claim).save(
            an_outline(concepts), NewRevision(kind=RevisionKind.DRAFTED), Usage(), save_id=uuid4()
        )
        await TaskStore(self.sessions, claim.worker_id).let_go(claim)
        return created.roadmap_id, await self.steering.approve(LOCAL_VIEWER, created.roadmap_id)

    async def claim(self, task_id: UUID) -> Claim:
        """Claim a task as a worker that lives just for that."""
        worker_id = uuid4()
        await safe_session_with_retry(
            self.sessions, lambda session: WorkerRepository(session).renew(worker_id, "bench")
        )
        taken = await TaskStore(self.sessions, worker_id).claim(task_id)
        assert taken is not None, "the task is there to be had"
        return taken.claim


@contextmanager
def servers() -> Iterator[None]:
    """A Postgres that is as durable as in production, and a Valkey; their addresses are in the environment."""
    with tempfile.TemporaryDirectory(prefix="greenway-bench-") as folder:
        postgres = EmbeddedPostgres(Path(folder, "postgres"), free_port(), "bench", creates_databases=True)
        valkey = EmbeddedValkey(Path(folder, "valkey"), free_port(), "bench")
        with running_in_background(postgres), running_in_background(valkey):
            os.environ |= {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url, "LOG_LEVEL": "ERROR"}
            upgrade(postgres.url)
            yield


async def connect() -> asyncpg.Connection:
    """A plain connection to the database."""
    return await asyncpg.connect(load_settings().require_database_url().replace("+asyncpg", ""))


async def execute(statement: str) -> None:
    database = await connect()
    await database.execute(statement)
    await database.close()


def run(work: Coroutine[Any, Any, T]) -> T:
    """In an event loop of the kind that the API and the worker have."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


@asynccontextmanager
async def bench() -> AsyncIterator[Bench]:
    settings = load_settings()
    engine = create_engine(
        settings.require_database_url(), pool_size=settings.db_pool_size, application_name="greenway-bench"
    )
    redis = create_redis(settings.require_redis_url())
    sessions = create_sessions(engine)
    notifications = NotificationService(redis, EventSeal(sessions))
    unit = UnitOfWork(sessions, NoDoorbell(), notifications)

    async def author() -> str:
        return TimedAuthor.name

    service = RoadmapService(unit, author=author, max_concepts=settings.max_concepts)
    try:
        yield Bench(settings, sessions, redis, notifications, service, Steering(unit, ModelReader(sessions, settings)))
    finally:
        await redis.aclose()
        await engine.dispose()
