"""Roadmaps over HTTP: create, read and delete."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import a_batch
from httpx2 import AsyncClient, Response
from integration.conftest import Desk, a_roadmap_that_is, problem_in, times_rung
from redis.asyncio import Redis
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.celery_app import CONTENT_QUEUE, DRAFTING_QUEUE
from app.db.tables import roadmaps
from app.domain.content.kind import ArtefactKind
from app.domain.roadmap import LearningRequest
from app.domain.tasks import RoadmapStatus
from app.domain.viewer import LOCAL_VIEWER
from app.reading.views import RoadmapView

pytestmark = pytest.mark.asyncio(loop_scope="module")

GOAL = "Learn SQL for data analysis"
ROADMAPS = "/api/v1/roadmaps"


@pytest.fixture
def api(shared_api: AsyncClient) -> AsyncClient:
    return shared_api


@pytest.fixture
def desk(shared_desk: Desk) -> Desk:
    return shared_desk


async def created(api: AsyncClient, **body: Any) -> str:
    response = await api.post(ROADMAPS, json={"goal": GOAL} | body)
    assert response.status_code == 202, response.text
    return str(response.json()["roadmap_id"])


async def request_of(desk: Desk, roadmap_id: str) -> LearningRequest:
    """What was stored of a learner's request."""
    stored: list[LearningRequest] = []

    async def work(session: AsyncSession) -> None:
        query = select(roadmaps.c.request).where(roadmaps.c.id == UUID(roadmap_id))
        stored.append(LearningRequest.model_validate((await session.execute(query)).scalar_one()))

    await desk.execute(work)
    return stored[0]


def shape(value: Any) -> Any:
    """The names of all fields, however deep."""
    match value:
        case dict():
            return {name: shape(part) for name, part in value.items()}
        case list():
            return [shape(part) for part in value]
        case _:
            return None


async def test_a_new_roadmap_is_accepted_and_says_where_it_is(api: AsyncClient) -> None:
    response = await api.post(ROADMAPS, json={"goal": GOAL})
    assert response.status_code == 202
    body = response.json()
    assert body.keys() == {"roadmap_id", "task_id", "status", "fit"}
    assert body["status"] == "drafting"
    assert response.headers["location"] == f"{ROADMAPS}/{body['roadmap_id']}"
    read = await api.get(response.headers["location"])
    assert read.json()["task"]["task_id"] == body["task_id"]


async def test_what_is_left_out_of_a_request_has_a_default(api: AsyncClient, desk: Desk) -> None:
    assert await request_of(desk, await created(api)) == LearningRequest(
        goal=GOAL,
        level="beginner",
        hours_per_week=5,
        motivation=None,
        background=None,
        content_preference=(),
        language="en",
        secondary_language=None,
        deadline=None,
        concepts=30,
    )


async def test_everything_that_is_asked_for_is_kept(api: AsyncClient, desk: Desk) -> None:
    asked = {
        "goal": "Understand Kalman filters",
        "level": "advanced",
        "hours_per_week": 168,
        "motivation": "A drone.\nIt drifts.",
        "background": "Linear algebra",
        "content_preference": ["visual", "text", "audio", "hands_on"],
        "language": "zh-Hans",
        "secondary_language": "en-GB",
        "deadline": (datetime.now(UTC).date() + timedelta(days=90)).isoformat(),
        "concepts": 300,
    }
    kept = await request_of(desk, await created(api, **asked))
    assert kept.model_dump(mode="json") == asked


async def test_a_deadline_may_be_today(api: AsyncClient, desk: Desk) -> None:
    today = datetime.now(UTC).date()
    kept = await request_of(desk, await created(api, deadline=today.isoformat()))
    assert kept.deadline == today
    assert isinstance(kept.deadline, date)


async def test_a_goal_is_stored_without_space_around_it(api: AsyncClient, desk: Desk) -> None:
    kept = await request_of(desk, await created(api, goal=f"  {GOAL} \n"))
    assert kept.goal == GOAL


async def test_a_new_roadmap_rings_for_its_draft(api: AsyncClient, shared_redis: Redis) -> None:
    task_id = (await api.post(ROADMAPS, json={"goal": GOAL})).json()["task_id"]
    assert await times_rung(shared_redis, DRAFTING_QUEUE, task_id) == 1
    assert await times_rung(shared_redis, CONTENT_QUEUE, task_id) == 0


async def test_a_roadmap_without_an_outline_can_be_read(api: AsyncClient) -> None:
    roadmap_id = await created(api)
    body = (await api.get(f"{ROADMAPS}/{roadmap_id}")).json()
    assert (body["title"], body["goal"]) == (GOAL, GOAL)
    assert body["status"] == "drafting"
    assert body["stages"] == []
    assert (body["task"]["kind"], body["task"]["status"]) == ("draft", "queued")


@pytest.mark.parametrize("status", RoadmapStatus)
async def test_a_roadmap_in_any_state_has_the_promised_shape(
    status: RoadmapStatus, api: AsyncClient, desk: Desk
) -> None:
    roadmap_id = await a_roadmap_that_is(status, desk)
    response = await api.get(f"{ROADMAPS}/{roadmap_id}")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    view = RoadmapView.model_validate_json(response.content)
    assert view.status == status
    assert shape(response.json()) == shape(view.model_dump(mode="json"))


