"""One contract for every store: the fake that the core's tests use, and Postgres."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import reduce
from typing import Protocol
from uuid import UUID

import pytest
from factories import a_batch, a_failure, an_outline, finished
from fakes import InMemoryStore
from integration.conftest import Desk
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.cli.watching.reducer import apply
from app.cli.watching.state import WatchedRoadmap
from app.db.repositories.event_repo import EventRepository
from app.db.session import safe_session_with_retry
from app.db.tables import artefacts, tasks
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds.tutorial import SUMMARY_LENGTH, Tutorial
from app.domain.content.status import ContentStatus
from app.domain.events import (
    BatchSaved,
    Completed,
    ConceptComplete,
    ConceptFailed,
    ConceptStart,
    TaskPaused,
    TaskStarted,
)
from app.domain.tasks import TaskStatus
from app.domain.usage import Usage
from app.domain.viewer import LOCAL_VIEWER
from app.generation.ports import ContentStore, OwnershipLost
from app.generation.work import Batch, FinishedArtefact
from app.reading.views import RoadmapView

CONCEPTS = 4


class Stores(Protocol):
    """Gives a store for a running task of four concepts, and takes the task away."""

    async def open(self) -> ContentStore: ...

    async def lose(self) -> None: ...


class Fakes:
    def __init__(self) -> None:
        self._store = InMemoryStore(an_outline(CONCEPTS))

    async def open(self) -> ContentStore:
        return self._store

    async def lose(self) -> None:
        self._store.owned = False


class RealStores:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def open(self) -> ContentStore:
        claim, _ = await self._desk.claimed(an_outline(CONCEPTS))
        return self._desk.store(claim)

    async def lose(self) -> None:
        async def steal(session: AsyncSession) -> None:
            await session.execute(update(tasks).values(token=tasks.c.token + 1))

        await self._desk.execute(steal)


@pytest.fixture(params=["fake", "postgres"])
def stores(request: pytest.FixtureRequest) -> Stores:
    return Fakes() if request.param == "fake" else RealStores(request.getfixturevalue("desk"))


async def begun(stores: Stores) -> ContentStore:
    store = await stores.open()
    await store.pending()
    return store


async def test_everything_is_pending_at_first_in_learning_order(stores: Stores) -> None:
    pending = (await (await begun(stores)).pending()).concepts
    assert [concept.concept_id for concept in pending] == ["c0", "c1", "c2", "c3"]
    assert {concept.missing for concept in pending} == {tuple(ArtefactKind)}


async def test_starts_are_announced(stores: Stores) -> None:
    store = await begun(stores)
    events = await store.start(["c1", "c0"])
    assert [event.concept_id for event in events if isinstance(event, ConceptStart)] == ["c1", "c0"]
    assert [event.concept_name for event in events if isinstance(event, ConceptStart)] == ["Concept 1", "Concept 0"]


async def test_a_saved_concept_is_complete_and_no_longer_pending(stores: Stores) -> None:
    store = await begun(stores)
    await store.start(["c0", "c1"])
    events = await store.save(a_batch("c0", "c1"))
    assert [type(event) for event in events] == [ConceptComplete, ConceptComplete, BatchSaved]
    first, _, saved = events
    assert isinstance(first, ConceptComplete)
    assert isinstance(saved, BatchSaved)
    assert (first.resources_count, first.quiz_questions_count) == (2, 1)
    assert (saved.size, saved.progress.completed, saved.artefacts) == (2, 2, ())
    assert [concept.concept_id for concept in (await store.pending()).concepts] == ["c2", "c3"]


async def test_a_failed_artefact_makes_the_concept_partial(stores: Stores) -> None:
    store = await begun(stores)
    failed, saved = await store.save(a_batch("c0", failing=ArtefactKind.QUIZ))
    assert isinstance(failed, ConceptFailed)
    assert failed.failed == (ArtefactKind.QUIZ,)
    assert failed.tutorial_id is not None
    assert failed.quiz_id is None
    assert saved.progress.partial == 1  # type: ignore[union-attr]


async def test_artefacts_of_an_unfinished_concept_are_saved_and_announced(stores: Stores) -> None:
    store = await begun(stores)
    await store.start(["c0"])
    (saved,) = await store.save(Batch(artefacts=(finished("c0", ArtefactKind.TUTORIAL),), finished=()))
    assert isinstance(saved, BatchSaved)
    assert [(item.concept_id, item.artefact) for item in saved.artefacts] == [("c0", ArtefactKind.TUTORIAL)]
    assert saved.progress.generating == 1


async def test_saving_a_batch_twice_changes_nothing(stores: Stores) -> None:
    store = await begun(stores)
    batch = a_batch("c0", "c1")
    once = await store.save(batch)
    assert [event.seq for event in await store.save(batch)] == [event.seq for event in once]


async def test_a_batch_announces_the_starts_that_it_brings_along(stores: Stores) -> None:
    store = await begun(stores)
    events = await store.save(replace(a_batch("c0"), started=("c0", "c1")))
    assert [type(event) for event in events] == [ConceptStart, ConceptStart, ConceptComplete, BatchSaved]
    assert events[-1].progress.generating == 1  # type: ignore[union-attr]


async def test_a_stopped_task_keeps_what_has_finished_and_starts_nothing(stores: Stores) -> None:
    store = await begun(stores)
    await store.start(["c0"])
    await store.pause(a_failure())
    assert await store.start(["c1"]) == []
    events = await store.save(replace(a_batch("c0"), started=("c1",)))
    assert [type(event) for event in events] == [ConceptComplete, BatchSaved]
    assert events[-1].progress.generating == 0  # type: ignore[union-attr]
    assert await store.finish() == []


async def test_event_numbers_have_no_gap(stores: Stores) -> None:
    store = await stores.open()
    await store.pending()
    events = [*await store.start(["c0", "c1"])]
    events += await store.save(a_batch("c0"))
    events += await store.save(a_batch("c1", failing=ArtefactKind.TUTORIAL))
    numbers = [event.seq for event in events]
    assert numbers == list(range(numbers[0], numbers[0] + len(events)))


async def test_finish_says_whether_it_is_complete(stores: Stores) -> None:
    store = await begun(stores)
    await store.save(a_batch("c0", "c1", "c2"))
    await store.save(a_batch("c3", failing=ArtefactKind.RESOURCES))
    (event,) = await store.finish()
    assert isinstance(event, Completed)
    assert event.status == TaskStatus.PARTIAL
    assert (event.progress.completed, event.progress.partial) == (3, 1)
    assert await store.finish() == []


async def test_pause_gives_the_reason_and_nothing_is_being_written(stores: Stores) -> None:
    store = await begun(stores)
    await store.start(["c0"])
    (event,) = await store.pause(a_failure())
    assert isinstance(event, TaskPaused)
    assert event.message == a_failure().message
    assert (await store.pending()).concepts == ()


async def test_a_batch_says_what_was_used_up_for_it(stores: Stores) -> None:
    store = await begun(stores)
    used = Usage(calls=1, input_tokens=10, output_tokens=5)
    first, second = (
        Batch(artefacts=(finished(concept_id, ArtefactKind.TUTORIAL, usage=used),), finished=())
        for concept_id in ("c0", "c1")
    )
    events = [*await store.save(first), *await store.save(second)]
    assert [event.usage for event in events if isinstance(event, BatchSaved)] == [used, used]


async def test_after_another_worker_has_taken_it_only_the_rest_is_missing(desk: Desk) -> None:
    claim, worker = await desk.claimed(an_outline(CONCEPTS))
    store = desk.store(claim)
    await store.pending()
    await store.start(["c0"])
    await store.save(Batch(artefacts=(finished("c0", ArtefactKind.TUTORIAL),), finished=()))
    await worker.give_back(claim)
    taken = await (await desk.a_worker()).claim(claim.task_id)
    assert taken is not None
    (event,) = taken.events
    assert isinstance(event, TaskStarted)
    assert event.total == CONCEPTS
    first = (await desk.store(taken.claim).pending()).concepts[0]
    assert first.missing == (ArtefactKind.RESOURCES, ArtefactKind.QUIZ)


async def test_what_arrives_late_is_announced_although_another_version_was_asked_for_meanwhile(desk: Desk) -> None:
    """The run thinks that the concept is finished; the learner has cancelled, and wants another quiz."""
    claim, _ = await desk.claimed(an_outline(CONCEPTS))
    store = desk.store(claim)
    await store.pending()
    await store.start(["c0"])
    early = (finished("c0", ArtefactKind.TUTORIAL), finished("c0", ArtefactKind.QUIZ))
    await store.save(Batch(artefacts=early, finished=()))
    await desk.steering.cancel(LOCAL_VIEWER, claim.roadmap_id)
    await desk.steering.regenerate(LOCAL_VIEWER, claim.roadmap_id, "c0", kinds=[ArtefactKind.QUIZ], instructions=None)
    known = WatchedRoadmap.of(await read(desk, claim.roadmap_id))
    resources = finished("c0", ArtefactKind.RESOURCES, usage=Usage(calls=1))
    late = await store.save(Batch(artefacts=(resources,), finished=("c0",)))
    shown = await read(desk, claim.roadmap_id)
    there = WatchedRoadmap.of(shown)
    assert there.concepts["c0"].artefacts[ArtefactKind.RESOURCES].status == "completed"
    assert reduce(apply, late, known).concepts == there.concepts
    said = [event.changes or {} for event in late]
    assert said[0]["concepts"][0]["concept_id"] == "c0"
    assert said[-1]["usage"] == shown.usage
    assert not any("task" in one or "status" in one for one in said), "the newest task is another one"


async def read(desk: Desk, roadmap_id: UUID) -> RoadmapView:
    return RoadmapView.model_validate_json((await desk.read.roadmaps.roadmap(LOCAL_VIEWER, roadmap_id)).body)


@pytest.mark.parametrize("knows_the_log", [False, True])
@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.start(["c0"]),
        lambda store: store.save(a_batch("c0")),
        lambda store: store.finish(),
        lambda store: store.pause(a_failure()),
    ],
    ids=["start", "save", "finish", "pause"],
)
async def test_nothing_can_be_written_once_the_task_is_lost(
    stores: Stores, write: Callable[[ContentStore], Awaitable[object]], knows_the_log: bool
) -> None:
    store = await begun(stores)
    if knows_the_log:  # the next change is tried without reading anything, behind a fence of its own
        await store.start(["c1"])
    await stores.lose()
    with pytest.raises(OwnershipLost):
        await write(store)


async def test_the_stored_events_are_numbered_from_one_without_a_gap(desk: Desk) -> None:
    claim, _ = await desk.claimed(an_outline(CONCEPTS))
    store = desk.store(claim)
    await store.pending()
    await store.start(["c0"])
    await store.save(replace(a_batch("c0", "c1"), started=("c1",)))
    await store.save(a_batch("c2", "c3"))
    await store.finish()
    stored: list[int] = []

    async def read(session: AsyncSession) -> None:
        bodies = await EventRepository(session).after(claim.roadmap, 0, limit=100)
        stored.extend(body["seq"] for body in bodies)

    await desk.execute(read)
    newest = (await desk.read.roadmaps.position(LOCAL_VIEWER, claim.roadmap_id)).seq
    assert stored == list(range(1, newest + 1))


async def test_the_database_holds_all_three_kinds(desk: Desk) -> None:
    """Quizzes are what gets forgotten: look into each table."""
    claim, _ = await desk.claimed(an_outline(CONCEPTS))
    store = desk.store(claim)
    await store.pending()
    await store.save(a_batch("c0", "c1", "c2", "c3"))
    counts: dict[str, int] = {}

    async def count(session: AsyncSession) -> None:
        query = select(artefacts.c.kind, func.count()).group_by(artefacts.c.kind)
        counts.update((kind, number) for kind, number in await session.execute(query))

    await desk.execute(count)
    assert counts == dict.fromkeys(ArtefactKind, CONCEPTS)
    concept = await desk.concept(claim.roadmap_id, "c2")
    assert concept["content_status"] == ContentStatus.COMPLETED
    assert concept["quiz"]["questions"][0]["prompt"] == "Is it c2?"
    assert "correct" not in concept["quiz"]["questions"][0]


async def test_rows_of_concepts_stay_on_their_pages(desk: Desk) -> None:
    """An update that stays on its page, and changes nothing that is indexed, leaves the indexes alone (HOT)."""
    ids = [f"c{number}" for number in range(120)]
    claim, _ = await desk.claimed(an_outline(len(ids)))

    async def pages(session: AsyncSession) -> dict[str, int]:
        query = text("SELECT concept_id, (ctid::text::point)[0]::int AS page FROM concepts WHERE roadmap_id = :id")
        return {row.concept_id: row.page for row in await session.execute(query, {"id": claim.roadmap_id})}

    before = await safe_session_with_retry(desk.sessions, pages)
    store = desk.store(claim)
    await store.pending()
    for start in range(0, len(ids), 10):
        ten = ids[start : start + 10]
        await store.start(ten)
        for kind in ArtefactKind:
            artefacts = tuple(finished(one, kind) for one in ten)
            if kind == ArtefactKind.TUTORIAL:
                artefacts = tuple(with_summary(one, "s" * SUMMARY_LENGTH) for one in artefacts)
            await store.save(Batch(artefacts=artefacts, finished=tuple(ten) if kind == ArtefactKind.QUIZ else ()))
    after = await safe_session_with_retry(desk.sessions, pages)
    moved = [one for one in ids if before[one] != after[one]]
    assert len(moved) <= len(ids) / 10, f"{len(moved)} rows are on other pages than before"


def with_summary(artefact: FinishedArtefact, summary: str) -> FinishedArtefact:
    tutorial = artefact.delivery.result
    assert isinstance(tutorial, Tutorial)
    delivery = replace(artefact.delivery, result=tutorial.model_copy(update={"summary": summary}))
    return replace(artefact, delivery=delivery)
