"""Transactions in a viewer's name. An answer is read in one, which sees one moment and writes nothing."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.concept_repo import ConceptRepository
from app.db.repositories.raw_answer_repo import RawAnswerRepository
from app.db.repositories.revision_repo import RevisionRepository
from app.db.repositories.roadmap_repo import RoadmapRepository
from app.db.repositories.task_repo import TaskRepository
from app.db.session import Sessions, safe_session_with_retry
from app.domain.records import RoadmapMetadata
from app.domain.viewer import RoadmapHandle, Viewer

T = TypeVar("T")


class ViewerTransaction:
    """A transaction of a viewer, and its repositories."""

    def __init__(self, session: AsyncSession, viewer: Viewer) -> None:
        self.session = session
        self.viewer = viewer
        self.roadmaps = RoadmapRepository(session)
        self.concepts = ConceptRepository(session)
        self.revisions = RevisionRepository(session)
        self.tasks = TaskRepository(session)
        self.raw_answers = RawAnswerRepository(session)

    async def roadmap(self, roadmap_id: UUID) -> RoadmapMetadata:
        """The viewer's roadmap.

        Raises:
            NotFound: the viewer has no such roadmap.
        """
        return await self.roadmaps.get_roadmap_metadata(roadmap_id, self.viewer)

    async def concept(self, roadmap_id: UUID, concept_id: str) -> tuple[RoadmapHandle, dict[str, Any]]:
        """A concept of the outline of the viewer's roadmap.

        Raises:
            NotFound: the viewer has no such roadmap, or it has no such concept.
        """
        return await self.roadmaps.concept(roadmap_id, self.viewer, concept_id)


class Reads:
    """Runs reads: `await read(viewer, work)`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def __call__(
        self, viewer: Viewer, work: Callable[[ViewerTransaction], Awaitable[T]], *, single_statement: bool = False
    ) -> T:
        """The result of the work, all of whose statements see the same moment. One of a `single_statement` does so
        without a transaction, which saves two round trips."""

        async def transaction(session: AsyncSession) -> T:
            return await work(ViewerTransaction(session, viewer))

        return await safe_session_with_retry(
            self._sessions, transaction, single_statement=single_statement, snapshot=not single_statement
        )
