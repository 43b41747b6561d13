"""Notes beside concepts: written, never over another's, kept with the roadmap."""

import json
from uuid import UUID

import pytest
from factories import a_batch
from httpx2 import AsyncClient
from integration.conftest import Desk, generated, problem_in

from app.domain.notes import MAX_NOTE

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROADMAPS = "/api/v1/roadmaps"


@pytest.fixture
def api(shared_api: AsyncClient) -> AsyncClient:
    return shared_api


@pytest.fixture
def desk(shared_desk: Desk) -> Desk:
    return shared_desk


def note_of(roadmap_id: UUID | str, concept_id: str = "c0") -> str:
    return f"{ROADMAPS}/{roadmap_id}/concepts/{concept_id}/note"


async def test_there_is_an_empty_note_before_one_is_written(api: AsyncClient, desk: Desk) -> None:
    response = await api.get(note_of(await desk.drafted()))
    assert response.json() == {"markdown": "", "updated_at": None}
    assert response.headers["etag"] == '"none"'


async def test_a_note_is_kept_as_it_was_typed(api: AsyncClient, desk: Desk) -> None:
    address = note_of(await desk.drafted())
    typed = "  **Mine**, 笔记 \n\n- a  \n"
    written = await api.put(address, json={"markdown": typed}, headers={"If-Match": '"none"'})
    assert written.status_code == 200, written.text
    read = await api.get(address)
    assert read.json() == written.json()
    assert read.json()["markdown"] == typed
    assert read.headers["etag"] == written.headers["etag"] != '"none"'


async def test_what_another_page_has_written_is_not_overwritten(api: AsyncClient, desk: Desk) -> None:
    address = note_of(await desk.drafted())
    first = await api.put(address, json={"markdown": "one"}, headers={"If-Match": '"none"'})
    problem_in(await api.put(address, json={"markdown": "two"}, headers={"If-Match": '"none"'}), 412, "stale")
    after = await api.put(address, json={"markdown": "two"}, headers={"If-Match": first.headers["etag"]})
    assert after.status_code == 200
    tag = {"If-Match": first.headers["etag"]}
    problem_in(await api.put(address, json={"markdown": "three"}, headers=tag), 412, "stale")
    problem_in(await api.delete(address, headers=tag), 412, "stale")
    assert (await api.get(address)).json()["markdown"] == "two"


async def test_the_same_text_again_changes_nothing(api: AsyncClient, desk: Desk) -> None:
    address = note_of(await desk.drafted())
    first = await api.put(address, json={"markdown": "one"}, headers={"If-Match": '"none"'})
    again = await api.put(address, json={"markdown": "one"}, headers={"If-Match": '"none"'})
    assert (again.status_code, again.headers["etag"]) == (200, first.headers["etag"])


async def test_an_empty_note_is_none(api: AsyncClient, desk: Desk) -> None:
    address = note_of(await desk.drafted())
    await api.put(address, json={"markdown": "one"})
    assert (await api.put(address, json={"markdown": ""})).headers["etag"] == '"none"'
    await api.put(address, json={"markdown": "two"})
    assert (await api.delete(address)).status_code == 204
    assert (await api.get(address)).headers["etag"] == '"none"'


async def test_a_note_that_is_too_long_is_refused_with_the_limit(api: AsyncClient, desk: Desk) -> None:
    address = note_of(await desk.drafted())
    assert (await api.put(address, json={"markdown": "字" * MAX_NOTE})).status_code == 200
    refused = await api.put(address, json={"markdown": "x" * (MAX_NOTE + 1)})
    assert "20000 characters (MAX_NOTE); it has 20001" in problem_in(refused, 422, "invalid_input")["detail"]


async def test_a_note_is_of_a_concept_of_the_roadmap(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    problem_in(await api.put(note_of(roadmap_id, "other"), json={"markdown": "x"}), 404, "not_found")


async def test_notes_and_reports_go_with_the_roadmap(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await generated(desk, a_batch("c0", "c1", "c2"))
    await api.put(note_of(roadmap_id), json={"markdown": "**Mine**"})
    report = f"{ROADMAPS}/{roadmap_id}/concepts/c0/quiz/questions/q1/report"
    assert (await api.put(report, json={"reason": "Both are right."})).status_code == 200
    file = (await api.get(f"{ROADMAPS}/{roadmap_id}/export")).json()
    imported = (await api.post(f"{ROADMAPS}/import", json=file)).json()["roadmap_id"]
    copied = (await api.post(f"{ROADMAPS}/{roadmap_id}/duplicate")).json()["roadmap_id"]
    for other in (imported, copied):
        assert (await api.get(note_of(other))).json() == (await api.get(note_of(roadmap_id))).json()
        quiz = (await api.get(f"{ROADMAPS}/{other}/concepts/c0")).json()["quiz"]
        assert quiz["questions"] == []
        assert [one["reason"] for one in quiz["reported"]] == ["Both are right."]


async def test_a_file_with_reports_of_other_questions_or_a_long_note_is_refused(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await generated(desk, a_batch("c0", "c1", "c2"))
    file = (await api.get(f"{ROADMAPS}/{roadmap_id}/export")).json()
    wrong = json.loads(json.dumps(file))
    report = {"question_id": "other", "reason": "Wrong.", "created_at": "2026-01-01T00:00:00Z"}
    wrong["concepts"][0]["artefacts"]["quiz"]["versions"][0]["reports"] = [report]
    problem_in(await api.post(f"{ROADMAPS}/import", json=wrong), 422, "invalid_input")
    file["concepts"][0]["note"] = {"markdown": "x" * (MAX_NOTE + 1), "updated_at": "2026-01-01T00:00:00Z"}
    problem_in(await api.post(f"{ROADMAPS}/import", json=file), 422, "invalid_input")
