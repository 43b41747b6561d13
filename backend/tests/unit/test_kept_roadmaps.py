"""Roadmaps are made once for all who ask, kept within a limit, and never shown as they were before a commit."""

import asyncio
import gzip
from uuid import UUID, uuid4

import pytest

from app.domain.records import RoadmapPosition
from app.domain.viewer import LOCAL_VIEWER, NoSuchRoadmap, RoadmapHandle, Viewer
from app.reading.kept_roadmaps import KeptRoadmaps, RoadmapSnapshot

EPOCH = uuid4()
ROADMAP = uuid4()


def position(seq: int, *, roadmap_id: UUID = ROADMAP, epoch: UUID = EPOCH) -> RoadmapPosition:
    return RoadmapPosition(handle=RoadmapHandle(roadmap_id), epoch=epoch, seq=seq, floor=0)


class Database:
    """Holds roadmaps of a hundred bytes, at an event that the test sets. Reads wait while it is `busy`."""

    def __init__(self) -> None:
        self.seq = 1
        self.epoch = EPOCH
        self.reads: list[tuple[Viewer, UUID]] = []
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def read(self, viewer: Viewer, roadmap_id: UUID) -> RoadmapSnapshot:
        self.reads.append((viewer, roadmap_id))
        seen = RoadmapSnapshot(epoch=self.epoch, seq=self.seq, body=b"%100d" % self.seq)
        await self.go_on.wait()
        return seen


async def begun(database: Database, reads: int) -> None:
    while len(database.reads) < reads:
        await asyncio.sleep(0)


async def test_all_who_ask_at_the_same_moment_wait_for_one_read() -> None:
    database = Database()
    kept = KeptRoadmaps(database.read)
    snapshots = await asyncio.gather(*(kept.at(LOCAL_VIEWER, position(1)) for _ in range(50)))
    assert len(database.reads) == 1
    assert len({id(snapshot) for snapshot in snapshots}) == 1


async def test_what_has_not_changed_is_not_read_again() -> None:
    database = Database()
    kept = KeptRoadmaps(database.read)
    first = await kept.at(LOCAL_VIEWER, position(1))
    assert await kept.at(LOCAL_VIEWER, position(1)) is first
    assert len(database.reads) == 1


async def test_a_change_and_another_epoch_are_read_anew() -> None:
    database = Database()
    kept = KeptRoadmaps(database.read)
    await kept.at(LOCAL_VIEWER, position(1))
    database.seq = 2
    assert (await kept.at(LOCAL_VIEWER, position(2))).seq == 2
    database.epoch = uuid4()
    assert (await kept.at(LOCAL_VIEWER, position(2, epoch=database.epoch))).epoch == database.epoch
    assert len(database.reads) == 3


async def test_who_knows_of_a_commit_does_not_get_a_read_from_before_it() -> None:
    database = Database()
    database.go_on.clear()
    kept = KeptRoadmaps(database.read)
    early = asyncio.create_task(kept.at(LOCAL_VIEWER, position(1)))
    await begun(database, 1)
    database.seq = 2
    late = [asyncio.create_task(kept.at(LOCAL_VIEWER, position(2))) for _ in range(5)]
    await asyncio.sleep(0)
    database.go_on.set()
    assert (await early).seq == 1
    assert [(await one).seq for one in late] == [2] * 5
    assert len(database.reads) == 2, "those who came later share a read, too"


async def test_another_viewer_shares_no_read_under_way() -> None:
    database = Database()
    database.go_on.clear()
    kept = KeptRoadmaps(database.read)
    stranger = Viewer("stranger")
    both = [asyncio.create_task(kept.at(viewer, position(1))) for viewer in (LOCAL_VIEWER, stranger)]
    await begun(database, 2)
    assert {viewer for viewer, _ in database.reads} == {LOCAL_VIEWER, stranger}
    database.go_on.set()
    await asyncio.gather(*both)


async def test_who_leaves_takes_nothing_from_the_others() -> None:
    database = Database()
    database.go_on.clear()
    kept = KeptRoadmaps(database.read)
    leaving, staying = (asyncio.create_task(kept.at(LOCAL_VIEWER, position(1))) for _ in range(2))
    await begun(database, 1)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    database.go_on.set()
    assert (await staying).seq == 1
    assert len(database.reads) == 1


