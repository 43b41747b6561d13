"""What the tests of the store, the events and the API share."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, assert_never
from uuid import UUID, uuid4

import orjson
import pytest
import pytest_asyncio
from databases import fresh_database
from factories import AUTHOR, a_batch, a_failure, a_request, an_outline, finished
from fakes import RecordingEvents, SilentDoorbell
from httpx2 import ASGITransport, AsyncClient, Response
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from app.commands.outlines import Outlines
from app.commands.roadmaps import CreatedRoadmap, RoadmapService
from app.commands.steering import Steering
from app.commands.unit import UnitOfWork
from app.core.celery_app import app as celery
from app.core.settings import Settings, load_settings, sqlalchemy_url
from app.db.content_store import PostgresContentStore
from app.db.flush_writer import FlushWriter
from app.db.outline_store import OutlineStore
from app.db.repositories.worker_repo import WorkerRepository
from app.db.session import Sessions, create_engine, create_sessions, safe_session_with_retry
from app.db.task_store import TaskStore
from app.domain.content.kind import ArtefactKind
from app.domain.outline_revision import NewRevision, RevisionKind
from app.domain.ownership import Claim
from app.domain.roadmap import Outline
from app.domain.tasks import RoadmapStatus, TaskKind
from app.domain.usage import Usage
from app.domain.viewer import LOCAL_VIEWER, RoadmapHandle
from app.embedded.valkey import EmbeddedValkey
from app.generation.work import Batch
from app.main import create_app
from app.messaging.redis_client import create_redis
from app.services.api_services import Readers

DRAFTED = NewRevision(kind=RevisionKind.DRAFTED)


@dataclass(frozen=True)
class Desk:
    """The services over a real database, with events and doorbells recorded."""

    sessions: Sessions
    roadmaps: RoadmapService
    steering: Steering
    outlines: Outlines
    read: Readers
    events: RecordingEvents
    doorbell: SilentDoorbell

    async def a_worker(self) -> TaskStore:
        """A worker that holds a lease."""
        worker_id = uuid4()
        await self.renew(worker_id)
        return TaskStore(self.sessions, worker_id)

    async def renew(self, worker_id: UUID) -> None:
        async def work(session: AsyncSession) -> None:
            await WorkerRepository(session).renew(worker_id, "test")

        await safe_session_with_retry(self.sessions, work)

    async def handle_of(self, roadmap_id: UUID) -> RoadmapHandle:
        return (await self.read.roadmaps.position(LOCAL_VIEWER, roadmap_id)).handle

    async def concept(self, roadmap_id: UUID, concept_id: str) -> dict[str, Any]:
        """A concept as the API shows it."""
        shown: dict[str, Any] = orjson.loads(await self.read.concepts.concept(LOCAL_VIEWER, roadmap_id, concept_id))
        return shown

    def readers_with(self, settings: Settings) -> Readers:
        return Readers.over(self.sessions, settings)

    async def drafted(self, outline: Outline | None = None) -> UUID:
        """A roadmap whose outline awaits review."""
        created = await self.roadmaps.create(LOCAL_VIEWER, a_request(), auto_approve=False, idempotency_key=None)
        worker = await self.a_worker()
        claim = await claim_of(worker, created.task_id)
        assert claim is not None
        await OutlineStore(self.sessions, claim).save(outline or an_outline(3), DRAFTED, Usage(), save_id=uuid4())
        await worker.let_go(claim)
        return created.roadmap_id

    async def claimed(self, outline: Outline | None = None) -> tuple[Claim, TaskStore]:
        """An approved roadmap whose content task a worker has claimed."""
        roadmap_id = await self.drafted(outline)
        task_id = await self.steering.approve(LOCAL_VIEWER, roadmap_id)
        worker = await self.a_worker()
        claim = await claim_of(worker, task_id)
        assert claim is not None
        assert claim.kind == TaskKind.CONTENT
        return claim, worker

    async def drafting(self) -> CreatedRoadmap:
        """A roadmap whose draft waits for a worker."""
        return await self.roadmaps.create(LOCAL_VIEWER, a_request(), auto_approve=False, idempotency_key=None)

    async def draft(self, task_id: UUID) -> None:
        """Do what a draft task asks for."""
        worker = await self.a_worker()
        claim = await claim_of(worker, task_id)
        assert claim is not None
        await OutlineStore(self.sessions, claim).save(an_outline(3), DRAFTED, Usage(), save_id=uuid4())
        await worker.let_go(claim)

    async def retried(self, roadmap_id: UUID) -> Claim:
        """The claim of a worker that takes up a roadmap once more."""
        task_id = await self.steering.retry(LOCAL_VIEWER, roadmap_id)
        claim = await claim_of((await self.a_worker()), task_id)
        assert claim is not None
        return claim

    def store(self, claim: Claim) -> PostgresContentStore:
        return PostgresContentStore(self.sessions, FlushWriter(self.sessions), claim)

    async def execute(self, work: Callable[[AsyncSession], Awaitable[object]]) -> None:
        await safe_session_with_retry(self.sessions, work)


async def claim_of(worker: TaskStore, task_id: UUID) -> Claim | None:
    """What a worker gets that answers a doorbell."""
    taken = await worker.claim(task_id)
    return taken.claim if taken else None


async def the_author() -> str:
    return AUTHOR


@pytest.fixture
def desk(sessions: Sessions) -> Desk:
    return a_desk(sessions)


def a_desk(sessions: Sessions) -> Desk:
    events, doorbell = RecordingEvents(), SilentDoorbell()
    unit = UnitOfWork(sessions, doorbell, events)
    read = Readers.over(sessions, Settings())
    return Desk(
        sessions=sessions,
        roadmaps=RoadmapService(unit, author=the_author, max_concepts=300),
        steering=Steering(unit, read.models),
        outlines=Outlines(unit, max_concepts=300),
        read=read,
        events=events,
        doorbell=doorbell,
    )


async def a_roadmap_that_is(status: RoadmapStatus, desk: Desk) -> UUID:
    """A roadmap of three concepts in the given state, which it came to as it would in life."""
    match status:
        case RoadmapStatus.DRAFTING:
            return (await desk.drafting()).roadmap_id
        case RoadmapStatus.AWAITING_REVIEW:
            return await desk.drafted()
        case RoadmapStatus.GENERATING:
            claim, _ = await desk.claimed()
            return claim.roadmap_id
        case RoadmapStatus.PAUSED:
            claim, worker = await desk.claimed()
            await desk.store(claim).pause(a_failure())
            await worker.let_go(claim)
            return claim.roadmap_id
        case RoadmapStatus.COMPLETED:
            return await generated(desk, a_batch("c0", "c1", "c2"))
        case RoadmapStatus.PARTIAL:
            return await generated(desk, a_batch("c0", "c1", "c2", failing=ArtefactKind.QUIZ))
        case RoadmapStatus.FAILED:
            return await generated(desk, a_hopeless_batch("c0", "c1", "c2"))
        case RoadmapStatus.CANCELLED:
            claim, worker = await desk.claimed()
            await desk.steering.cancel(LOCAL_VIEWER, claim.roadmap_id)
            await worker.let_go(claim)
            return claim.roadmap_id
        case _:
            assert_never(status)


async def generated(desk: Desk, batch: Batch) -> UUID:
    """A roadmap of three concepts whose content task has ended with this batch."""
    claim, worker = await desk.claimed()
    store = desk.store(claim)
    await store.pending()
    await store.save(batch)
    await store.finish()
    await worker.let_go(claim)
    return claim.roadmap_id


def a_hopeless_batch(*concept_ids: str) -> Batch:
    """A batch in which every artefact has failed."""
    return Batch(
        artefacts=tuple(finished(concept_id, kind, a_failure()) for concept_id in concept_ids for kind in ArtefactKind),
        finished=concept_ids,
    )


@pytest.fixture
def settings(database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of an API over the test's own servers."""
    return settings_with(monkeypatch, DATABASE_URL=database_url, REDIS_URL=redis_url)