async def test_a_roadmap_has_every_field_of_the_contract(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    body = (await api.get(f"{ROADMAPS}/{roadmap_id}")).json()
    assert body.keys() >= {
        "roadmap_id",
        "title",
        "goal",
        "language",
        "status",
        "author",
        "seq",
        "epoch",
        "task",
        "progress",
        "usage",
        "stages",
    }
    assert body["roadmap_id"] == str(roadmap_id)
    assert body["progress"] == {
        "total": 3,
        "completed": 0,
        "partial": 0,
        "failed": 0,
        "generating": 0,
        "pending": 3,
    }
    (stage,) = body["stages"]
    assert stage.keys() >= {"stage_id", "name", "description", "order", "modules"}
    assert stage["order"] == 1
    (module,) = stage["modules"]
    assert module.keys() >= {"module_id", "name", "description", "concepts"}
    assert (
        module["concepts"][1].items()
        >= {
            "concept_id": "c1",
            "name": "Concept 1",
            "description": "",
            "estimated_hours": 1.0,
            "difficulty": "medium",
            "keywords": [],
            "prerequisites": ["c0"],
            "content_status": "pending",
            "tutorial_status": "pending",
            "tutorial_id": None,
            "content_summary": None,
            "resources_status": "pending",
            "resources_id": None,
            "resources_count": None,
            "quiz_status": "pending",
            "quiz_id": None,
            "quiz_questions_count": None,
        }.items()
    )


async def test_a_roadmap_shows_what_has_been_written_so_far(api: AsyncClient, desk: Desk) -> None:
    claim, _ = await desk.claimed()
    store = desk.store(claim)
    await store.pending()
    await store.start(["c0", "c1", "c2"])
    await store.save(a_batch("c0"))
    await store.save(a_batch("c1", failing=ArtefactKind.QUIZ))
    body = (await api.get(f"{ROADMAPS}/{claim.roadmap_id}")).json()
    done, partial, generating = body["stages"][0]["modules"][0]["concepts"]
    assert [concept["content_status"] for concept in (done, partial, generating)] == [
        "completed",
        "partial",
        "generating",
    ]
    assert done["content_summary"] == "About c0."
    assert (done["resources_count"], done["quiz_questions_count"]) == (2, 1)
    assert all(done[name] for name in ("tutorial_id", "resources_id", "quiz_id"))
    assert (partial["quiz_status"], partial["quiz_id"]) == ("failed", None)
    assert [failure["artefact"] for failure in partial["failures"]] == ["quiz"]
    assert body["progress"]["generating"] == 1
    assert body["status"] == "generating"


async def reread(api: AsyncClient, roadmap_id: UUID, if_none_match: Callable[[str], str]) -> tuple[str, Response]:
    """Read a roadmap, then again under the condition that is made of its entity tag."""
    etag = (await api.get(f"{ROADMAPS}/{roadmap_id}")).headers["etag"]
    condition = {"If-None-Match": if_none_match(etag)}
    return etag, await api.get(f"{ROADMAPS}/{roadmap_id}", headers=condition)


@pytest.mark.parametrize(
    "if_none_match",
    [
        pytest.param(lambda etag: etag, id="the tag"),
        pytest.param(lambda etag: f"W/{etag}", id="weak"),
        pytest.param(lambda etag: f'"another", {etag} , W/"third"', id="in a list"),
        pytest.param(lambda etag: "*", id="any"),
    ],
)
async def test_what_has_not_changed_is_not_sent_again(
    if_none_match: Callable[[str], str], api: AsyncClient, desk: Desk
) -> None:
    etag, response = await reread(api, await desk.drafted(), if_none_match)
    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["etag"] == etag


async def test_an_entity_tag_that_is_not_the_roadmaps_brings_the_roadmap(api: AsyncClient, desk: Desk) -> None:
    etag, response = await reread(api, await desk.drafted(), lambda etag: etag.replace('"', "") + ', "another"')
    assert response.status_code == 200
    assert response.headers["etag"] == etag


async def test_a_change_brings_a_new_entity_tag(api: AsyncClient, desk: Desk) -> None:
    claim, _ = await desk.claimed()
    store = desk.store(claim)
    await store.pending()
    old = (await api.get(f"{ROADMAPS}/{claim.roadmap_id}")).headers["etag"]
    await store.start(["c0"])
    response = await api.get(f"{ROADMAPS}/{claim.roadmap_id}", headers={"If-None-Match": old})
    assert response.status_code == 200
    assert response.headers["etag"] != old


async def test_a_condition_on_an_unknown_roadmap_is_a_404(api: AsyncClient, desk: Desk) -> None:
    response = await api.get(f"{ROADMAPS}/01890000-0000-7000-8000-000000000000", headers={"If-None-Match": "*"})
    problem_in(response, 404, "not_found")


async def test_a_deleted_roadmap_is_gone(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await a_roadmap_that_is(RoadmapStatus.COMPLETED, desk)
    task_id = (await api.get(f"{ROADMAPS}/{roadmap_id}")).json()["task"]["task_id"]
    response = await api.delete(f"{ROADMAPS}/{roadmap_id}")
    assert (response.status_code, response.content) == (204, b"")
    problem_in(await api.delete(f"{ROADMAPS}/{roadmap_id}"), 404, "not_found")
    problem_in(await api.get(f"{ROADMAPS}/{roadmap_id}"), 404, "not_found")
    problem_in(await api.get(f"{ROADMAPS}/{roadmap_id}/concepts/c0"), 404, "not_found")
    problem_in(await api.get(f"/api/v1/tasks/{task_id}"), 404, "not_found")


@pytest.mark.parametrize("status", RoadmapStatus)
async def test_a_roadmap_can_be_deleted_in_any_state(status: RoadmapStatus, api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await a_roadmap_that_is(status, desk)
    assert (await api.delete(f"{ROADMAPS}/{roadmap_id}")).status_code == 204


async def test_only_the_named_roadmap_is_deleted(api: AsyncClient, desk: Desk) -> None:
    kept, deleted = await desk.drafted(), await desk.drafted()
    await desk.roadmaps.delete(LOCAL_VIEWER, deleted)
    assert (await api.get(f"{ROADMAPS}/{kept}")).status_code == 200
