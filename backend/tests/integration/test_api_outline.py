"""Editing an outline: what stays keeps its content, what is broken is refused with the place of the fault."""

from typing import Any
from uuid import UUID

import pytest
from factories import a_batch
from httpx2 import AsyncClient, Response
from integration.conftest import Desk, a_roadmap_that_is, claim_of, generated, problem_in

from app.domain.content.kind import ArtefactKind
from app.domain.tasks import RoadmapStatus
from app.domain.viewer import LOCAL_VIEWER
from app.reading.views import RoadmapView

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def api(shared_api: AsyncClient) -> AsyncClient:
    return shared_api


@pytest.fixture
def desk(shared_desk: Desk) -> Desk:
    return shared_desk


EDITABLE = [
    RoadmapStatus.AWAITING_REVIEW,
    RoadmapStatus.COMPLETED,
    RoadmapStatus.PARTIAL,
    RoadmapStatus.FAILED,
    RoadmapStatus.CANCELLED,
    RoadmapStatus.PAUSED,
]


def a_concept(concept_id: str, *prerequisites: str, name: str | None = None) -> dict[str, Any]:
    return {"concept_id": concept_id, "name": name or f"Concept {concept_id}", "prerequisites": prerequisites}


def a_module(module_id: str, *concepts: dict[str, Any]) -> dict[str, Any]:
    return {"module_id": module_id, "name": f"Module {module_id}", "concepts": concepts}


def a_stage(stage_id: str, *modules: dict[str, Any]) -> dict[str, Any]:
    return {"stage_id": stage_id, "name": f"Stage {stage_id}", "modules": modules}


def an_edit(*concepts: dict[str, Any]) -> dict[str, Any]:
    return {"title": "Edited", "stages": [a_stage("s0", a_module("m0", *concepts))]}


