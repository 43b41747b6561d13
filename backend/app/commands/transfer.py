"""Takes in roadmaps that were documents, under ids of their own; a copy is one that goes out and in at once."""

import asyncio
from uuid import UUID, uuid4

from app.commands.roadmaps import CreatedRoadmap
from app.commands.unit import Unit, UnitOfWork
from app.db.repositories.transfer_repo import TransferRepository
from app.domain.base import new_id
from app.domain.copies import copy_of
from app.domain.packed_roadmap import PackedRoadmap
from app.domain.tasks import RoadmapStatus
from app.domain.viewer import Viewer
from app.reading.packing import PackedReader


class Transfer:
    def __init__(self, unit: UnitOfWork, packed: PackedReader) -> None:
        self._unit = unit
        self._packed = packed

    async def take_in(self, viewer: Viewer, roadmap: PackedRoadmap) -> CreatedRoadmap:
        """The same roadmap under a new id."""
        created = CreatedRoadmap(roadmap_id=new_id(), task_id=new_id())

        async def work(unit: Unit) -> None:
            await TransferRepository(unit.session).add(
                roadmap, viewer, roadmap_id=created.roadmap_id, task_id=created.task_id, epoch=uuid4()
            )

        await self._unit(viewer, work)
        return created

    async def duplicate(self, viewer: Viewer, roadmap_id: UUID) -> tuple[CreatedRoadmap, RoadmapStatus]:
        """A copy of the roadmap as it stands, and its state."""
        copy = await asyncio.to_thread(copy_of, await self._packed.pack(viewer, roadmap_id))
        return await self.take_in(viewer, copy), copy.status
