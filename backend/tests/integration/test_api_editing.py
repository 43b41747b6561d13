"""Editing, its history, and steering, through the API over a real database."""

from typing import Any
from uuid import UUID

import orjson
import pytest
from factories import a_batch
from httpx2 import AsyncClient
from integration.conftest import Desk, a_roadmap_that_is, claim_of, generated, problem_in

from app.domain.content.kind import ArtefactKind
from app.domain.state_machine import ALLOWED, Command
from app.domain.tasks import RoadmapStatus
from app.domain.viewer import LOCAL_VIEWER

ROADMAPS = "/api/v1/roadmaps"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def api(shared_api: AsyncClient) -> AsyncClient:
    return shared_api


@pytest.fixture
def desk(shared_desk: Desk) -> Desk:
    return shared_desk


async def read(api: AsyncClient, roadmap_id: UUID) -> dict[str, Any]:
    answer: dict[str, Any] = (await api.get(f"{ROADMAPS}/{roadmap_id}")).json()
    return answer


def names(roadmap: dict[str, Any]) -> dict[str, str]:
    return {
        concept["concept_id"]: concept["name"]
        for stage in roadmap["stages"]
        for module in stage["modules"]
        for concept in module["concepts"]
    }


def state_of(roadmap: dict[str, Any], concept_id: str) -> dict[str, Any]:
    concepts = [one for stage in roadmap["stages"] for module in stage["modules"] for one in module["concepts"]]
    found: dict[str, Any] = next(one for one in concepts if one["concept_id"] == concept_id)
    return found


async def edit(api: AsyncClient, roadmap_id: UUID, *operations: dict[str, Any], etag: str | None = None) -> Any:
    headers = {"If-Match": etag} if etag else {}
    body = {"operations": operations}
    return await api.post(f"{ROADMAPS}/{roadmap_id}/outline/operations", json=body, headers=headers)


def rename(name: str, concept_id: str = "c0") -> dict[str, Any]:
    return {"op": "rename", "target": "concept", "id": concept_id, "name": name}


