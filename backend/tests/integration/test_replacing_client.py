"""A client that only replaces what events name shows, in every field, what a fresh read shows."""

from uuid import UUID, uuid4

import pytest
from factories import a_batch, a_failure, an_artefact, an_outline, finished
from integration.conftest import DRAFTED, Desk, claim_of, generated
from replacing_client import ReplacingClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.commands.unit import Unit
from app.db.outline_store import OutlineStore
from app.db.repositories.event_repo import EventRepository
from app.db.session import safe_session_with_retry
from app.db.task_store import MAX_CRASHES, hand_back
from app.domain.content.kind import ArtefactKind
from app.domain.events import event_adapter
from app.domain.failures import FailureCode
from app.domain.outline_operations import Remove
from app.domain.tasks import RoadmapStatus, TaskStatus
from app.domain.usage import Usage
from app.domain.viewer import LOCAL_VIEWER
from app.generation.roadmap_changes import RestoreVersion
from app.generation.work import Batch
from app.reading.views import RoadmapView

USED = Usage(calls=1, input_tokens=100, output_tokens=200, cost_usd=0.25)


async def read(desk: Desk, roadmap_id: UUID) -> RoadmapView:
    return RoadmapView.model_validate_json((await desk.read.roadmaps.roadmap(LOCAL_VIEWER, roadmap_id)).body)


async def agrees(desk: Desk, client: ReplacingClient) -> RoadmapView:
    """Applies all events since; gives what is read."""
    roadmap_id = client.shown.roadmap_id
    handle = await desk.handle_of(roadmap_id)

    async def missed(session: AsyncSession) -> list[object]:
        return list(await EventRepository(session).after(handle, client.seq, limit=1000))

    for body in await safe_session_with_retry(desk.sessions, missed):
        client.apply(event_adapter.validate_python(body))
    fresh = await read(desk, roadmap_id)
    assert client.shown.model_dump() == fresh.model_dump()
    return fresh


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("retried", [False, True])
async def test_what_a_cancelled_draft_has_used_up_is_told(fails: bool, retried: bool, desk: Desk) -> None:
    created = await desk.drafting()
    client = ReplacingClient(await read(desk, created.roadmap_id))
    claim = await claim_of(await desk.a_worker(), created.task_id)
    assert claim is not None
    await desk.steering.cancel(LOCAL_VIEWER, created.roadmap_id)
    if retried:
        await desk.steering.retry(LOCAL_VIEWER, created.roadmap_id)
    store, save_id = OutlineStore(desk.sessions, claim), uuid4()
    for _ in range(2):
        if fails:
            await store.fail(a_failure(), USED, None, save_id=save_id)
        else:
            await store.save(an_outline(3), DRAFTED, USED, save_id=save_id)
    fresh = await agrees(desk, client)
    assert fresh.usage == USED
    assert fresh.status == (RoadmapStatus.DRAFTING if retried else RoadmapStatus.CANCELLED)
    assert fresh.stages == []


async def test_the_reason_of_a_pause_goes_with_the_pause(desk: Desk) -> None:
    claim, _ = await desk.claimed()
    client = ReplacingClient(await read(desk, claim.roadmap_id))
    store = desk.store(claim)
    await store.pending()
    await store.pause(a_failure(FailureCode.QUOTA))
    assert (await agrees(desk, client)).task.error is not None
    await desk.steering.cancel(LOCAL_VIEWER, claim.roadmap_id)
    assert (await agrees(desk, client)).task.error is None


async def test_a_task_begins_and_ends_when_events_say_so(desk: Desk) -> None:
    created = await desk.drafting()
    client = ReplacingClient(await read(desk, created.roadmap_id))
    await desk.draft(created.task_id)
    assert (await agrees(desk, client)).task.ended_at is not None  # with the outline
    task_id = await desk.steering.approve(LOCAL_VIEWER, created.roadmap_id)
    fresh = await agrees(desk, client)
    assert (fresh.task.task_id, fresh.task.started_at) == (task_id, None)
    claim = await claim_of(await desk.a_worker(), task_id)
    assert claim is not None
    assert (await agrees(desk, client)).task.started_at is not None
    store = desk.store(claim)
    await store.pending()
    await store.save(a_batch("c0", "c1", "c2"))
    await store.finish()
    assert (await agrees(desk, client)).task.ended_at is not None  # by a worker


