"""What the tests of the store, the events and the API share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from factories import a_request, an_outline
from fakes import RecordingEvents, SilentDoorbell
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.content_store import PostgresContentStore
from app.db.draft_store import DraftStore
from app.db.repositories.task_repo import Claim, WorkerRepository
from app.db.session import Sessions, safe_session_with_retry
from app.db.task_store import TaskStore
from app.domain.content import Usage
from app.domain.roadmap import Outline
from app.domain.tasks import TaskKind
from app.services.accounts import LOCAL_USER
from app.services.roadmap_reader import RoadmapReader
from app.services.roadmaps import RoadmapService

AUTHOR = "test:author"


@dataclass(frozen=True)
class Desk:
    """The services over a real database, with events and doorbells recorded."""

    sessions: Sessions
    roadmaps: RoadmapService
    reader: RoadmapReader
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

    async def drafted(self, outline: Outline | None = None) -> UUID:
        """A roadmap whose outline awaits review."""
        created = await self.roadmaps.create(a_request(), user_id=LOCAL_USER, auto_approve=False, idempotency_key=None)
        worker = await self.a_worker()
        claim = await worker.claim(created.task_id)
        assert claim is not None
        await DraftStore(self.sessions, claim).save(outline or an_outline(3), Usage())
        await worker.let_go(claim)
        return created.roadmap_id

    async def claimed(self, outline: Outline | None = None) -> tuple[Claim, TaskStore]:
        """An approved roadmap whose content task a worker has claimed."""
        roadmap_id = await self.drafted(outline)
        task_id = await self.roadmaps.approve(roadmap_id, user_id=LOCAL_USER)
        worker = await self.a_worker()
        claim = await worker.claim(task_id)
        assert claim is not None
        assert claim.kind == TaskKind.CONTENT
        return claim, worker

    def store(self, claim: Claim) -> PostgresContentStore:
        return PostgresContentStore(self.sessions, claim, author=AUTHOR)

    async def execute(self, work: Callable[[AsyncSession], Awaitable[object]]) -> None:
        await safe_session_with_retry(self.sessions, work)


@pytest.fixture
def desk(sessions: Sessions) -> Desk:
    events, doorbell = RecordingEvents(), SilentDoorbell()
    service = RoadmapService(sessions, doorbell, events, author=AUTHOR, max_concepts=300)
    return Desk(sessions, service, RoadmapReader(sessions), events, doorbell)
