"""What `services.roadmaps` promises and HTTP does not show: one active task, fences, late saves, true counters."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest
from factories import a_batch, a_request, an_outline, finished
from integration.conftest import Desk, a_hopeless_batch, a_roadmap_that_is, claim_of
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.commands.unit import Unit
from app.core.errors import Conflict, NotFound
from app.db.content_store import PostgresContentStore
from app.db.ledger import queue_task
from app.db.repositories.task_repo import TaskRepository
from app.db.session import safe_session_with_retry
from app.db.tables import metadata, tasks, workers
from app.db.task_store import TaskStore
from app.domain.base import new_id
from app.domain.content.kind import ArtefactKind
from app.domain.content.status import ContentStatus
from app.domain.events import BatchSaved, Cancelled, ConceptComplete
from app.domain.ownership import Claim
from app.domain.records import RoadmapMetadata
from app.domain.roadmap import Concept, Module, Outline, Stage
from app.domain.state_machine import Command
from app.domain.tasks import ACTIVE, RoadmapStatus, TaskKind, TaskStatus
from app.domain.viewer import LOCAL_VIEWER
from app.generation.ports import OwnershipLost
from app.generation.work import Batch
from app.reading.views import RoadmapView

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def desk(shared_desk: Desk) -> Desk:
    return shared_desk


async def view(desk: Desk, roadmap_id: UUID) -> RoadmapView:
    return RoadmapView.model_validate_json((await desk.read.roadmaps.roadmap(LOCAL_VIEWER, roadmap_id)).body)


async def writing(desk: Desk, claim: Claim) -> PostgresContentStore:
    """The store of a worker that knows what to write."""
    store = desk.store(claim)
    await store.pending()
    return store


# One active task


@pytest.mark.parametrize("active", sorted(ACTIVE))
async def test_a_second_active_task_is_impossible(active: TaskStatus, desk: Desk) -> None:
    created = await desk.drafting()
    roadmap = await desk.handle_of(created.roadmap_id)

    async def make_it(session: AsyncSession) -> None:
        await session.execute(update(tasks).where(tasks.c.id == created.task_id).values(status=active))

    async def add_another(session: AsyncSession) -> None:
        await TaskRepository(session).add(
            roadmap, task_id=new_id(), kind=TaskKind.CONTENT, created_at=datetime.now(UTC)
        )

    await desk.execute(make_it)
    with pytest.raises(IntegrityError, match="tasks_one_active_idx"):
        await desk.execute(add_another)


async def test_a_roadmap_whose_run_ends_at_that_moment_can_be_deleted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, _ = await desk.claimed()
    store = desk.store(claim)
    await store.pending()
    await store.save(a_batch("c0", "c1", "c2"))

    class Slow(Unit):
        async def lock(self, roadmap_id: UUID, command: Command | None = None) -> RoadmapMetadata:
            roadmap = await super().lock(roadmap_id, command)
            await store.finish()
            return roadmap

    monkeypatch.setattr("app.commands.unit.Unit", Slow)
    await desk.roadmaps.delete(LOCAL_VIEWER, claim.roadmap_id)
    with pytest.raises(NotFound):
        await desk.read.roadmaps.roadmap(LOCAL_VIEWER, claim.roadmap_id)


async def test_what_a_refused_task_would_have_changed_is_undone(desk: Desk) -> None:
    roadmap_id = await a_roadmap_that_is(RoadmapStatus.GENERATING, desk)
    before = await desk.read.roadmaps.roadmap(LOCAL_VIEWER, roadmap_id)
    handle = await desk.handle_of(roadmap_id)
    with pytest.raises(IntegrityError):
        await desk.execute(lambda session: queue_task(session, handle, TaskKind.CONTENT))
    assert await desk.read.roadmaps.roadmap(LOCAL_VIEWER, roadmap_id) == before


@pytest.mark.parametrize("ended", sorted(set(TaskStatus) - ACTIVE))
async def test_an_ended_task_is_in_nobodys_way(ended: TaskStatus, desk: Desk) -> None:
    created = await desk.drafting()
    roadmap = await desk.handle_of(created.roadmap_id)

    async def end_it_and_add_another(session: AsyncSession) -> None:
        await session.execute(update(tasks).where(tasks.c.id == created.task_id).values(status=ended))
        await queue_task(session, roadmap, TaskKind.DRAFT)

    await desk.execute(end_it_and_add_another)
    assert (await view(desk, created.roadmap_id)).status == RoadmapStatus.DRAFTING


# Late saves


async def test_what_was_finished_when_the_task_was_cancelled_is_kept(desk: Desk) -> None:
    claim, _ = await desk.claimed()
    store = await writing(desk, claim)
    await store.start(["c0", "c1"])
    await desk.steering.cancel(LOCAL_VIEWER, claim.roadmap_id)
    events = await store.save(a_batch("c0"))
    assert [type(event) for event in events] == [ConceptComplete, BatchSaved]
    roadmap = await view(desk, claim.roadmap_id)
    assert roadmap.status == RoadmapStatus.CANCELLED
    assert (roadmap.progress.completed, roadmap.progress.pending) == (1, 2)
    concept = await desk.concept(claim.roadmap_id, "c0")
    assert concept["content_status"] == ContentStatus.COMPLETED
    assert all(concept[kind.value] for kind in ArtefactKind)


async def test_a_cancelled_task_starts_nothing_and_stays_cancelled(desk: Desk) -> None:
    claim, _ = await desk.claimed()
    store = await writing(desk, claim)
    await desk.steering.cancel(LOCAL_VIEWER, claim.roadmap_id)
    assert isinstance(desk.events.published[-1], Cancelled)
    assert await store.start(["c0"]) == []
    await store.save(a_batch("c0", "c1", "c2"))
    assert await store.finish() == []
    task = await desk.read.tasks.task(LOCAL_VIEWER, claim.task_id)
    assert task.status == TaskStatus.CANCELLED


async def test_deleting_cancels_what_goes_on_and_keeps_what_had_finished(desk: Desk) -> None:
    claim, _ = await desk.claimed()
    store = await writing(desk, claim)
    await desk.roadmaps.delete(LOCAL_VIEWER, claim.roadmap_id)
    with pytest.raises(NotFound):
        await view(desk, claim.roadmap_id)
    await store.save(a_batch("c0"))
    await desk.roadmaps.restore(LOCAL_VIEWER, claim.roadmap_id)
    restored = await view(desk, claim.roadmap_id)
    assert (restored.status, restored.progress.completed) == (RoadmapStatus.CANCELLED, 1)


@pytest.mark.parametrize(("days", "is_there"), [(29, True), (31, False)])
async def test_the_trash_is_emptied_after_30_days_and_leaves_nothing_in_any_table(
    days: int, is_there: bool, desk: Desk
) -> None:
    roadmap_id = await a_roadmap_that_is(RoadmapStatus.PARTIAL, desk)
    left: dict[str, int] = {}

    async def count(session: AsyncSession) -> None:
        for table in metadata.sorted_tables:
            column = table.c.id if table.name == "roadmaps" else table.c.get("roadmap_id")
            if column is not None:
                left[table.name] = len((await session.execute(select(column).where(column == roadmap_id))).all())

    async def wait(session: AsyncSession) -> None:
        past = "UPDATE roadmaps SET deleted_at = now() - make_interval(days => :days) WHERE id = :id"
        await session.execute(text(past), {"days": days, "id": roadmap_id})

    await desk.roadmaps.delete(LOCAL_VIEWER, roadmap_id)
    await desk.execute(count)
    everywhere = ("roadmaps", "roadmap_progress", "concepts", "artefacts", "tasks", "events", "revisions")
    assert all(left[name] for name in everywhere)
    await desk.execute(wait)
    await (await desk.a_worker()).clean_up()
    await desk.execute(count)
    assert any(left.values()) == is_there


async def test_the_whole_trash_is_emptied_at_once(desk: Desk) -> None:
    for _ in range(12):
        await desk.roadmaps.delete(LOCAL_VIEWER, await desk.drafted())
    left: list[object] = [None]

    async def long_ago(session: AsyncSession) -> None:
        await session.execute(text("UPDATE roadmaps SET deleted_at = now() - interval '31 days'"))

    async def look(session: AsyncSession) -> None:
        left[:] = (await session.execute(select(metadata.tables["roadmaps"].c.id))).all()

    await desk.execute(long_ago)
    await (await desk.a_worker()).clean_up()
    await desk.execute(look)
    assert left == []


# What is kept for a time only


async def test_the_events_of_a_roadmap_at_rest_are_folded_and_those_of_others_stay(desk: Desk) -> None:
    at_rest = await a_roadmap_that_is(RoadmapStatus.COMPLETED, desk)
    young = await a_roadmap_that_is(RoadmapStatus.PARTIAL, desk)
    paused = await a_roadmap_that_is(RoadmapStatus.PAUSED, desk)
    claim, _ = await desk.claimed()
    held = claim.roadmap_id  # cancelled, and its worker has not let go
    await desk.steering.cancel(LOCAL_VIEWER, held)
    everything = (at_rest, young, paused, held)
    before = {one: await desk.read.roadmaps.roadmap(LOCAL_VIEWER, one) for one in everything}

    async def ages(session: AsyncSession) -> None:
        older = "jsonb_set(body::jsonb, '{at}', to_jsonb(now() - interval '8 days'))::json"
        statement = text(f"UPDATE events SET body = {older} WHERE roadmap_id = ANY(:old)")
        await session.execute(statement, {"old": [at_rest, paused, held]})

    async def stored(session: AsyncSession) -> dict[UUID, int]:
        rows = await session.execute(text("SELECT roadmap_id, count(*) AS kept FROM events GROUP BY 1"))
        return {row.roadmap_id: row.kept for row in rows}

    await desk.execute(ages)
    worker = await desk.a_worker()
    await worker.clean_up()
    left = await safe_session_with_retry(desk.sessions, stored)
    assert left.keys() == {young, paused, held}
    for one, snapshot in before.items():
        assert await desk.read.roadmaps.roadmap(LOCAL_VIEWER, one) == snapshot, "nothing else is touched"
    position = await desk.read.roadmaps.position(LOCAL_VIEWER, at_rest)
    assert position.floor == position.seq > 0
    await desk.roadmaps.mark_learned(LOCAL_VIEWER, at_rest, "c0", learned=True)
    after = await desk.read.roadmaps.position(LOCAL_VIEWER, at_rest)
    assert (after.floor, after.seq) == (position.floor, position.seq + 1), "numbers go on"
    await worker.clean_up()
    assert (await safe_session_with_retry(desk.sessions, stored))[at_rest] == 1, "the new one is young"


async def test_keys_of_requests_are_remembered_for_a_week(desk: Desk) -> None:
    async def asked() -> UUID:
        created = await desk.roadmaps.create(LOCAL_VIEWER, a_request(), auto_approve=False, idempotency_key="k")
        return created.roadmap_id

    async def passes(session: AsyncSession) -> None:
        await session.execute(text("UPDATE idempotency_keys SET created_at = now() - interval '8 days'"))

    first = await asked()
    worker = await desk.a_worker()
    await worker.clean_up()
    assert await asked() == first
    await desk.execute(passes)
    await worker.clean_up()
    assert await asked() != first


# Fences


async def test_a_retry_waits_until_the_old_worker_lets_go(desk: Desk) -> None:
    old, old_worker = await desk.claimed()
    await desk.steering.cancel(LOCAL_VIEWER, old.roadmap_id)
    task_id = await desk.steering.retry(LOCAL_VIEWER, old.roadmap_id)
    new_worker = await desk.a_worker()
    assert await new_worker.claim(task_id) is None
    assert await old_worker.let_go(old) == [(task_id, TaskKind.CONTENT)]
    assert await new_worker.claim(task_id) is not None


async def test_the_old_workers_token_is_void_once_the_retry_is_claimed(desk: Desk) -> None:
    old, old_worker = await desk.claimed()
    old_store = await writing(desk, old)
    await desk.steering.cancel(LOCAL_VIEWER, old.roadmap_id)
    task_id = await desk.steering.retry(LOCAL_VIEWER, old.roadmap_id)
    await old_worker.let_go(old)
    new = await claim_of((await desk.a_worker()), task_id)
    assert new is not None
    new_store = await writing(desk, new)
    for write in (old_store.start(["c0"]), old_store.save(a_batch("c0")), old_store.finish()):
        with pytest.raises(OwnershipLost):
            await write
    assert (await view(desk, old.roadmap_id)).progress.completed == 0
    await new_store.save(a_batch("c0"))
    assert (await view(desk, old.roadmap_id)).progress.completed == 1


async def test_a_dead_workers_token_is_void_once_its_task_is_taken(desk: Desk) -> None:
    old, _ = await desk.claimed()
    old_store = await writing(desk, old)
    await old_store.start(["c0"])
    heir = await desk.a_worker()

    async def time_passes(session: AsyncSession) -> None:
        an_hour = text("interval '1 hour'")
        of_the_dead = workers.c.id == old.worker_id
        await session.execute(update(workers).values(held_since=workers.c.held_since - an_hour))
        await session.execute(update(workers).where(of_the_dead).values(expires_at=workers.c.expires_at - an_hour))

    await desk.execute(time_passes)
    await heir.recover(held=())
    claim = await claim_of(heir, old.task_id)
    assert claim is not None
    with pytest.raises(OwnershipLost):
        await old_store.save(a_batch("c0"))
    assert len((await desk.store(claim).pending()).concepts) == 3


async def test_a_late_save_before_the_retry_is_claimed_is_not_written_again(desk: Desk) -> None:
    old, old_worker = await desk.claimed()
    old_store = await writing(desk, old)
    await old_store.start(["c0"])
    await desk.steering.cancel(LOCAL_VIEWER, old.roadmap_id)
    task_id = await desk.steering.retry(LOCAL_VIEWER, old.roadmap_id)
    await old_store.save(a_batch("c0"))
    await old_worker.let_go(old)
    new = await claim_of((await desk.a_worker()), task_id)
    assert new is not None
    assert [concept.concept_id for concept in (await desk.store(new).pending()).concepts] == ["c1", "c2"]


# Counters

COUNTED = text(
    """
    SELECT
      count(*) AS total,
      count(*) FILTER (WHERE done = 3) AS completed,
      count(*) FILTER (WHERE failed = 3) AS failed,
      count(*) FILTER (WHERE generating > 0) AS generating,
      count(*) FILTER (WHERE done + failed = 3 AND done > 0 AND failed > 0) AS partial
    FROM concepts, LATERAL (
      SELECT
        count(*) FILTER (WHERE s = 'completed') AS done,
        count(*) FILTER (WHERE s = 'failed') AS failed,
        count(*) FILTER (WHERE s = 'generating') AS generating
      FROM jsonb_path_query(concepts.artefacts, '$.*.status') AS one, LATERAL (SELECT one #>> '{}' AS s) AS status
    ) AS artefacts
    WHERE roadmap_id = :roadmap_id AND removed_at IS NULL
    """
)
KEPT = text("SELECT total, completed, failed, generating, partial FROM roadmap_progress WHERE roadmap_id = :roadmap_id")


async def the_counters_are_true(desk: Desk, roadmap_id: UUID) -> None:
    async def compare(session: AsyncSession) -> None:
        kept = (await session.execute(KEPT, {"roadmap_id": roadmap_id})).mappings().one()
        assert dict(kept) == dict((await session.execute(COUNTED, {"roadmap_id": roadmap_id})).mappings().one())

    await desk.execute(compare)


def an_outline_of(concept_ids: Sequence[str]) -> Outline:
    concepts = tuple(Concept(concept_id=concept_id, name=concept_id) for concept_id in concept_ids)
    module = Module(module_id="m", name="Module", concepts=concepts)
    return Outline(title="Edited", stages=(Stage(stage_id="s", name="Stage", modules=(module,)),))


@pytest.mark.parametrize("batch", [a_batch("c0"), a_hopeless_batch("c0"), a_batch("c0", failing=ArtefactKind.QUIZ)])
async def test_a_late_save_of_a_concept_that_an_edit_removed_is_not_counted(batch: Batch, desk: Desk) -> None:
    claim, _ = await desk.claimed()
    store = await writing(desk, claim)
    await store.start(["c0"])
    await desk.steering.cancel(LOCAL_VIEWER, claim.roadmap_id)
    edit = an_outline_of(["c1", "c2"])
    await desk.outlines.replace(LOCAL_VIEWER, claim.roadmap_id, edit, if_match=None)
    await store.save(batch)
    await the_counters_are_true(desk, claim.roadmap_id)
    assert (await view(desk, claim.roadmap_id)).progress.pending == 2


class RandomLife:
    """Does to a roadmap whatever is possible, in an order that a seed decides."""

    IDS = tuple(f"c{number}" for number in range(6))

    def __init__(self, desk: Desk, seed: int, claim: Claim, worker: TaskStore) -> None:
        self._desk = desk
        self._chance = random.Random(seed)
        self.roadmap_id = claim.roadmap_id
        self._claim: Claim | None = claim
        self._worker = worker
        self._known: list[str] = []
        self.done: list[str] = []

    async def step(self) -> None:
        writing = [self.begin, self.start, self.start, self.save, self.save, self.save_a_part, self.finish, self.let_go]
        choice = self._chance.choice([self.cancel, self.retry, self.edit, *(writing if self._claim else [self.claim])])
        try:
            await choice()
        except Conflict:
            return
        self.done.append(choice.__name__)

    async def claim(self) -> None:
        task_id = (await view(self._desk, self.roadmap_id)).task.task_id
        self._worker = await self._desk.a_worker()
        self._claim = await claim_of(self._worker, task_id)
        if self._claim is not None:
            await self.begin()

    async def let_go(self) -> None:
        claim, self._claim = self._held(), None
        if (await view(self._desk, self.roadmap_id)).task.status == TaskStatus.RUNNING:
            await self._worker.give_back(claim)
        await self._worker.let_go(claim)

    async def begin(self) -> None:
        self._store = self._desk.store(self._held())
        self._known = [concept.concept_id for concept in (await self._store.pending()).concepts]

    async def start(self) -> None:
        await self._store.start(self._some())

    async def save(self) -> None:
        if concept_ids := self._some():
            failing = self._chance.choice([None, ArtefactKind.QUIZ, ArtefactKind.TUTORIAL])
            batch = a_batch(*concept_ids, failing=failing)
            await self._store.save(self._chance.choice([batch, a_hopeless_batch(*concept_ids)]))

    async def save_a_part(self) -> None:
        artefacts = tuple(finished(concept_id, self._chance.choice(list(ArtefactKind))) for concept_id in self._some())
        await self._store.save(Batch(artefacts=artefacts, finished=()))

    async def finish(self) -> None:
        await self._store.finish()

    async def cancel(self) -> None:
        await self._desk.steering.cancel(LOCAL_VIEWER, self.roadmap_id)

    async def retry(self) -> None:
        await self._desk.steering.retry(LOCAL_VIEWER, self.roadmap_id)

    async def edit(self) -> None:
        outline = an_outline_of(self._chance.sample(self.IDS, self._chance.randint(1, len(self.IDS))))
        await self._desk.outlines.replace(LOCAL_VIEWER, self.roadmap_id, outline, if_match=None)

    def _some(self) -> list[str]:
        return sorted(self._chance.sample(self._known, self._chance.randint(0, len(self._known))))

    def _held(self) -> Claim:
        assert self._claim is not None
        return self._claim


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_the_counters_equal_what_is_counted(seed: int, desk: Desk) -> None:
    claim, worker = await desk.claimed(an_outline(4))
    life = RandomLife(desk, seed, claim, worker)
    await life.begin()
    for _ in range(60):
        await life.step()
        await the_counters_are_true(desk, life.roadmap_id)
    assert {"save", "start", "edit", "cancel", "retry", "let_go"} <= set(life.done)
