"""Approve, cancel and retry: what they set off, and what holds when many press them at once."""

import asyncio
from uuid import UUID

import pytest
from factories import a_failure
from httpx2 import AsyncClient
from integration.conftest import Desk, a_roadmap_that_is, claim_of, problem_in, times_rung
from redis.asyncio import Redis
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.celery_app import CONTENT_QUEUE
from app.db.tables import tasks
from app.domain.tasks import RoadmapStatus, TaskKind

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def api(shared_api: AsyncClient) -> AsyncClient:
    return shared_api


@pytest.fixture
def desk(shared_desk: Desk) -> Desk:
    return shared_desk


async def count_tasks(desk: Desk, roadmap_id: UUID, kind: TaskKind) -> int:
    counts: list[int] = []

    async def work(session: AsyncSession) -> None:
        query = select(func.count()).select_from(tasks).where(tasks.c.roadmap_id == roadmap_id, tasks.c.kind == kind)
        counts.append((await session.execute(query)).scalar_one())

    await desk.execute(work)
    return counts[0]


async def status_of(api: AsyncClient, roadmap_id: UUID) -> str:
    return str((await api.get(f"/api/v1/roadmaps/{roadmap_id}")).json()["status"])


async def test_an_approved_outline_rings_for_its_content(api: AsyncClient, desk: Desk, shared_redis: Redis) -> None:
    roadmap_id = await desk.drafted()
    task_id = (await api.post(f"/api/v1/roadmaps/{roadmap_id}/approve")).json()["task_id"]
    assert await times_rung(shared_redis, CONTENT_QUEUE, task_id) == 1
    task = (await api.get(f"/api/v1/tasks/{task_id}")).json()
    assert (task["kind"], task["status"], task["roadmap_id"]) == ("content", "queued", str(roadmap_id))


async def test_of_ten_that_approve_at_once_one_is_accepted(api: AsyncClient, desk: Desk, shared_redis: Redis) -> None:
    roadmap_id = await desk.drafted()
    answers = await asyncio.gather(*(api.post(f"/api/v1/roadmaps/{roadmap_id}/approve") for _ in range(10)))
    refused = [answer for answer in answers if answer.status_code != 202]
    assert len(refused) == 9
    for answer in refused:
        problem_in(answer, 409, "conflict")
    assert await count_tasks(desk, roadmap_id, TaskKind.CONTENT) == 1
    (accepted,) = [answer for answer in answers if answer not in refused]
    assert await times_rung(shared_redis, CONTENT_QUEUE, accepted.json()["task_id"]) == 1


async def test_of_five_that_retry_at_once_one_is_accepted(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await a_roadmap_that_is(RoadmapStatus.PARTIAL, desk)
    answers = await asyncio.gather(*(api.post(f"/api/v1/roadmaps/{roadmap_id}/retry") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409, 409]
    assert await count_tasks(desk, roadmap_id, TaskKind.CONTENT) == 2


async def test_of_five_that_cancel_at_once_one_is_accepted(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await a_roadmap_that_is(RoadmapStatus.GENERATING, desk)
    answers = await asyncio.gather(*(api.post(f"/api/v1/roadmaps/{roadmap_id}/cancel") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409, 409]


async def test_a_cancelled_draft_is_drafted_again(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await a_roadmap_that_is(RoadmapStatus.DRAFTING, desk)
    cancelled = (await api.post(f"/api/v1/roadmaps/{roadmap_id}/cancel")).json()["task_id"]
    again = (await api.post(f"/api/v1/roadmaps/{roadmap_id}/retry")).json()["task_id"]
    assert again != cancelled
    assert await status_of(api, roadmap_id) == "drafting"
    task = (await api.get(f"/api/v1/tasks/{cancelled}")).json()
    assert (task["kind"], task["status"]) == ("draft", "cancelled")
    assert task["ended_at"] is not None


async def test_a_failed_draft_is_drafted_again(api: AsyncClient, desk: Desk) -> None:
    created = await desk.drafting()
    worker = await desk.a_worker()
    claim = await claim_of(worker, created.task_id)
    assert claim is not None
    await worker.fail(claim, a_failure())
    await worker.let_go(claim)
    assert await status_of(api, created.roadmap_id) == "failed"
    assert (await api.post(f"/api/v1/roadmaps/{created.roadmap_id}/retry")).status_code == 202
    assert await status_of(api, created.roadmap_id) == "drafting"
    assert await count_tasks(desk, created.roadmap_id, TaskKind.DRAFT) == 2


async def test_cancelling_stops_what_was_being_written(api: AsyncClient, desk: Desk) -> None:
    claim, _ = await desk.claimed()
    store = desk.store(claim)
    await store.pending()
    await store.start(["c0", "c1"])
    await api.post(f"/api/v1/roadmaps/{claim.roadmap_id}/cancel")
    progress = (await api.get(f"/api/v1/roadmaps/{claim.roadmap_id}")).json()["progress"]
    assert (progress["generating"], progress["pending"]) == (0, 3)


async def test_a_retry_takes_up_only_what_failed(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await a_roadmap_that_is(RoadmapStatus.PARTIAL, desk)
    await api.post(f"/api/v1/roadmaps/{roadmap_id}/retry")
    concept = (await api.get(f"/api/v1/roadmaps/{roadmap_id}/concepts/c0")).json()
    assert (concept["tutorial_status"], concept["quiz_status"]) == ("completed", "pending")
    assert concept["tutorial"] is not None
    assert concept["failures"] == []


async def test_with_auto_approve_the_draft_is_followed_by_the_content(api: AsyncClient, desk: Desk) -> None:
    body = {"goal": "Learn SQL for data analysis", "auto_approve": True}
    created = (await api.post("/api/v1/roadmaps", json=body)).json()
    await desk.draft(UUID(created["task_id"]))
    roadmap_id = UUID(created["roadmap_id"])
    assert await status_of(api, roadmap_id) == "generating"
    problem_in(await api.post(f"/api/v1/roadmaps/{roadmap_id}/approve"), 409, "conflict")


async def test_a_roadmap_that_is_deleted_while_others_approve_it_has_no_task_that_goes_on(
    api: AsyncClient, desk: Desk
) -> None:
    roadmap_id = await desk.drafted()
    answers = await asyncio.gather(
        *(api.post(f"/api/v1/roadmaps/{roadmap_id}/approve") for _ in range(3)),
        api.delete(f"/api/v1/roadmaps/{roadmap_id}"),
    )
    assert answers[-1].status_code == 204
    assert {answer.status_code for answer in answers[:-1]} <= {202, 404, 409}
    await api.post(f"/api/v1/roadmaps/{roadmap_id}/restore")
    assert await status_of(api, roadmap_id) in ("awaiting_review", "cancelled")
