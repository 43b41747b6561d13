"""The history of an outline as the API shows it."""

import asyncio
from typing import Any
from uuid import UUID

from app.core.errors import NotFound
from app.core.json import dumps
from app.domain.outline_diff import diff
from app.domain.outline_revision import MAX_UNDO, Revision
from app.domain.roadmap import Outline
from app.domain.viewer import Viewer
from app.reading.transaction import Reads, ViewerTransaction


class RevisionReader:
    """Answers are JSON, written beside the event loop: outlines and their operations may be long."""

    def __init__(self, read: Reads) -> None:
        self._read = read

    async def history(self, viewer: Viewer, roadmap_id: UUID) -> bytes:
        """The history of the outline, newest first (`reading.views.Revisions`)."""

        async def work(transaction: ViewerTransaction) -> dict[str, Any]:
            roadmap = await transaction.roadmap(roadmap_id)
            found = await transaction.revisions.all(roadmap.handle)
            return {"items": [one | {"current": one["number"] == roadmap.revision} for one in reversed(found)]}

        return await asyncio.to_thread(dumps, await self._read(viewer, work))

    async def revision(self, viewer: Viewer, roadmap_id: UUID, number: int) -> bytes:
        """A revision of the outline, and what it changed (`reading.views.RevisionView`).

        Raises:
            NotFound: the viewer has no such roadmap, or that has no such revision any more.
        """

        async def work(transaction: ViewerTransaction) -> tuple[Revision, Revision | None, bool]:
            roadmap = await transaction.roadmap(roadmap_id)
            found = await transaction.revisions.get(roadmap.handle, number)
            if found is None:
                raise NotFound(f"There is no revision {number}; the last {MAX_UNDO} edits are kept.")
            previous = await transaction.revisions.before(roadmap.handle, number)
            return found, previous, number == roadmap.revision

        return await asyncio.to_thread(_written, *await self._read(viewer, work))


def _written(revision: Revision, previous: Revision | None, is_current: bool) -> bytes:
    changes = (
        diff(Outline.model_validate(previous.outline), Outline.model_validate(revision.outline)) if previous else []
    )
    return dumps(
        {
            "number": revision.number,
            "kind": revision.kind,
            "feedback": revision.feedback,
            "note": revision.note,
            "operations": revision.operations,
            "created_at": revision.created_at,
            "current": is_current,
            "changes": [change.model_dump(mode="json") for change in changes],
        }
    )
