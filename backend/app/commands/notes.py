"""What learners write beside concepts: kept as it is typed, and never over what another page has written."""

from uuid import UUID

from app.commands.unit import Unit, UnitOfWork
from app.core.errors import Stale
from app.db.repositories.note_repo import NoteRepository
from app.db.repositories.search_repo import SearchRepository
from app.domain.etags import names_state
from app.domain.notes import Note, note_etag
from app.domain.viewer import RoadmapHandle, Viewer


class Notes:
    """Methods raise `NotFound` for what the viewer does not have, and `Stale` when the note is not the one that
    `if_match` names."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def write(
        self, viewer: Viewer, roadmap_id: UUID, concept_id: str, markdown: str, *, if_match: str | None
    ) -> Note | None:
        """Replace the note; an empty one is none. Sending the same text again changes nothing, so a client may repeat
        what it has got no answer to."""

        async def work(unit: Unit) -> Note | None:
            roadmap, before = await _locked(unit, roadmap_id, concept_id)
            if (before.markdown if before else "") == markdown:
                return before
            _check(before, if_match)
            await _touched(unit, roadmap)
            repository = NoteRepository(unit.session)
            if markdown == "":
                await repository.remove(roadmap, concept_id)
                return None
            if before is not None:
                return await repository.change(roadmap, concept_id, markdown)
            note = await repository.add(roadmap, concept_id, markdown)
            if note is None:
                raise _stale()
            return note

        return await self._unit(viewer, work)

    async def delete(self, viewer: Viewer, roadmap_id: UUID, concept_id: str, *, if_match: str | None) -> None:
        async def work(unit: Unit) -> None:
            roadmap, before = await _locked(unit, roadmap_id, concept_id)
            if before is None:
                return
            _check(before, if_match)
            await _touched(unit, roadmap)
            await NoteRepository(unit.session).remove(roadmap, concept_id)

        await self._unit(viewer, work)


async def _locked(unit: Unit, roadmap_id: UUID, concept_id: str) -> tuple[RoadmapHandle, Note | None]:
    roadmap, _ = await unit.concept(roadmap_id, concept_id)
    return roadmap, await NoteRepository(unit.session).get(roadmap, concept_id, for_update=True)


async def _touched(unit: Unit, roadmap: RoadmapHandle) -> None:
    await unit.roadmaps.note_study(roadmap.roadmap_id, unit.viewer)
    await SearchRepository(unit.session).outdate(roadmap)


def _check(note: Note | None, if_match: str | None) -> None:
    if if_match is not None and not names_state(if_match, note_etag(note)):
        raise _stale()


def _stale() -> Stale:
    return Stale("The note has changed since you read it; read it again and repeat your edit.")
