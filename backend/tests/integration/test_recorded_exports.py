"""Files that an earlier version exported are imported, and what is read afterwards is what they hold."""

from typing import Any

import pytest
from httpx2 import AsyncClient
from recordings import RECORDED, as_known, as_version_1, recorded_json

from app.domain.content.kind import ArtefactKind

ROADMAPS = "/api/v1/roadmaps"

every_file = pytest.mark.parametrize("name", ["export_1_completed.json", "export_1_cancelled.json"])


@every_file
async def test_a_file_of_then_goes_in_and_comes_out_as_it_was(name: str, api: AsyncClient) -> None:
    then = recorded_json(RECORDED / name)
    now = (await api.get(f"{await imported(api, name)}/export")).json()
    assert now["version"] == 2
    assert as_known(as_version_1(now), then) == then


@every_file
async def test_a_roadmap_from_a_file_of_then_reads_as_the_file_says(name: str, api: AsyncClient) -> None:
    file = recorded_json(RECORDED / name)
    roadmap = (await api.get(await imported(api, name))).json()
    assert {field: roadmap[field] for field in ("title", "status", "author", "created_at", "revision")} == {
        field: file[field] for field in ("title", "status", "author", "created_at", "revision")
    }
    assert as_known(roadmap["stages"], file["outline"]["stages"]) == file["outline"]["stages"]
    kept = [concept for concept in file["concepts"] if not concept["removed"]]
    completed = [all(concept[kind]["status"] == "completed" for kind in ArtefactKind) for concept in kept]
    assert roadmap["progress"] == {
        "total": len(kept),
        "completed": sum(completed),
        "partial": 0,
        "failed": 0,
        "generating": 0,
        "pending": len(kept) - sum(completed),
    }


@every_file
async def test_concepts_and_all_their_versions_read_as_the_file_says(name: str, api: AsyncClient) -> None:
    address = await imported(api, name)
    for concept in recorded_json(RECORDED / name)["concepts"]:
        if concept["removed"]:
            continue
        concept_address = f"{address}/concepts/{concept['concept_id']}"
        shown = (await api.get(concept_address)).json()
        assert shown["learned_at"] == concept["learned_at"]
        versions = (await api.get(f"{concept_address}/versions")).json()["items"]
        for kind in ArtefactKind:
            then = concept[kind]
            assert shown[f"{kind}_status"] == then["status"]
            assert (shown[kind] and shown[kind]["version"]) == then["current"]
            assert [(one["version"], one["current"]) for one in versions if one["artefact"] == kind] == [
                (one["version"], one["version"] == then["current"]) for one in reversed(then["versions"])
            ]
            for one in then["versions"]:
                read = (await api.get(concept_address, params={"version": one["version"]})).json()[kind]
                body = one.pop("body")
                expected = one | (as_asked(body) if kind == ArtefactKind.QUIZ else body)
                assert as_known(read, expected) == expected


def as_asked(quiz: dict[str, Any]) -> dict[str, Any]:
    """A quiz as it is shown: without what tells its answers."""
    return quiz | {
        "questions": [
            {name: question[name] for name in ("question_id", "type", "prompt")}
            | {"options": [{name: option[name] for name in ("option_id", "text")} for option in question["options"]]}
            for question in quiz["questions"]
        ]
    }


async def imported(api: AsyncClient, name: str) -> str:
    """The address of the roadmap of a recorded file."""
    content = (RECORDED / name).read_bytes()
    answer = await api.post(f"{ROADMAPS}/import", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 201, answer.text
    return f"{ROADMAPS}/{answer.json()['roadmap_id']}"
