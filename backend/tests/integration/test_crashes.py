"""Tasks whose workers die: taken over at first, alone at last, and parked before they end every worker there is."""

import asyncio
from uuid import UUID, uuid4

import pytest
from factories import a_batch
from integration.conftest import Desk, claim_of
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import tasks, workers
from app.db.task_store import MAX_CRASHES, TaskStore, hand_back
from app.domain.events import Failed
from app.domain.failures import FailureCode
from app.domain.ownership import SUSPECT_CRASHES, Claim
from app.domain.tasks import TaskKind
from app.domain.viewer import LOCAL_VIEWER

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def desk(shared_desk: Desk) -> Desk:
    return shared_desk


async def time_passes(desk: Desk, *claims: Claim) -> None:
    """The leases of those claims run out, and all others have been held for long."""

    async def work(session: AsyncSession) -> None:
        an_hour = text("interval '1 hour'")
        of_the_dead = workers.c.id.in_({claim.worker_id for claim in claims})
        await session.execute(update(workers).values(held_since=workers.c.held_since - an_hour))
        await session.execute(update(workers).where(of_the_dead).values(expires_at=workers.c.expires_at - an_hour))

    await desk.execute(work)


async def crash(desk: Desk, *claims: Claim) -> TaskStore:
    """The workers of these claims die; gives the one that has taken their tasks over."""
    heir = await desk.a_worker()
    await time_passes(desk, *claims)
    await heir.recover(held=())
    return heir


async def crashes_of(desk: Desk, task_id: UUID) -> int:
    count = 0

    async def read(session: AsyncSession) -> None:
        nonlocal count
        count = (await session.execute(select(tasks.c.crashes).where(tasks.c.id == task_id))).scalar_one()

    await desk.execute(read)
    return count


async def claimed_after(desk: Desk, crashes: int) -> Claim:
    claim, _ = await desk.claimed()
    for _ in range(crashes):
        again = await claim_of((await crash(desk, claim)), claim.task_id)
        assert again is not None
        claim = again
    return claim


async def test_a_task_that_ends_every_worker_is_parked_with_the_reason(desk: Desk) -> None:
    claim = await claimed_after(desk, MAX_CRASHES - 1)
    heir = await desk.a_worker()
    await time_passes(desk, claim)
    events = [event for event in await heir.recover(held=()) if event.task_id == claim.task_id]
    assert isinstance(events[-1], Failed)
    task = await desk.read.tasks.task(LOCAL_VIEWER, claim.task_id)
    assert task.status == "failed"
    assert task.error is not None
    assert task.error.code == FailureCode.CRASHED
    assert "3 times" in task.error.message
    assert await heir.claim(claim.task_id) is None


async def test_what_was_parked_can_be_retried(desk: Desk) -> None:
    claim = await claimed_after(desk, MAX_CRASHES - 1)
    heir = await crash(desk, claim)
    task_id = await desk.steering.retry(LOCAL_VIEWER, claim.roadmap_id)
    assert await heir.claim(task_id) is not None


async def test_whoever_saves_something_is_innocent(desk: Desk) -> None:
    claim = await claimed_after(desk, MAX_CRASHES - 1)
    assert await crashes_of(desk, claim.task_id) == MAX_CRASHES - 1
    store = desk.store(claim)
    await store.pending()
    await store.start(["c0"])
    assert await crashes_of(desk, claim.task_id) == MAX_CRASHES - 1  # a start is no result
    await store.save(a_batch("c0"))
    assert await crashes_of(desk, claim.task_id) == 0
    assert await (await crash(desk, claim)).claim(claim.task_id) is not None