async def test_fifty_edits_can_be_undone_and_redone(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    for number in range(52):
        assert (await edit(api, roadmap_id, rename(f"Name {number}"))).status_code == 200
    undone = 0
    while (await api.post(f"{ROADMAPS}/{roadmap_id}/outline/undo")).status_code == 200:
        undone += 1
    assert undone == 50
    roadmap = await read(api, roadmap_id)
    assert (names(roadmap)["c0"], roadmap["can_undo"], roadmap["can_redo"]) == ("Name 1", False, True)
    for _ in range(50):
        assert (await api.post(f"{ROADMAPS}/{roadmap_id}/outline/redo")).status_code == 200
    assert names(await read(api, roadmap_id))["c0"] == "Name 51"
    assert (await api.post(f"{ROADMAPS}/{roadmap_id}/outline/redo")).status_code == 409


async def test_an_edit_after_an_undo_takes_the_place_of_what_was_undone(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    await edit(api, roadmap_id, rename("First"))
    await api.post(f"{ROADMAPS}/{roadmap_id}/outline/undo")
    await edit(api, roadmap_id, rename("Second"))
    assert (await api.post(f"{ROADMAPS}/{roadmap_id}/outline/redo")).status_code == 409
    history = (await api.get(f"{ROADMAPS}/{roadmap_id}/revisions")).json()["items"]
    assert [(one["number"], one["kind"], one["current"]) for one in history] == [
        (3, "edited", True),
        (1, "drafted", False),
    ]
    changes = (await api.get(f"{ROADMAPS}/{roadmap_id}/revisions/3")).json()["changes"]
    assert changes == [
        {
            "change": "renamed",
            "target": "concept",
            "id": "c0",
            "name": "Second",
            "before": {"name": "Concept 0"},
            "after": {"name": "Second"},
        }
    ]


async def test_a_removed_concept_comes_back_with_its_content_and_its_mark(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await generated(desk, a_batch("c0", "c1", "c2"))
    await api.put(f"{ROADMAPS}/{roadmap_id}/concepts/c2/learned", json={"learned": True})
    before = state_of(await read(api, roadmap_id), "c2")
    assert before["learned_at"] is not None
    await edit(api, roadmap_id, {"op": "remove", "target": "concept", "id": "c2"})
    assert "c2" not in names(await read(api, roadmap_id))
    assert (await api.get(f"{ROADMAPS}/{roadmap_id}/concepts/c2")).status_code == 404
    await api.post(f"{ROADMAPS}/{roadmap_id}/outline/undo")
    assert state_of(await read(api, roadmap_id), "c2") == before
    assert (await api.get(f"{ROADMAPS}/{roadmap_id}/concepts/c2")).json()["tutorial"] is not None


async def test_of_two_editors_the_second_is_told_and_nothing_is_lost(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    etag = (await api.get(f"{ROADMAPS}/{roadmap_id}")).headers["etag"]
    assert (await edit(api, roadmap_id, rename("Mine"), etag=etag)).status_code == 200
    refused = await edit(api, roadmap_id, rename("Yours"), etag=etag)
    assert (refused.status_code, refused.json()["code"]) == (412, "stale")
    assert names(await read(api, roadmap_id))["c0"] == "Mine"


@pytest.mark.parametrize(
    ("operations", "said"),
    [
        ([rename("X", "c9")], 'Operation 1 (rename): there is no concept "c9".'),
        ([rename("Concept 1")], 'Module "Module 0" has two concepts named "concept 1".'),
        ([{"op": "change", "concept_id": "c0", "prerequisites": ["c2"]}], "The prerequisites form a cycle"),
        ([{"op": "change", "concept_id": "c0", "prerequisites": ["c9"]}], 'requires the unknown concept "c9"'),
        ([{"op": "remove", "target": "stage", "id": "s0"}], "The outline has no stages."),
    ],
)
async def test_a_refusal_names_the_place_and_changes_nothing(
    operations: list[dict[str, Any]], said: str, api: AsyncClient, desk: Desk
) -> None:
    roadmap_id = await desk.drafted()
    before = await read(api, roadmap_id)
    refused = await edit(api, roadmap_id, rename("Fine", "c1"), *operations) if "cycle" in said else None
    refused = refused or await edit(api, roadmap_id, *operations)
    assert refused.status_code == 422
    assert said in refused.json()["detail"]
    assert await read(api, roadmap_id) == before


async def test_resume_writes_what_was_added_and_nothing_else(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await generated(desk, a_batch("c0", "c1", "c2", failing=ArtefactKind.QUIZ))
    assert (await api.post(f"{ROADMAPS}/{roadmap_id}/resume")).status_code == 409
    await edit(api, roadmap_id, {"op": "add_concept", "module_id": "m0", "concept_id": "new", "name": "New"})
    task_id = (await api.post(f"{ROADMAPS}/{roadmap_id}/resume")).json()["task_id"]
    claim = await claim_of((await desk.a_worker()), UUID(task_id))
    assert claim is not None
    store = desk.store(claim)
    assert [concept.concept_id for concept in (await store.pending()).concepts] == ["new"]


PRESSED = {
    Command.APPROVE: ("approve", None),
    Command.PAUSE: ("pause", None),
    Command.RESUME: ("resume", None),
    Command.CANCEL: ("cancel", None),
    Command.RETRY: ("retry", None),
    Command.REVISE: ("revise", {"feedback": "Shorter, please."}),
    Command.PRIORITISE: ("concepts/c1/prioritise", None),
    Command.REGENERATE: ("concepts/c1/regenerate", {"artefacts": ["quiz"]}),
    Command.EDIT: ("outline/operations", {"operations": [rename("X")]}),
}
LEADS_TO = {
    Command.APPROVE: RoadmapStatus.GENERATING,
    Command.PAUSE: RoadmapStatus.PAUSED,
    Command.RESUME: RoadmapStatus.GENERATING,
    Command.CANCEL: RoadmapStatus.CANCELLED,
    Command.RETRY: RoadmapStatus.GENERATING,
    Command.REVISE: RoadmapStatus.DRAFTING,
    Command.REGENERATE: RoadmapStatus.GENERATING,
}
"""The others leave the roadmap as it is."""


@pytest.mark.parametrize("status", RoadmapStatus)
@pytest.mark.parametrize("command", Command)
async def test_what_makes_no_sense_is_refused_with_a_reason(
    command: Command, status: RoadmapStatus, api: AsyncClient, desk: Desk
) -> None:
    roadmap_id = await a_roadmap_that_is(status, desk)
    path, body = PRESSED[command]
    answer = await api.post(f"{ROADMAPS}/{roadmap_id}/{path}", json=body)
    after = (await read(api, roadmap_id))["status"]
    if status not in ALLOWED[command]:
        assert problem_in(answer, 409, "conflict")["detail"].startswith("A roadmap that ")
        assert after == status
    elif answer.status_code == 409:  # the state would permit it, and something else does not
        assert not answer.json()["detail"].startswith("A roadmap that ")
        assert after == status
    else:
        assert answer.status_code in (200, 202)
        assert after == LEADS_TO.get(command, status)


async def test_another_version_is_written_restored_and_given_up(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await generated(desk, a_batch("c0", "c1", "c2"))
    concept = f"{ROADMAPS}/{roadmap_id}/concepts/c1"
    before = state_of(await read(api, roadmap_id), "c1")
    wish = {"artefacts": ["quiz"], "instructions": "Harder."}
    task_id = (await api.post(f"{concept}/regenerate", json=wish)).json()["task_id"]
    claim = await claim_of((worker := await desk.a_worker()), UUID(task_id))
    assert claim is not None
    store = desk.store(claim)
    (waiting,) = (await store.pending()).concepts
    assert (waiting.missing, waiting.brief_for(ArtefactKind.QUIZ).instructions) == ((ArtefactKind.QUIZ,), "Harder.")
    batch = a_batch("c1")
    quiz = tuple(one for one in batch.artefacts if one.kind == ArtefactKind.QUIZ)
    await store.save(type(batch)(artefacts=quiz, finished=("c1",)))
    await store.finish()
    await worker.let_go(claim)
    versions = (await api.get(f"{concept}/versions")).json()["items"]
    quizzes = [(one["version"], one["current"]) for one in versions if one["artefact"] == "quiz"]
    assert quizzes == [(2, True), (1, False)]
    restored = await api.post(f"{concept}/restore", json={"artefact": "quiz", "version": 1})
    assert restored.json()["quiz"]["version"] == 1
    assert state_of(await read(api, roadmap_id), "c1") == before
    await api.post(f"{concept}/regenerate", json=wish)
    await api.post(f"{ROADMAPS}/{roadmap_id}/cancel")
    roadmap = await read(api, roadmap_id)
    assert (roadmap["status"], state_of(roadmap, "c1")) == ("completed", before)


async def test_a_resumed_task_waits_until_its_worker_has_let_go(api: AsyncClient, desk: Desk) -> None:
    claim, worker = await desk.claimed()
    await api.post(f"{ROADMAPS}/{claim.roadmap_id}/pause")
    await api.post(f"{ROADMAPS}/{claim.roadmap_id}/resume")
    assert await (await desk.a_worker()).claim(claim.task_id) is None
    assert [task_id for task_id, _ in await worker.let_go(claim)] == [claim.task_id]
    assert await (await desk.a_worker()).claim(claim.task_id) is not None


async def test_the_last_that_is_wanted_comes_first(api: AsyncClient, desk: Desk) -> None:
    claim, _ = await desk.claimed()
    for concept_id in ("c2", "c1", "c2"):
        answer = await api.post(f"{ROADMAPS}/{claim.roadmap_id}/concepts/{concept_id}/prioritise")
        assert answer.status_code == 202
    store = desk.store(claim)
    assert (await store.pending()).prioritised == ["c2", "c1"]


async def test_a_document_gives_the_same_roadmap_under_a_new_id(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await generated(desk, a_batch("c0", "c1", "c2", failing=ArtefactKind.QUIZ))
    await edit(api, roadmap_id, {"op": "remove", "target": "concept", "id": "c2"})
    await api.put(f"{ROADMAPS}/{roadmap_id}/concepts/c0/learned", json={"learned": True})
    document = (await api.get(f"{ROADMAPS}/{roadmap_id}/export")).json()
    for answer in (
        await api.post(f"{ROADMAPS}/import", json=document),
        await api.post(f"{ROADMAPS}/{roadmap_id}/duplicate"),
    ):
        assert answer.status_code == 201
        other = answer.json()["roadmap_id"]
        assert other != str(roadmap_id)
        taken_out = (await api.get(f"{ROADMAPS}/{other}/export")).text.replace(" (copy)", "")
        assert orjson.loads(taken_out) == document
        assert (await read(api, other))["status"] == "partial"
        await api.post(f"{ROADMAPS}/{other}/outline/undo")
        assert state_of(await read(api, other), "c2")["tutorial_status"] == "completed"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": 3}, "version"),
        ({"kinds": ["tutorial", "quiz"]}, "the kinds must be distinct"),
        ({"kinds": ["quiz", "resources", "quiz"]}, "the kinds must be distinct"),
        ({"concepts": []}, "the concepts do not match the outline"),
        ({"revision": 7}, "the outline does not match its revision"),
        ({"status": "generating"}, "status"),
    ],
)
async def test_a_document_that_does_not_fit_together_is_refused(
    change: dict[str, Any], said: str, api: AsyncClient, desk: Desk
) -> None:
    roadmap_id = await generated(desk, a_batch("c0", "c1", "c2"))
    document = (await api.get(f"{ROADMAPS}/{roadmap_id}/export")).json()
    refused = await api.post(f"{ROADMAPS}/import", json=document | change)
    assert refused.status_code == 422
    assert said in refused.text
    assert (await api.get(ROADMAPS)).json()["items"][0]["roadmap_id"] == str(roadmap_id), "nothing newer is there"


async def test_a_revision_leaves_the_roadmap_where_it_was(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await generated(desk, a_batch("c0", "c1", "c2"))
    task_id = (await api.post(f"{ROADMAPS}/{roadmap_id}/revise", json={"feedback": "Shorter."})).json()["task_id"]
    assert (await read(api, roadmap_id))["status"] == "drafting"
    await desk.steering.cancel(LOCAL_VIEWER, roadmap_id)
    roadmap = await read(api, roadmap_id)
    assert (roadmap["status"], roadmap["task"]["task_id"]) == ("completed", task_id)
