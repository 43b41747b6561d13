"""Notes as the API shows them."""

from uuid import UUID

from app.db.repositories.note_repo import NoteRepository
from app.domain.notes import Note
from app.domain.viewer import Viewer
from app.reading.transaction import Reads, ViewerTransaction


class NoteReader:
    def __init__(self, read: Reads) -> None:
        self._read = read

    async def note(self, viewer: Viewer, roadmap_id: UUID, concept_id: str) -> Note | None:
        """The note of a concept; None if there is none.

        Raises:
            NotFound: the viewer has no such roadmap, or it has no such concept.
        """

        async def work(transaction: ViewerTransaction) -> Note | None:
            roadmap, _ = await transaction.concept(roadmap_id, concept_id)
            return await NoteRepository(transaction.session).get(roadmap, concept_id)

        return await self._read(viewer, work)
