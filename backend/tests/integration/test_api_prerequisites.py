"""Prerequisites through the API: an edit that turns one round says so, and an undo brings it back."""

from typing import Any
from uuid import UUID

from httpx2 import AsyncClient
from integration.conftest import Desk

ROADMAPS = "/api/v1/roadmaps"
DOWN = {"op": "move", "target": "concept", "id": "c1", "into": "m0", "before": None}
DROPPED = {
    "concept_id": "c2",
    "concept_name": "Concept 2",
    "prerequisite_id": "c1",
    "prerequisite_name": "Concept 1",
}


def needs(roadmap: dict[str, Any]) -> dict[str, list[str]]:
    return {
        concept["concept_id"]: concept["prerequisites"]
        for stage in roadmap["stages"]
        for module in stage["modules"]
        for concept in module["concepts"]
    }


async def edit(api: AsyncClient, roadmap_id: UUID, operation: dict[str, Any]) -> dict[str, Any]:
    response = await api.post(f"{ROADMAPS}/{roadmap_id}/outline/operations", json={"operations": [operation]})
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


async def test_a_move_says_which_prerequisite_it_has_dropped(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    moved = await edit(api, roadmap_id, DOWN)
    assert moved["dropped_prerequisites"] == [DROPPED]
    assert needs(moved) == {"c0": [], "c2": ["c0"], "c1": ["c0"]}
    changes = (await api.get(f"{ROADMAPS}/{roadmap_id}/revisions/2")).json()["changes"]
    assert {
        "change": "changed",
        "target": "concept",
        "id": "c2",
        "name": "Concept 2",
        "before": {"prerequisites": ["c1"]},
        "after": {"prerequisites": ["c0"]},
    } in changes
    back = (await api.post(f"{ROADMAPS}/{roadmap_id}/outline/undo")).json()
    assert needs(back) == {"c0": [], "c1": ["c0"], "c2": ["c1"]}
    assert "dropped_prerequisites" not in back


async def test_what_needed_a_removed_concept_inherits_until_the_removal_is_undone(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    removed = await edit(api, roadmap_id, {"op": "remove", "target": "concept", "id": "c1"})
    assert needs(removed) == {"c0": [], "c2": ["c0"]}
    back = (await api.post(f"{ROADMAPS}/{roadmap_id}/outline/undo")).json()
    assert needs(back) == {"c0": [], "c1": ["c0"], "c2": ["c1"]}


async def test_a_field_of_an_operation_is_named_as_people_do(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    wrong = [
        ({"op": "change", "concept_id": "c1", "estimated_hours": -3}, "`estimated_hours` of operation 2: "),
        ({"op": "rename", "target": "concept", "id": "c1", "name": " "}, "`name` of operation 2: "),
        ({"op": "fly"}, "Operation 2: "),
    ]
    for operation, said in wrong:
        body = {"operations": [DOWN, operation]}
        refused = (await api.post(f"{ROADMAPS}/{roadmap_id}/outline/operations", json=body)).json()
        assert refused["detail"].startswith(said)
        assert "operations." not in refused["detail"]
        assert refused["errors"][0]["field"].startswith("operations.1")


async def test_a_whole_outline_in_another_order_keeps_the_same_rule(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    exported = (await api.get(f"{ROADMAPS}/{roadmap_id}/export")).json()["outline"]
    concepts = exported["stages"][0]["modules"][0]["concepts"]
    concepts[1], concepts[2] = concepts[2], concepts[1]
    response = await api.put(f"{ROADMAPS}/{roadmap_id}/outline", json=exported)
    assert response.json()["dropped_prerequisites"] == [DROPPED]
    concepts[0]["prerequisites"], concepts[2]["prerequisites"] = ["c1"], []
    concepts[1]["prerequisites"] = []
    refused = await api.put(f"{ROADMAPS}/{roadmap_id}/outline", json=exported)
    assert refused.status_code == 422
    assert 'Concept "Concept 0" cannot require "Concept 1", which comes later' in refused.json()["detail"]


async def test_a_file_of_an_earlier_version_is_taken_in_without_what_comes_later(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    file = (await api.get(f"{ROADMAPS}/{roadmap_id}/export")).json()
    for outline in (file["outline"], file["revisions"][0]["outline"]):
        concepts = outline["stages"][0]["modules"][0]["concepts"]
        concepts[1], concepts[2] = concepts[2], concepts[1]
    taken_in = await api.post(f"{ROADMAPS}/import", json=file)
    assert taken_in.status_code == 201, taken_in.text
    roadmap = (await api.get(f"{ROADMAPS}/{taken_in.json()['roadmap_id']}")).json()
    assert needs(roadmap) == {"c0": [], "c2": ["c0"], "c1": ["c0"]}
