"""Roadmaps as they were written last: made once for all who ask, and kept until they change."""

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

from app.core.single_flight import SingleFlight
from app.domain.etags import etag_of
from app.domain.records import RoadmapPosition
from app.domain.viewer import Viewer

KEPT_BYTES = 64 * 1024 * 1024
"""What a process keeps of roadmaps. Those that nobody has read for longest go first, and are made again when needed."""
COMPRESSED_FROM = 1024
"""Bytes of an answer that is worth compressing."""
COMPRESSION = 4
"""Of gzip: above it, time grows faster than what is saved."""
_LARGE = 64 * 1024
"""Bytes that are compressed beside the event loop."""


@dataclass(slots=True, kw_only=True)
class RoadmapSnapshot:
    """A roadmap as JSON (`reading.views.RoadmapView`), complete up to the event `seq`."""

    epoch: UUID
    seq: int
    body: bytes
    gzipped: bytes | None = field(default=None, compare=False, repr=False)
    """The body compressed, once somebody has asked for it."""
    is_kept: bool = field(default=False, compare=False, repr=False)

    @property
    def etag(self) -> str:
        return etag_of(self.epoch, self.seq)

    @property
    def size(self) -> int:
        return len(self.body) + len(self.gzipped or b"")

    def is_at(self, position: RoadmapPosition) -> bool:
        return self.seq == position.seq and self.epoch == position.epoch

    def covers(self, position: RoadmapPosition) -> bool:
        """Whether everything is there that had been committed at the position."""
        return self.seq >= position.seq and self.epoch == position.epoch


Make = Callable[[Viewer, UUID], Awaitable[RoadmapSnapshot]]
"""Reads a viewer's roadmap."""


class KeptRoadmaps:
    """Gives out nothing by itself: whoever asks has read the roadmap's position in the viewer's name just now, which
    shows that the viewer may see it, and what is the least that has to be shown."""

    def __init__(self, make: Make, *, limit: int = KEPT_BYTES) -> None:
        self._make = make
        self._limit = limit
        self._kept: OrderedDict[UUID, RoadmapSnapshot] = OrderedDict()
        """The one that has been read last comes last."""
        self._size = 0
        self._making: SingleFlight[tuple[Viewer, UUID], RoadmapSnapshot] = SingleFlight()
        self._compressing: SingleFlight[int, bytes] = SingleFlight()

    async def at(self, viewer: Viewer, position: RoadmapPosition) -> RoadmapSnapshot:
        """The roadmap as of the position, or later.

        Raises:
            NotFound: the viewer has it no more.
        """
        roadmap_id = position.handle.roadmap_id
        kept = self._kept.get(roadmap_id)
        if kept is not None and kept.is_at(position):
            self._kept.move_to_end(roadmap_id)
            return kept
        flight = (viewer, roadmap_id)
        if flight in self._making:  # it may have begun before the position was read
            snapshot = await self._making(flight, lambda: self._made(viewer, roadmap_id))
            if snapshot.covers(position):
                return snapshot
        return await self._making(flight, lambda: self._made(viewer, roadmap_id))

    async def gzipped(self, snapshot: RoadmapSnapshot) -> bytes:
        """The body compressed: once for all who ask."""
        if snapshot.gzipped is None:
            gzipped = await self._compressing(id(snapshot), lambda: compressed(snapshot.body))
            if snapshot.gzipped is None:
                snapshot.gzipped = gzipped
                if snapshot.is_kept:
                    self._grow(len(gzipped))
        return snapshot.gzipped

    async def _made(self, viewer: Viewer, roadmap_id: UUID) -> RoadmapSnapshot:
        snapshot = await self._make(viewer, roadmap_id)
        self._keep(roadmap_id, snapshot)
        return snapshot

    def _keep(self, roadmap_id: UUID, snapshot: RoadmapSnapshot) -> None:
        if (before := self._kept.pop(roadmap_id, None)) is not None:
            self._forget(before)
        self._kept[roadmap_id] = snapshot
        snapshot.is_kept = True
        self._grow(snapshot.size)

    def _grow(self, size: int) -> None:
        self._size += size
        while self._size > self._limit:
            _, oldest = self._kept.popitem(last=False)
            self._forget(oldest)

    def _forget(self, snapshot: RoadmapSnapshot) -> None:
        self._size -= snapshot.size
        snapshot.is_kept = False


async def compressed(body: bytes) -> bytes:
    if len(body) < _LARGE:
        return gzip.compress(body, COMPRESSION, mtime=0)
    return await asyncio.to_thread(gzip.compress, body, COMPRESSION, mtime=0)