async def test_a_failed_read_is_told_to_all_and_not_kept() -> None:
    failing = True

    async def read(viewer: Viewer, roadmap_id: UUID) -> RoadmapSnapshot:
        if failing:
            raise NoSuchRoadmap
        return RoadmapSnapshot(epoch=EPOCH, seq=1, body=b"there")

    kept = KeptRoadmaps(read)
    asked = (kept.at(LOCAL_VIEWER, position(1)) for _ in range(3))
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [NoSuchRoadmap] * 3
    failing = False
    assert (await kept.at(LOCAL_VIEWER, position(1))).body == b"there"


async def test_what_was_read_longest_ago_goes_first_when_the_limit_is_reached() -> None:
    database = Database()
    kept = KeptRoadmaps(database.read, limit=250)
    first, second, third = uuid4(), uuid4(), uuid4()
    for roadmap_id in (first, second, first, third):
        await kept.at(LOCAL_VIEWER, position(1, roadmap_id=roadmap_id))
    database.reads.clear()
    for roadmap_id in (third, first, second):
        await kept.at(LOCAL_VIEWER, position(1, roadmap_id=roadmap_id))
    assert database.reads == [(LOCAL_VIEWER, second)]


async def test_compressed_bodies_count_towards_the_limit() -> None:
    database = Database()
    one, other = uuid4(), uuid4()
    kept = KeptRoadmaps(database.read, limit=200)
    snapshots = [await kept.at(LOCAL_VIEWER, position(1, roadmap_id=roadmap_id)) for roadmap_id in (one, other)]
    await kept.gzipped(snapshots[1])
    database.reads.clear()
    await kept.at(LOCAL_VIEWER, position(1, roadmap_id=other))
    assert database.reads == []
    await kept.at(LOCAL_VIEWER, position(1, roadmap_id=one))
    assert database.reads == [(LOCAL_VIEWER, one)]


async def test_a_body_is_compressed_once() -> None:
    kept = KeptRoadmaps(Database().read)
    snapshot = await kept.at(LOCAL_VIEWER, position(1))
    bodies = await asyncio.gather(*(kept.gzipped(snapshot) for _ in range(5)))
    assert len({id(body) for body in bodies}) == 1


async def test_what_is_not_kept_is_compressed_for_itself() -> None:
    kept = KeptRoadmaps(Database().read)
    snapshot = await kept.at(LOCAL_VIEWER, position(1))
    edited = RoadmapSnapshot(epoch=EPOCH, seq=1, body=b"the same state, and what an edit has dropped")
    bodies = await asyncio.gather(*(kept.gzipped(one) for one in (snapshot, edited)))
    assert [gzip.decompress(body) for body in bodies] == [snapshot.body, edited.body]


async def test_what_replaces_a_roadmap_takes_its_place_and_no_more() -> None:
    database = Database()
    kept = KeptRoadmaps(database.read, limit=250)
    other = position(1, roadmap_id=uuid4())
    first = await kept.at(LOCAL_VIEWER, other)
    for seq in (1, 2, 3):
        database.seq = seq
        old = await kept.at(LOCAL_VIEWER, position(seq))
    database.seq = 4
    await kept.at(LOCAL_VIEWER, position(4))
    for _ in range(2):
        await kept.gzipped(old)  # it is kept no more, and its size is nobody's
    assert await kept.at(LOCAL_VIEWER, other) is first


async def test_who_knows_of_another_epoch_does_not_get_a_read_from_before_it() -> None:
    database = Database()
    database.seq = 9
    database.go_on.clear()
    kept = KeptRoadmaps(database.read)
    early = asyncio.create_task(kept.at(LOCAL_VIEWER, position(9)))
    await begun(database, 1)
    database.seq, database.epoch = 2, uuid4()
    late = asyncio.create_task(kept.at(LOCAL_VIEWER, position(2, epoch=database.epoch)))
    await asyncio.sleep(0)
    database.go_on.set()
    assert (await early).epoch == EPOCH
    assert (await late).epoch == database.epoch
