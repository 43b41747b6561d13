"""Roadmaps as the API shows them: one with all its concepts, and pages of many."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson

from app.core.json import dumps
from app.db.positions import Positions
from app.domain.outline_prerequisites import DroppedPrerequisite
from app.domain.records import RoadmapMetadata, RoadmapPosition
from app.domain.roadmap import ListOrder
from app.domain.state_machine import allowed
from app.domain.tasks import RoadmapStatus
from app.domain.viewer import Viewer
from app.reading.concepts import state_fields
from app.reading.kept_roadmaps import KeptRoadmaps, RoadmapSnapshot
from app.reading.list_cursor import cursor_of, parse_cursor, place_of
from app.reading.tasks import progress_view, task_view
from app.reading.transaction import Reads, ViewerTransaction
from app.reading.views import ListedRoadmap, RoadmapPage

LARGE_ROADMAP = 500
"""Concepts of a roadmap that is put together beside the event loop."""
_REMEMBERED = 4096
"""States of concepts whose shown form is remembered: when a roadmap has changed, few of its concepts have."""

States = dict[str, tuple[str, datetime | None]]
"""By the ids of concepts: their artefacts as stored JSON, and when they were learned."""


class RoadmapReader:
    def __init__(self, read: Reads, positions: Positions) -> None:
        self._read = read
        self._positions = positions
        self._kept = KeptRoadmaps(self._make)

    async def position(self, viewer: Viewer, roadmap_id: UUID) -> RoadmapPosition:
        """Where the roadmap's event log stands.

        Raises:
            NotFound: the viewer has no such roadmap.
        """
        return await self._positions(viewer, roadmap_id)

    async def roadmap(self, viewer: Viewer, roadmap_id: UUID) -> RoadmapSnapshot:
        """The whole roadmap.

        Raises:
            NotFound: the viewer has no such roadmap.
        """
        return await self.at(viewer, await self.position(viewer, roadmap_id))

    async def at(self, viewer: Viewer, position: RoadmapPosition) -> RoadmapSnapshot:
        """The whole roadmap as of a position, or later. The position has been read in this viewer's name just now.

        Raises:
            NotFound: the viewer has it no more.
        """
        return await self._kept.at(viewer, position)

    async def gzipped(self, snapshot: RoadmapSnapshot) -> bytes:
        """The same compressed."""
        return await self._kept.gzipped(snapshot)

    async def edited(self, viewer: Viewer, roadmap_id: UUID, dropped: Sequence[DroppedPrerequisite]) -> RoadmapSnapshot:
        """The whole roadmap after an edit, with the prerequisites that the edit has dropped. It is not kept with
        them."""
        if not dropped:
            return await self.roadmap(viewer, roadmap_id)
        return await self._make(viewer, roadmap_id, {"dropped_prerequisites": [one.model_dump() for one in dropped]})

    async def _make(
        self, viewer: Viewer, roadmap_id: UUID, more: Mapping[str, Any] = MappingProxyType({})
    ) -> RoadmapSnapshot:
        async def work(transaction: ViewerTransaction) -> tuple[RoadmapMetadata, States]:
            roadmap = await transaction.roadmap(roadmap_id)
            return roadmap, await transaction.concepts.shown(roadmap.handle)

        roadmap, states = await self._read(viewer, work)
        if len(states) > LARGE_ROADMAP:
            body = await asyncio.to_thread(_written, roadmap, states, more)
        else:
            body = _written(roadmap, states, more)
        return RoadmapSnapshot(epoch=roadmap.epoch, seq=roadmap.seq, body=body)

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


def _written(roadmap: RoadmapMetadata, states: States, more: Mapping[str, Any]) -> bytes:
    return dumps(_fields(roadmap, states) | dict(more))


def _fields(roadmap: RoadmapMetadata, states: States) -> dict[str, Any]:
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
                            _concept(concept, *states[concept["concept_id"]]) for concept in module["concepts"]
                        ]
                    }
                    for module in stage["modules"]
                ],
            }
            for order, stage in enumerate(stages, start=1)
        ],
    }


def _concept(concept: dict[str, Any], stored: str, learned_at: datetime | None) -> dict[str, Any]:
    """What `ConceptView` has: a concept of the outline with its state."""
    return {**concept, **_state(stored), "learned_at": learned_at}


@lru_cache(_REMEMBERED)
def _state(stored: str) -> dict[str, Any]:
    return state_fields(orjson.loads(stored))
