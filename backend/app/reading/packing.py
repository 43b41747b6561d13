"""Roadmaps as documents: with their outline, history, content, versions and progress."""

from uuid import UUID

import orjson

from app.db.repositories.transfer_repo import TransferRepository
from app.domain.failures import Failure, FailureCode
from app.domain.packed_roadmap import PackedRoadmap
from app.domain.records import RoadmapMetadata
from app.domain.tasks import ENDED, RoadmapStatus
from app.domain.viewer import Viewer
from app.reading.transaction import Reads, ViewerTransaction


class PackedReader:
    def __init__(self, read: Reads) -> None:
        self._read = read

    async def pack(self, viewer: Viewer, roadmap_id: UUID) -> PackedRoadmap:
        """All of a roadmap.

        Raises:
            NotFound: the viewer has no such roadmap.
        """

        async def work(transaction: ViewerTransaction) -> PackedRoadmap:
            return await _packed(transaction, await transaction.roadmap(roadmap_id))

        return await self._read(viewer, work)


async def _packed(transaction: ViewerTransaction, roadmap: RoadmapMetadata) -> PackedRoadmap:
    documents = TransferRepository(transaction.session)
    status = _resting(roadmap)
    task = roadmap.task
    failure = None
    if task.error_code is not None and status == RoadmapStatus.FAILED:
        code = FailureCode(task.error_code)
        failure = Failure(code=code, message=task.error_message or "", details=task.error_details)
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
        revisions=await documents.revisions(roadmap.handle),
        kinds=tuple(roadmap.kinds),
        concepts=tuple(await transaction.concepts.everything(roadmap.handle)),
        versions=await documents.versions(roadmap.handle),
    )


def _resting(roadmap: RoadmapMetadata) -> RoadmapStatus:
    """The state of a roadmap in a document: where it goes on to be written, as if that had been cancelled."""
    if roadmap.status in ENDED or roadmap.status == RoadmapStatus.AWAITING_REVIEW:
        return roadmap.status
    return roadmap.task.order.returns_to or RoadmapStatus.CANCELLED
