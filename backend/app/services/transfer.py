"""Takes roadmaps out as documents, and in again under another id."""

import asyncio
from uuid import UUID, uuid4

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.db.repositories.concept_repo import ConceptRepository
from app.db.repositories.roadmap_repo import RoadmapRepository
from app.db.repositories.transfer_repo import TransferRepository
from app.db.session import Sessions, safe_session_with_retry
from app.domain.base import new_id
from app.domain.copies import copy_of
from app.domain.failures import Failure, FailureCode
from app.domain.packed_roadmap import PackedRoadmap
from app.domain.records import RoadmapMetadata
from app.domain.tasks import ENDED, RoadmapStatus
from app.services.commands import Commands, Done
from app.services.roadmaps import CreatedRoadmap


class Transfer:
    def __init__(self, sessions: Sessions, commands: Commands) -> None:
        self._sessions = sessions
        self._commands = commands

    async def take_out(self, roadmap_id: UUID, *, user_id: str) -> PackedRoadmap:
        """The roadmap with its outline, history, content, versions and progress."""

        async def work(session: AsyncSession) -> PackedRoadmap:
            roadmap = await RoadmapRepository(session).get_roadmap_metadata(roadmap_id, user_id=user_id)
            if roadmap is None:
                raise NotFound("There is no such roadmap.")
            return await _packed(session, roadmap)

        return await safe_session_with_retry(self._sessions, work, snapshot=True)

    async def take_in(self, roadmap: PackedRoadmap, *, user_id: str) -> CreatedRoadmap:
        """The same roadmap under a new id."""
        created = CreatedRoadmap(roadmap_id=new_id(), task_id=new_id())

        async def work(session: AsyncSession) -> Done[CreatedRoadmap]:
            repository = TransferRepository(session, created.roadmap_id)
            await repository.add(roadmap, created.task_id, user_id=user_id, epoch=uuid4())
            return Done(value=created)

        return await self._commands.carry_out(work)

    async def duplicate(self, roadmap_id: UUID, *, user_id: str) -> tuple[CreatedRoadmap, RoadmapStatus]:
        """A copy of the roadmap as it stands, and its state."""
        copy = await asyncio.to_thread(copy_of, await self.take_out(roadmap_id, user_id=user_id))
        return await self.take_in(copy, user_id=user_id), copy.status


async def _packed(session: AsyncSession, roadmap: RoadmapMetadata) -> PackedRoadmap:
    repository = TransferRepository(session, roadmap.id)
    status = _resting(roadmap)
    task = roadmap.task
    failure = None
    if task.error_code is not None and status == RoadmapStatus.FAILED:
        failure = Failure(code=FailureCode(task.error_code), message=task.error_message or "")
    outline = roadmap.framework_data
    return PackedRoadmap(
        request=roadmap.request,
        author=roadmap.author,
        title=roadmap.title,
        status=status,
        failure=failure,
        usage=roadmap.usage,
        created_at=roadmap.created_at,
        imported_at=roadmap.imported_at,
        outline=None if outline is None else orjson.dumps(outline).decode(),
        revision=roadmap.revision,
        revisions=await repository.revisions(),
        concepts=tuple(await ConceptRepository(session).everything(roadmap.id)),
        versions=await repository.versions(),
    )


def _resting(roadmap: RoadmapMetadata) -> RoadmapStatus:
    """The state of a roadmap in a document: where it goes on to be written, as if that had been cancelled."""
    if roadmap.status in ENDED or roadmap.status == RoadmapStatus.AWAITING_REVIEW:
        return roadmap.status
    return roadmap.task.order.returns_to or RoadmapStatus.CANCELLED