def settings_with(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    """Settings from this environment. Celery's application outlives the test, so it is told of the broker."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    monkeypatch.setattr(celery.conf, "broker_url", settings.require_redis_url())
    monkeypatch.setattr(celery.amqp, "_producer_pool", None)
    return settings


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[AsyncClient]:
    """The real application, started and stopped, and a client of it."""
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://localhost") as client,
    ):
        yield client


@pytest.fixture
async def api(settings: Settings) -> AsyncIterator[AsyncClient]:
    async with serving(settings) as client:
        yield client


@pytest.fixture(scope="module")
def shared_database(migrated: str) -> Iterator[str]:
    """One database for all tests of a module, which mind only what they make themselves."""
    with fresh_database(migrated) as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_api(shared_database: str, valkey: EmbeddedValkey) -> AsyncIterator[AsyncClient]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        settings = settings_with(monkeypatch, DATABASE_URL=shared_database, REDIS_URL=valkey.url)
        async with serving(settings) as client:
            yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_desk(shared_database: str) -> AsyncIterator[Desk]:
    engine = create_engine(sqlalchemy_url(shared_database), pool_size=4, application_name="test")
    yield a_desk(create_sessions(engine))
    await engine.dispose()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_redis(valkey: EmbeddedValkey) -> AsyncIterator[Redis]:
    client = create_redis(valkey.url)
    yield client
    await client.aclose()


async def times_rung(redis: Redis, queue: str, task_id: str) -> int:
    """How often the doorbell has been rung for a task, while no worker listens."""
    return sum(task_id.encode() in message for message in await redis.lrange(queue, 0, -1))


def problem_in(response: Response, status: int, code: str) -> dict[str, Any]:
    """The problem that an answer tells of: complete, of this kind, and without a word of our insides."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in response.text
    problem: dict[str, Any] = response.json()
    assert problem.keys() - {"details", "errors", "errors_total"} == {
        "type",
        "title",
        "status",
        "detail",
        "instance",
        "code",
        "retryable",
        "request_id",
    }
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"urn:greenway:problem:{code}"
    assert problem["instance"] == response.request.url.path
    assert problem["retryable"] is (status == 503)
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == response.headers["x-request-id"]
    return problem