async def test_a_version_that_is_restored_while_a_run_ends_completes_the_roadmap(desk: Desk) -> None:
    """The learner restores the only artefact that is missing; the worker ends the run after the command has looked."""
    roadmap_id = await generated(desk, a_batch("c0", "c1", "c2"))
    kind = ArtefactKind.QUIZ
    task_id = await desk.steering.regenerate(LOCAL_VIEWER, roadmap_id, "c0", kinds=[kind], instructions=None)
    claim = await claim_of(await desk.a_worker(), task_id)
    assert claim is not None
    client = ReplacingClient(await read(desk, roadmap_id))
    store = desk.store(claim)
    await store.pending()
    await store.save(Batch(artefacts=(finished("c0", kind, a_failure(), usage=USED),), finished=("c0",)))
    old = (await desk.read.concepts.versions(LOCAL_VIEWER, roadmap_id, "c0")).items
    quiz_id = next(one.artefact_id for one in old if one.artefact == kind)

    async def restore(session: AsyncSession) -> Unit:
        unit = Unit(session, LOCAL_VIEWER)
        roadmap = await unit.lock(roadmap_id)
        assert roadmap.task.status == TaskStatus.RUNNING
        await store.finish()
        await unit.change(roadmap, RestoreVersion("c0", quiz_id, an_artefact(kind)))
        return unit

    await safe_session_with_retry(desk.sessions, restore)
    assert (await agrees(desk, client)).status == RoadmapStatus.COMPLETED


async def test_workers_that_die_with_a_task_until_it_is_parked(desk: Desk) -> None:
    claim, _ = await desk.claimed()
    client = ReplacingClient(await read(desk, claim.roadmap_id))
    for _ in range(MAX_CRASHES):
        store = desk.store(claim)
        await store.pending()
        await store.start(["c0"])
        await agrees(desk, client)
        await hand_back(desk.sessions, claim.worker_id)
        fresh = await agrees(desk, client)
        next_claim = await claim_of(await desk.a_worker(), claim.task_id)
        if next_claim is not None:
            claim = next_claim
            await agrees(desk, client)
    assert (fresh.status, fresh.task.error and fresh.task.error.code) == (RoadmapStatus.FAILED, FailureCode.CRASHED)


async def test_what_is_saved_late_for_a_concept_that_an_edit_has_removed_comes_back_with_it(desk: Desk) -> None:
    claim, worker = await desk.claimed()
    client = ReplacingClient(await read(desk, claim.roadmap_id))
    store = desk.store(claim)
    await store.pending()
    await store.start(["c0", "c1"])
    await desk.steering.pause(LOCAL_VIEWER, claim.roadmap_id)
    await agrees(desk, client)
    remove = Remove(target="concept", id="c0")
    await desk.outlines.apply(LOCAL_VIEWER, claim.roadmap_id, [remove], if_match=None)
    await agrees(desk, client)
    artefacts = tuple(finished(one, kind, usage=USED) for one in ("c0", "c1") for kind in ArtefactKind)
    await store.save(Batch(artefacts=artefacts, finished=("c0", "c1")))
    await agrees(desk, client)
    await desk.steering.resume(LOCAL_VIEWER, claim.roadmap_id)
    await agrees(desk, client)
    await desk.steering.cancel(LOCAL_VIEWER, claim.roadmap_id)
    await worker.let_go(claim)
    await agrees(desk, client)
    await desk.outlines.undo(LOCAL_VIEWER, claim.roadmap_id, if_match=None)
    fresh = await agrees(desk, client)
    assert (fresh.progress.completed, fresh.progress.total) == (2, 3)
    await desk.outlines.redo(LOCAL_VIEWER, claim.roadmap_id, if_match=None)
    await agrees(desk, client)
