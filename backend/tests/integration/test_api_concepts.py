"""Concepts with their artefacts, and tasks, over HTTP."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from factories import a_batch
from httpx2 import AsyncClient, Response
from integration.conftest import Desk, a_roadmap_that_is, generated, problem_in

from app.domain.content.kind import ArtefactKind
from app.domain.tasks import RoadmapStatus
from app.domain.usage import Usage
from app.domain.viewer import LOCAL_VIEWER
from app.reading.views import ConceptDetail, TaskDetail

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def api(shared_api: AsyncClient) -> AsyncClient:
    return shared_api


@pytest.fixture
def desk(shared_desk: Desk) -> Desk:
    return shared_desk


async def concept(api: AsyncClient, roadmap_id: UUID, concept_id: str = "c0", **query: Any) -> dict[str, Any]:
    response = await api.get(f"/api/v1/roadmaps/{roadmap_id}/concepts/{concept_id}", params=query)
    assert response.status_code == 200, response.text
    ConceptDetail.model_validate_json(response.content)
    body: dict[str, Any] = response.json()
    return body


async def test_a_concept_has_no_artefacts_before_they_are_written(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    body = await concept(api, roadmap_id)
    assert body["roadmap_id"] == str(roadmap_id)
    assert body["content_status"] == "pending"
    assert (body["tutorial"], body["resources"], body["quiz"]) == (None, None, None)


async def test_a_written_concept_has_all_three(api: AsyncClient, desk: Desk) -> None:
    body = await concept(api, await generated(desk, a_batch("c0")))
    assert body["content_status"] == "completed"
    assert body["tutorial"]["summary"] == "About c0."
    assert [item["url"] for item in body["resources"]["items"]] == ["https://example.org/"] * 2
    assert [question["prompt"] for question in body["quiz"]["questions"]] == ["Is it c0?"]
    for kind in ArtefactKind:
        assert body[kind][f"{kind}_id"] == body[f"{kind}_id"]
        assert body[kind]["version"] == 1
        assert body[kind]["author"] == "test:author"


async def test_a_quiz_shows_no_answers(api: AsyncClient, desk: Desk) -> None:
    response = await api.get(f"/api/v1/roadmaps/{await generated(desk, a_batch('c0'))}/concepts/c0")
    (question,) = response.json()["quiz"]["questions"]
    assert question.keys() == {"question_id", "type", "prompt", "options"}
    assert "correct" not in response.text
    assert "explanation" not in response.text


async def test_what_failed_is_missing_and_says_why(api: AsyncClient, desk: Desk) -> None:
    body = await concept(api, await generated(desk, a_batch("c0", failing=ArtefactKind.QUIZ)))
    assert body["content_status"] == "partial"
    assert body["quiz"] is None
    assert body["tutorial"] is not None
    assert body["failures"] == [
        {
            "artefact": "quiz",
            "code": "invalid_output",
            "message": "It did not work.",
            "details": {},
            "retryable": True,
            "raw_answer": None,
        }
    ]


async def test_every_version_can_be_read_also_one_that_nobody_waited_for(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await generated(desk, a_batch("c0", failing=ArtefactKind.QUIZ))
    claim = await desk.retried(roadmap_id)
    store = desk.store(claim)
    await store.pending()
    await store.save(a_batch("c0"))
    current = await concept(api, roadmap_id)
    assert (current["tutorial"]["version"], current["quiz"]["version"]) == (1, 1)
    second = await concept(api, roadmap_id, version=2)
    assert (second["tutorial"]["version"], second["quiz"]) == (2, None)
    assert second["tutorial"]["tutorial_id"] != current["tutorial"]["tutorial_id"]


async def test_a_version_that_was_never_written_is_unknown(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await generated(desk, a_batch("c0"))
    response = await api.get(f"/api/v1/roadmaps/{roadmap_id}/concepts/c0", params={"version": 2})
    assert "version 2" in problem_in(response, 404, "not_found")["detail"]


async def test_an_unknown_concept_of_a_known_roadmap(api: AsyncClient, desk: Desk) -> None:
    response = await api.get(f"/api/v1/roadmaps/{await desk.drafted()}/concepts/c9")
    problem_in(response, 404, "not_found")


async def test_a_concept_of_a_roadmap_without_an_outline(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await a_roadmap_that_is(RoadmapStatus.DRAFTING, desk)
    problem_in(await api.get(f"/api/v1/roadmaps/{roadmap_id}/concepts/c0"), 404, "not_found")


async def newest_task(api: AsyncClient, roadmap_id: UUID) -> dict[str, Any]:
    task_id = (await api.get(f"/api/v1/roadmaps/{roadmap_id}")).json()["task"]["task_id"]
    response = await api.get(f"/api/v1/tasks/{task_id}")
    assert response.status_code == 200
    TaskDetail.model_validate_json(response.content)
    body: dict[str, Any] = response.json()
    return body


async def test_a_task_that_waits(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    await desk.steering.approve(LOCAL_VIEWER, roadmap_id)
    task = await newest_task(api, roadmap_id)
    assert task.keys() == TaskDetail.model_fields.keys()
    assert (task["kind"], task["status"], task["roadmap_id"]) == ("content", "queued", str(roadmap_id))
    assert (task["started_at"], task["ended_at"], task["error"]) == (None, None, None)
    assert task["usage"] == Usage().model_dump()


async def test_a_task_that_has_ended(api: AsyncClient, desk: Desk) -> None:
    task = await newest_task(api, await a_roadmap_that_is(RoadmapStatus.PARTIAL, desk))
    assert task["status"] == "partial"
    assert task["created_at"] <= task["started_at"] <= task["ended_at"]
    assert (task["progress"]["partial"], task["progress"]["total"]) == (3, 3)


async def test_a_task_that_failed_says_why(api: AsyncClient, desk: Desk) -> None:
    task = await newest_task(api, await a_roadmap_that_is(RoadmapStatus.FAILED, desk))
    assert task["status"] == "failed"
    assert task["error"] == {
        "code": "invalid_output",
        "message": "It did not work.",
        "details": {},
        "raw_answer": None,
    }


async def test_a_paused_task_says_why(api: AsyncClient, desk: Desk) -> None:
    task = await newest_task(api, await a_roadmap_that_is(RoadmapStatus.PAUSED, desk))
    assert (task["status"], task["ended_at"]) == ("paused", None)
    assert task["error"]["message"] == "It did not work."


# Quiz attempts


async def attempt(api: AsyncClient, roadmap_id: UUID, body: object, concept_id: str = "c0") -> Response:
    return await api.post(f"/api/v1/roadmaps/{roadmap_id}/concepts/{concept_id}/quiz/attempts", json=body)


async def test_an_attempt_is_marked_on_the_server(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await generated(desk, a_batch("c0"))
    right = await attempt(api, roadmap_id, {"answers": {"q1": ["a"]}})
    assert right.status_code == 201
    marked = {"question_id": "q1", "correct_options": ["a"], "explanation": "It is."}
    assert right.json() == {"score": 1.0, "questions": [marked | {"correct": True}]}
    wrong_answers: list[dict[str, list[str]]] = [{"q1": ["b"]}, {"q1": []}, {}]
    for answers in wrong_answers:
        wrong = await attempt(api, roadmap_id, {"answers": answers})
        assert wrong.json() == {"score": 0.0, "questions": [marked | {"correct": False}]}


async def test_the_quiz_that_was_read_is_marked_even_when_it_has_been_replaced(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await generated(desk, a_batch("c0"))
    quiz_id = (await concept(api, roadmap_id))["quiz_id"]
    response = await attempt(api, roadmap_id, {"answers": {"q1": ["a"]}, "quiz_id": quiz_id})
    assert response.json()["score"] == 1.0
    foreign = await attempt(api, roadmap_id, {"answers": {}, "quiz_id": str(UUID(int=1))})
    assert problem_in(foreign, 404, "not_found")["detail"] == "This concept has no such quiz."


@pytest.mark.parametrize(
    "body",
    [
        {"answers": {"q9": ["a"]}},
        {"answers": {"q1": ["z"]}},
        {"answers": {"q1": "a"}},
        {"answers": [["q1", "a"]]},
        {"answers": {"q1": ["a"] * 51}},
        {},
    ],
)
async def test_an_attempt_at_what_was_not_asked_is_refused(api: AsyncClient, desk: Desk, body: object) -> None:
    response = await attempt(api, await generated(desk, a_batch("c0")), body)
    assert problem_in(response, 422, "invalid_input")["errors"]


async def test_there_is_no_attempt_without_a_quiz(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await generated(desk, a_batch("c0"))
    waiting = await attempt(api, roadmap_id, {"answers": {}}, "c1")
    assert problem_in(waiting, 409, "conflict")["detail"] == "This concept has no quiz yet."
    assert problem_in(await attempt(api, roadmap_id, {"answers": {}}, "c99"), 404, "not_found")
    assert problem_in(await attempt(api, UUID(int=1), {"answers": {}}), 404, "not_found")


async def test_what_is_learned_is_kept_while_content_is_written(api: AsyncClient, desk: Desk) -> None:
    claim, _ = await desk.claimed()
    store = desk.store(claim)
    await store.pending()
    await store.start(["c0"])
    address = f"/api/v1/roadmaps/{claim.roadmap_id}/concepts/c0"
    assert (await api.put(f"{address}/learned", json={"learned": True})).status_code == 200
    learned_at = (await api.get(address)).json()["learned_at"]
    assert learned_at is not None
    complete, _ = await store.save(a_batch("c0"))
    assert complete.changes is not None
    [told] = complete.changes["concepts"]
    assert told["learned_at"] == datetime.fromisoformat(learned_at)
    shown = (await api.get(address)).json()
    assert (shown["content_status"], shown["learned_at"]) == ("completed", learned_at)
    assert (await api.put(f"{address}/learned", json={"learned": False})).json()["learned_at"] is None
    assert (await api.get(address)).json()["learned_at"] is None
