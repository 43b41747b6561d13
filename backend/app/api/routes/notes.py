"""What a learner writes beside a concept."""

from typing import Annotated

from fastapi import APIRouter, Header, Response

from app.api.answers import PREFIX, STALE, Responses
from app.api.bodies import BodyRoute
from app.api.deps import ConceptId, CurrentViewer, RoadmapId, Services
from app.api.schemas import NoteBody
from app.domain.notes import Note, note_etag
from app.reading.views import NoteView

router = APIRouter(
    prefix=f"{PREFIX}/roadmaps/{{roadmap_id}}/concepts/{{concept_id}}/note", tags=["notes"], route_class=BodyRoute
)

IfMatch = Annotated[str | None, Header()]
WITH_NOTE_ETAG: Responses = {
    200: {"headers": {"ETag": {"description": "The note's version, for `If-Match`", "schema": {"type": "string"}}}}
}


@router.get("", responses=WITH_NOTE_ETAG)
async def get_note(
    response: Response, roadmap_id: RoadmapId, concept_id: ConceptId, services: Services, viewer: CurrentViewer
) -> NoteView:
    """The learner's note on the concept; empty if there is none."""
    return _shown(await services.read.notes.note(viewer, roadmap_id, concept_id), response)


@router.put("", responses={**WITH_NOTE_ETAG, **STALE})
async def put_note(
    response: Response,
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    body: NoteBody,
    services: Services,
    viewer: CurrentViewer,
    if_match: IfMatch = None,
) -> NoteView:
    """Replace the note. An empty text deletes it. With `If-Match`, a note that has changed meanwhile is not
    overwritten. Sending the same text again changes nothing."""
    note = await services.commands.notes.write(viewer, roadmap_id, concept_id, body.markdown, if_match=if_match)
    return _shown(note, response)


@router.delete("", status_code=204, responses=STALE)
async def delete_note(
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    services: Services,
    viewer: CurrentViewer,
    if_match: IfMatch = None,
) -> None:
    """Delete the note."""
    await services.commands.notes.delete(viewer, roadmap_id, concept_id, if_match=if_match)


def _shown(note: Note | None, response: Response) -> NoteView:
    response.headers["ETag"] = note_etag(note)
    if note is None:
        return NoteView(markdown="", updated_at=None)
    return NoteView(markdown=note.markdown, updated_at=note.updated_at)
