"""The one writer of a worker process: what is wrong with one task's flush costs the others nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pytest
from factories import a_batch
from integration.conftest import Desk
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.content_store import PostgresContentStore
from app.db.flush_writer import MOST_FLUSHES, FlushWriter
from app.db.session import safe_session_with_retry
from app.domain.content.kinds.tutorial import Tutorial
from app.domain.events import ConceptComplete, ConceptFailed, Event
from app.domain.ownership import Claim
from app.generation.work import Batch

pytestmark = pytest.mark.asyncio(loop_scope="module")

TASKS = 120


@pytest.fixture
def desk(shared_desk: Desk) -> Desk:
    return shared_desk


async def running(desk: Desk, writer: FlushWriter, count: int) -> list[tuple[Claim, PostgresContentStore]]:
    """Tasks of one process whose concepts are known."""
    claims = [(await desk.claimed())[0] for _ in range(count)]
    stores = [PostgresContentStore(desk.sessions, writer, claim) for claim in claims]
    for store in stores:
        await store.pending()
    return list(zip(claims, stores, strict=True))


def poisoned(batch: Batch) -> Batch:
    """Its first tutorial holds what PostgreSQL does not."""
    first, *others = batch.artefacts
    tutorial = Tutorial.model_construct(summary="a\0b", sections=(), example=None, exercises=(), mistakes=())
    return replace(batch, artefacts=(replace(first, delivery=replace(first.delivery, result=tutorial)), *others))


async def test_a_locked_roadmap_and_a_poisoned_row_cost_the_others_nothing(desk: Desk) -> None:
    (claim, locked), (_, spoilt), *others = await running(desk, FlushWriter(desk.sessions), TASKS)
    is_locked, may_end = asyncio.Event(), asyncio.Event()

    async def keep_it_locked(session: AsyncSession) -> None:
        lock = text("SELECT 1 FROM roadmap_progress WHERE roadmap_id = :roadmap FOR UPDATE")
        await session.execute(lock, {"roadmap": claim.roadmap_id})
        is_locked.set()
        await may_end.wait()

    locking = asyncio.create_task(safe_session_with_retry(desk.sessions, keep_it_locked))
    await is_locked.wait()
    waiting = asyncio.create_task(locked.save(a_batch("c0")))
    failing = asyncio.create_task(spoilt.save(poisoned(a_batch("c0"))))
    saved = await asyncio.gather(*(store.save(a_batch("c0")) for _, store in others))
    assert all(isinstance(events[0], ConceptComplete) for events in saved)
    [failed, _] = await failing
    assert isinstance(failed, ConceptFailed)
    assert failed.code == "internal"
    assert not waiting.done()
    may_end.set()
    await locking
    assert isinstance((await waiting)[0], ConceptComplete)


async def test_what_comes_meanwhile_goes_out_in_one_statement(desk: Desk) -> None:
    writer = FlushWriter(desk.sessions)
    stores = [store for _, store in await running(desk, writer, MOST_FLUSHES + 1)]
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    engine = desk.sessions.kw["bind"].sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        await asyncio.gather(*(store.start(["c0"]) for store in stores))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(statements) == 2, statements


async def test_a_stale_flush_is_not_written_and_reads_anew(desk: Desk) -> None:
    """Somebody else has written to the roadmap: the flush's guess is wrong, and the outcome is right."""
    writer = FlushWriter(desk.sessions)
    [(_, ahead), (_, other)] = await running(desk, writer, 2)
    claim = ahead._claim
    behind = PostgresContentStore(desk.sessions, writer, claim)
    await behind.pending()
    [first] = await ahead.start(["c0"])
    results = await asyncio.gather(*map(partial(_start, "c1"), (behind, other)))
    assert [events[0].seq for events in results] == [first.seq + 1, first.seq]


async def _start(concept_id: str, store: PostgresContentStore) -> Sequence[Event]:
    return await store.start([concept_id])
