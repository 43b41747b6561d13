"""Roadmaps as the API shows them: one with all its concepts, and pages of many."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.json import dumps
from app.domain.etags import etag_of
from app.domain.outline_prerequisites import DroppedPrerequisite
from app.domain.records import RoadmapMetadata, RoadmapPosition
from app.domain.roadmap import ListOrder
from app.domain.state_machine import allowed
from app.domain.tasks import RoadmapStatus
from app.domain.viewer import Viewer
from app.reading.concepts import concept_fields
from app.reading.list_cursor import cursor_of, parse_cursor, place_of
from app.reading.tasks import progress_view, task_view
from app.reading.transaction import Reads, ViewerTransaction
from app.reading.views import ListedRoadmap, RoadmapPage

LARGE_ROADMAP = 500
"""Concepts of a roadmap that is put together beside the event loop."""


@dataclass(frozen=True, slots=True)
class RoadmapSnapshot:
    """A roadmap as JSON (`reading.views.RoadmapView`), and the number of the event up to which it is complete."""

    seq: int
    etag: str
    body: bytes


class RoadmapReader:
    def __init__(self, read: Reads) -> None:
        self._read = read

    async def position(self, viewer: Viewer, roadmap_id: UUID) -> RoadmapPosition:
        """Where the roadmap's event log stands."""

        async def work(transaction: ViewerTransaction) -> RoadmapPosition:
            return await transaction.roadmaps.position(roadmap_id, viewer)

        return await self._read(viewer, work, single_statement=True)

    async def roadmap(
        self, viewer: Viewer, roadmap_id: UUID, *, dropped: Sequence[DroppedPrerequisite] = ()
    ) -> RoadmapSnapshot:
        """The whole roadmap; after an edit with the prerequisites that the edit has dropped."""
        more = {"dropped_prerequisites": [one.model_dump() for one in dropped]} if dropped else {}

        async def work(transaction: ViewerTransaction) -> tuple[RoadmapMetadata, dict[str, dict[str, Any]]]:
            roadmap = await transaction.roadmap(roadmap_id)
            return roadmap, await transaction.concepts.rows(roadmap.handle)

        roadmap, states = await self._read(viewer, work)
        etag = etag_of(roadmap.epoch, roadmap.seq)
        if len(states) > LARGE_ROADMAP:
            return RoadmapSnapshot(roadmap.seq, etag, await asyncio.to_thread(_written, roadmap, states, more))
        return RoadmapSnapshot(roadmap.seq, etag, _written(roadmap, states, more))

    async def list(
        self,
        viewer: Viewer,
        *,
        cursor: str | None,
        limit: int,
        sort: ListOrder = ListOrder.CREATED,
        search: str | None = None,
        statuses: Collection[RoadmapStatus] = (),
        trash: bool = False,
    ) -> RoadmapPage:
        """A page of the viewer's roadmaps in an order: those that are searched for, in one of the statuses if any are
        given."""
        place = parse_cursor(cursor, sort)

        async def work(transaction: ViewerTransaction) -> list[RoadmapMetadata]:
            return await transaction.roadmaps.list_roadmaps(
                viewer, sort=sort, after=place, limit=limit + 1, search=search, statuses=statuses, trash=trash
            )

        found = await self._read(viewer, work, single_statement=True)
        page = found[:limit]
        return RoadmapPage(
            items=[_listed(roadmap) for roadmap in page],
            next_cursor=cursor_of(place_of(page[-1], sort)) if len(found) > limit else None,
        )


def _listed(roadmap: RoadmapMetadata) -> ListedRoadmap:
    return ListedRoadmap(
        roadmap_id=roadmap.id,
        title=roadmap.title,
        goal=roadmap.request["goal"],
        language=roadmap.request["language"],
        status=roadmap.status,
        allowed=[] if roadmap.deleted_at else allowed(roadmap.status, roadmap.task.kind),
        author=roadmap.author,
        created_at=roadmap.created_at,
        imported_at=roadmap.imported_at,
        progress=progress_view(roadmap.progress),
        studied_at=roadmap.studied_at,
        deleted_at=roadmap.deleted_at,
    )


def _written(roadmap: RoadmapMetadata, states: dict[str, dict[str, Any]], more: dict[str, Any]) -> bytes:
    return dumps(_fields(roadmap, states) | more)


def _fields(roadmap: RoadmapMetadata, states: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What `RoadmapView` has. It is not built as one: a roadmap has up to thousands of concepts."""
    stages = roadmap.framework_data["stages"] if roadmap.framework_data else []
    return {
        "roadmap_id": roadmap.id,
        "title": roadmap.title,
        "goal": roadmap.request["goal"],
        "language": roadmap.request["language"],
        "status": roadmap.status,
        "allowed": allowed(roadmap.status, roadmap.task.kind),
        "author": roadmap.author,
        "created_at": roadmap.created_at,
        "imported_at": roadmap.imported_at,
        "progress": roadmap.progress.model_dump(),
        "kinds": roadmap.kinds,
        "revision": roadmap.revision,
        "can_undo": roadmap.can_undo,
        "can_redo": roadmap.can_redo,
        "seq": roadmap.seq,
        "epoch": roadmap.epoch,
        "task": task_view(roadmap.task).model_dump(),
        "usage": roadmap.usage.model_dump(),
        "stages": [
            stage
            | {
                "order": order,
                "modules": [
                    module
                    | {
                        "concepts": [
                            concept_fields(concept, states[concept["concept_id"]]) for concept in module["concepts"]
                        ]
                    }
                    for module in stage["modules"]
                ],
            }
            for order, stage in enumerate(stages, start=1)
        ],
    }