async def put(api: AsyncClient, roadmap_id: UUID, outline: dict[str, Any], **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await api.put(f"/api/v1/roadmaps/{roadmap_id}/outline", json=outline, headers=named)


async def edited(api: AsyncClient, roadmap_id: UUID, *concepts: dict[str, Any]) -> RoadmapView:
    response = await put(api, roadmap_id, an_edit(*concepts))
    assert response.status_code == 200, response.text
    return RoadmapView.model_validate_json(response.content)


def statuses(roadmap: RoadmapView) -> dict[str, str]:
    return {
        concept.concept_id: concept.content_status.value
        for stage in roadmap.stages
        for module in stage.modules
        for concept in module.concepts
    }


async def test_an_edit_answers_with_the_roadmap_as_it_now_is(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    response = await put(api, roadmap_id, an_edit(a_concept("c1"), a_concept("new", "c1")))
    assert response.status_code == 200
    read = await api.get(f"/api/v1/roadmaps/{roadmap_id}")
    assert read.json() == response.json()
    assert read.headers["etag"] == response.headers["etag"]
    assert response.json()["title"] == "Edited"
    assert statuses(RoadmapView.model_validate_json(read.content)) == {"c1": "pending", "new": "pending"}


async def test_stages_and_concepts_stand_in_the_order_of_the_edit(api: AsyncClient, desk: Desk) -> None:
    stages = [a_stage("z", a_module("y", a_concept("x"), a_concept("c0"))), a_stage("a", a_module("b", a_concept("c")))]
    body = (await put(api, await desk.drafted(), {"title": "Edited", "stages": stages})).json()
    assert [(stage["stage_id"], stage["order"]) for stage in body["stages"]] == [("z", 1), ("a", 2)]
    assert [concept["concept_id"] for concept in body["stages"][0]["modules"][0]["concepts"]] == ["x", "c0"]


async def test_concepts_that_stay_keep_their_content(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await generated(desk, a_batch("c0", "c1", "c2"))
    before = (await api.get(f"/api/v1/roadmaps/{roadmap_id}/concepts/c2")).json()
    roadmap = await edited(api, roadmap_id, a_concept("c2", name="Renamed"), a_concept("new", "c2"))
    assert statuses(roadmap) == {"c2": "completed", "new": "pending"}
    assert (roadmap.progress.total, roadmap.progress.completed, roadmap.progress.pending) == (2, 1, 1)
    after = (await api.get(f"/api/v1/roadmaps/{roadmap_id}/concepts/c2")).json()
    assert after["name"] == "Renamed"
    for artefact in ArtefactKind:
        assert after[artefact] == before[artefact]


async def test_a_removed_concept_is_gone_and_comes_back_with_its_content(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await generated(desk, a_batch("c0", "c1", "c2"))
    before = (await api.get(f"/api/v1/roadmaps/{roadmap_id}/concepts/c2")).json()
    without = await edited(api, roadmap_id, a_concept("c0"), a_concept("c1"))
    assert statuses(without) == {"c0": "completed", "c1": "completed"}
    problem_in(await api.get(f"/api/v1/roadmaps/{roadmap_id}/concepts/c2"), 404, "not_found")
    again = await edited(api, roadmap_id, a_concept("c0"), a_concept("c2"))
    assert statuses(again) == {"c0": "completed", "c2": "completed"}
    after = (await api.get(f"/api/v1/roadmaps/{roadmap_id}/concepts/c2")).json()
    assert after["tutorial"] == before["tutorial"]
    assert after["quiz"] == before["quiz"]


async def test_a_completed_roadmap_with_a_new_concept_is_partly_completed(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await a_roadmap_that_is(RoadmapStatus.COMPLETED, desk)
    roadmap = await edited(api, roadmap_id, a_concept("c0"), a_concept("new"))
    assert roadmap.status == RoadmapStatus.PARTIAL
    response = await api.post(f"/api/v1/roadmaps/{roadmap_id}/retry")
    assert response.status_code == 202


async def test_a_retry_after_an_edit_writes_only_what_is_new(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await a_roadmap_that_is(RoadmapStatus.COMPLETED, desk)
    await edited(api, roadmap_id, a_concept("c0"), a_concept("new", "c0"))
    task_id = await desk.steering.retry(LOCAL_VIEWER, roadmap_id)
    worker = await desk.a_worker()
    claim = await claim_of(worker, task_id)
    assert claim is not None
    assert [concept.concept_id for concept in (await desk.store(claim).pending()).concepts] == ["new"]


@pytest.mark.parametrize("status", EDITABLE)
async def test_an_outline_that_nobody_works_on_can_be_edited(
    status: RoadmapStatus, api: AsyncClient, desk: Desk
) -> None:
    roadmap = await edited(api, await a_roadmap_that_is(status, desk), a_concept("c0"))
    assert list(statuses(roadmap)) == ["c0"]


@pytest.mark.parametrize("status", sorted(set(RoadmapStatus) - set(EDITABLE)))
async def test_an_outline_that_somebody_works_on_cannot_be_edited(
    status: RoadmapStatus, api: AsyncClient, desk: Desk
) -> None:
    roadmap_id = await a_roadmap_that_is(status, desk)
    before = await api.get(f"/api/v1/roadmaps/{roadmap_id}")
    problem_in(await put(api, roadmap_id, an_edit(a_concept("c0"))), 409, "conflict")
    assert (await api.get(f"/api/v1/roadmaps/{roadmap_id}")).content == before.content


async def test_of_two_that_edit_the_same_state_one_is_told(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    etag = (await api.get(f"/api/v1/roadmaps/{roadmap_id}")).headers["etag"]
    first = await put(api, roadmap_id, an_edit(a_concept("mine")), If_Match=etag)
    second = await put(api, roadmap_id, an_edit(a_concept("yours")), If_Match=etag)
    assert first.status_code == 200
    assert first.headers["etag"] != etag
    problem_in(second, 412, "stale")
    assert statuses(RoadmapView.model_validate_json((await api.get(f"/api/v1/roadmaps/{roadmap_id}")).content)) == {
        "mine": "pending"
    }


@pytest.mark.parametrize("condition", ["*", "{etag}", '"another", {etag}'])
async def test_an_edit_under_a_condition_that_holds(condition: str, api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    etag = (await api.get(f"/api/v1/roadmaps/{roadmap_id}")).headers["etag"]
    response = await put(api, roadmap_id, an_edit(a_concept("c0")), If_Match=condition.format(etag=etag))
    assert response.status_code == 200


BROKEN: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no stage": ({"title": "T", "stages": []}, ["no stages"]),
    "an empty stage": ({"title": "T", "stages": [a_stage("s0")]}, ["Stage s0", "no modules"]),
    "an empty module": ({"title": "T", "stages": [a_stage("s0", a_module("m0"))]}, ["Module m0", "Stage s0"]),
    "a cycle": (
        an_edit(a_concept("a", "c"), a_concept("b", "a"), a_concept("c", "b"), a_concept("d")),
        ["cycle", "Concept a", "Concept b", "Concept c"],
    ),
    "a concept that needs itself": (an_edit(a_concept("a", "a")), ["cycle", "Concept a"]),
    "an unknown prerequisite": (an_edit(a_concept("a"), a_concept("b", "ghost")), ["Concept b", "ghost"]),
    "a concept id used twice": (
        {"title": "T", "stages": [a_stage("s0", a_module("m0", a_concept("a")), a_module("m1", a_concept("a")))]},
        ["concept id", '"a"'],
    ),
    "a module id used twice": (
        {"title": "T", "stages": [a_stage("s0", a_module("m0", a_concept("a")), a_module("m0", a_concept("b")))]},
        ["module id", '"m0"'],
    ),
    "a stage id used twice": (
        {
            "title": "T",
            "stages": [a_stage("s", a_module("m", a_concept("a"))), a_stage("s", a_module("n", a_concept("b")))],
        },
        ["stage id", '"s"'],
    ),
    "two concepts of one name": (
        an_edit(a_concept("a", name="Joins"), a_concept("b", name="JOINS")),
        ["Module m0", "joins"],
    ),
    "too many concepts": (an_edit(*(a_concept(f"c{number}") for number in range(301))), ["301", "300"]),
}


@pytest.mark.parametrize("fault", BROKEN)
async def test_a_broken_outline_is_refused_with_the_place_of_the_fault(
    fault: str, api: AsyncClient, desk: Desk
) -> None:
    roadmap_id = await desk.drafted()
    before = await api.get(f"/api/v1/roadmaps/{roadmap_id}")
    outline, places = BROKEN[fault]
    problem = problem_in(await put(api, roadmap_id, outline), 422, "invalid_outline")
    for place in places:
        assert place in problem["detail"]
    assert (await api.get(f"/api/v1/roadmaps/{roadmap_id}")).content == before.content


@pytest.mark.parametrize(
    ("concept", "field"),
    [
        (a_concept("a") | {"concept_id": "no good id"}, "concept_id"),
        (a_concept("a") | {"name": ""}, "name"),
        (a_concept("a") | {"name": "n" * 121}, "name"),
        (a_concept("a") | {"difficulty": "impossible"}, "difficulty"),
        (a_concept("a") | {"estimated_hours": 0}, "estimated_hours"),
        (a_concept("a") | {"content_status": "completed"}, "content_status"),
    ],
)
async def test_a_broken_concept_is_refused_with_its_place(
    concept: dict[str, Any], field: str, api: AsyncClient, desk: Desk
) -> None:
    problem = problem_in(await put(api, await desk.drafted(), an_edit(concept)), 422, "invalid_input")
    assert [error["field"] for error in problem["errors"]] == [f"stages.0.modules.0.concepts.0.{field}"]