async def test_a_worker_runs_one_suspect_at_a_time(desk: Desk) -> None:
    suspects = [await claimed_after(desk, SUSPECT_CRASHES - 1) for _ in range(2)]
    innocent, _ = await desk.claimed()
    heir = await crash(desk, *suspects, innocent)
    first = await claim_of(heir, suspects[0].task_id)
    assert first is not None
    assert await heir.claim(suspects[1].task_id) is None
    assert await heir.claim(innocent.task_id) is not None
    assert await (await desk.a_worker()).claim(suspects[1].task_id) is not None


async def test_a_task_that_its_own_worker_has_lost_sight_of_is_no_crash(desk: Desk) -> None:
    claim, worker = await desk.claimed()
    await worker.recover(held=())
    assert await crashes_of(desk, claim.task_id) == 0
    assert await worker.claim(claim.task_id) is not None


async def test_of_what_a_worker_claims_at_the_same_moment_one_is_a_suspect(desk: Desk) -> None:
    suspects = [await claimed_after(desk, SUSPECT_CRASHES - 1) for _ in range(3)]
    innocent = [(await desk.claimed())[0] for _ in range(3)]
    heir = await crash(desk, *suspects, *innocent)
    wanted = [claim.task_id for claim in (*suspects, *innocent)]
    first, *taken = await asyncio.gather(heir.claim(uuid4()), *map(heir.claim, wanted))  # the others join
    assert first is None
    assert sum(one is not None for one in taken[:3]) == 1
    assert all(one is not None for one in taken[3:])


async def test_a_task_that_is_being_claimed_is_not_taken_for_a_forgotten_one(desk: Desk) -> None:
    claim, worker = await desk.claimed()
    held: set[UUID] = set()

    class HeldMeanwhile(set[UUID]):
        """The claim was noted before it was made: whoever looks after it was read finds it."""

        def __contains__(self, task_id: object) -> bool:
            held.add(claim.task_id)
            return task_id in held

    assert [event for event in await worker.recover(held=HeldMeanwhile()) if event.task_id == claim.task_id] == []
    assert (await worker.still_claimed([claim])).keys() == {claim.task_id}


async def test_who_was_without_the_database_itself_robs_nobody(desk: Desk) -> None:
    victim, _ = await desk.claimed()
    robber_id = uuid4()
    await desk.renew(robber_id)
    robber = TaskStore(desk.sessions, robber_id)
    await time_passes(desk, victim)

    async def four_seconds_without_a_beat(session: AsyncSession) -> None:
        await session.execute(
            update(workers).where(workers.c.id == robber_id).values(expires_at=text("now() + interval '1 second'"))
        )

    async def takes() -> bool:
        return any(event.task_id == victim.task_id for event in await robber.recover(held=()))

    await desk.execute(four_seconds_without_a_beat)
    assert not await takes()
    await desk.renew(robber_id)
    assert not await takes()  # it has held its lease anew for a moment only
    await time_passes(desk, victim)
    await desk.renew(robber_id)
    assert await takes()


async def test_a_new_worker_rings_in_its_first_sweep_for_what_a_parent_has_handed_back(desk: Desk) -> None:
    """It waits neither for the lease of the dead, nor until the doorbell would be rung again."""
    claim, _ = await desk.claimed()
    handed_back = await hand_back(desk.sessions, claim.worker_id)
    new = await desk.a_worker()
    assert (claim.task_id, TaskKind.CONTENT) in await new.unheard(limit=100)
    taken = await new.claim(claim.task_id)
    assert taken is not None
    events = [*handed_back, *taken.events]
    assert [event.type for event in events] == ["task_queued", "task_started"]
    assert events[1].seq == events[0].seq + 1


async def test_a_task_that_waits_behind_a_dead_workers_is_rung_for_at_once(desk: Desk) -> None:
    claim, _ = await desk.claimed()
    await desk.steering.pause(LOCAL_VIEWER, claim.roadmap_id)
    await desk.steering.resume(LOCAL_VIEWER, claim.roadmap_id)
    heir = await crash(desk, claim)
    assert (claim.task_id, TaskKind.CONTENT) in await heir.unheard(limit=1000)
