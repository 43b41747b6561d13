"""Every field that can be sent, with values at the edges of what can be kept: each is taken or refused by its name."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from edge_values import EDGES, Path, names, places, with_edge
from factories import a_batch
from httpx2 import AsyncClient, Response
from integration.conftest import Desk, generated

from app.commands.file_checking import BadOutline, FileFaults, UnknownFormat, check
from app.commands.transfer import Transfer
from app.commands.unit import UnitOfWork
from app.domain.content.kind import ArtefactKind
from app.domain.packed_roadmap import PackedRoadmap, written
from app.domain.roadmap_file import RoadmapFile
from app.domain.viewer import LOCAL_VIEWER

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROADMAPS = "/api/v1/roadmaps"
MODEL = "/api/v1/model"
JSON = {"Content-Type": "application/json"}
NEW = {"name": "Name", "description": "About it"}
NEW_CONCEPT = NEW | {
    "concept_id": "fresh",
    "estimated_hours": 1.5,
    "difficulty": "easy",
    "keywords": ["one"],
    "prerequisites": ["c0"],
}
OPERATIONS: list[dict[str, Any]] = [
    NEW_CONCEPT | {"op": "add_concept", "module_id": "m0", "before": None},
    NEW | {"op": "add_module", "stage_id": "s0", "module_id": "x", "before": "m0", "concepts": [NEW_CONCEPT]},
    NEW | {"op": "add_stage", "stage_id": "x", "before": "s0", "modules": [NEW | {"concepts": [NEW]}]},
    {"op": "retitle", "title": "Title"},
    {"op": "rename", "target": "concept", "id": "c0", "name": "Name"},
    {"op": "describe", "target": "module", "id": "m0", "description": "About it"},
    {"op": "remove", "target": "concept", "id": "c2"},
    {"op": "move", "target": "concept", "id": "c0", "into": "m0", "before": "c1"},
    {"op": "reorder", "target": "concept", "of": "m0", "order": ["c1", "c0", "c2"]},
    {
        "op": "change",
        "concept_id": "c0",
        "estimated_hours": 2,
        "difficulty": "hard",
        "keywords": ["two"],
        "prerequisites": [],
    },
    NEW | {"op": "merge", "concept_ids": ["c0", "c1"]},
    {"op": "split", "concept_id": "c0", "into": [NEW, NEW_CONCEPT]},
]
BODIES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "create": (
        "POST",
        ROADMAPS,
        {
            "goal": "Learn SQL",
            "level": "beginner",
            "hours_per_week": 5,
            "motivation": "Fun",
            "background": "None",
            "content_preference": ["text"],
            "language": "en",
            "secondary_language": "de",
            "deadline": "2100-01-01",
            "concepts": 5,
            "auto_approve": False,
        },
    ),
    "outline": (
        "PUT",
        "{roadmap}/outline",
        {
            "title": "Title",
            "stages": [
                NEW
                | {
                    "stage_id": "s0",
                    "modules": [NEW | {"module_id": "m0", "concepts": [NEW | {"concept_id": "c0"}, NEW_CONCEPT]}],
                }
            ],
        },
    ),
    **{f"{one['op']}": ("POST", "{roadmap}/outline/operations", {"operations": [one]}) for one in OPERATIONS},
    "revise": ("POST", "{roadmap}/revise", {"feedback": "Shorter"}),
    "regenerate": ("POST", "{roadmap}/concepts/c0/regenerate", {"artefacts": ["quiz"], "instructions": "Harder"}),
    "restore": ("POST", "{roadmap}/concepts/c0/restore", {"artefact": "quiz", "version": 1}),
    "attempt": (
        "POST",
        "{roadmap}/concepts/c0/quiz/attempts",
        {"answers": {"q1": ["a"]}, "quiz_id": "01890000-0000-7000-8000-000000000000"},
    ),
    "learned": ("PUT", "{roadmap}/concepts/c0/learned", {"learned": True}),
    "model": (
        "PUT",
        MODEL,
        {
            "model": "ollama:m",
            "fallback": "ollama:n",
            "models_for": {"quiz": "ollama:q"},
            "addresses": {"ollama": "http://127.0.0.1:9"},
            "max_cost_usd": 1.0,
            "max_cost_usd_per_month": 10.0,
            "keys": {"ollama": None},
            "revision": 0,
        },
    ),
    "pull": ("POST", f"{MODEL}/pulls", {"model": "ollama:m", "address": "http://127.0.0.1:9"}),
}
IN_A_STATE = {409, 404, 412}
"""What has happened before decides on these, and no field."""


def variants(document: Any) -> Iterator[tuple[str, Path, Any]]:
    for path in places(document):
        for name, edge in EDGES.items():
            yield name, path, with_edge(document, path, edge)


def refused_by_name(response: Response, path: Path) -> None:
    assert response.status_code < 500, response.text
    if response.status_code < 400 or response.status_code in IN_A_STATE:
        return
    assert response.status_code == 422, response.text
    assert len(response.content) < 20_000
    problem = response.json()
    if problem["code"] != "invalid_outline":  # of which the sentence names the place
        assert any(names(error["field"], path) for error in problem["errors"]), problem
        assert problem["errors_total"] >= len(problem["errors"]) <= 20


@pytest.mark.parametrize("name", BODIES)
async def test_every_field_of_every_body(name: str, shared_api: AsyncClient, shared_desk: Desk) -> None:
    method, address, body = BODIES[name]
    roadmap_id = await generated(shared_desk, a_batch("c0", "c1", "c2"))
    url = address.format(roadmap=f"{ROADMAPS}/{roadmap_id}")
    for edge, path, sent in variants(body):
        response = await shared_api.request(method, url, content=json.dumps(sent), headers=JSON)
        try:
            refused_by_name(response, path)
        except AssertionError as error:
            raise AssertionError(f"{edge} at {path}: {response.status_code} {response.text[:500]}") from error
    read = await shared_api.get(f"{ROADMAPS}/{roadmap_id}")
    assert read.status_code == 200


async def test_the_bodies_are_complete(shared_api: AsyncClient) -> None:
    """A field that is added to the API is added here, too."""
    document = (await shared_api.get("/openapi.json")).json()
    sent: set[str] = set()
    for _, _, body in BODIES.values():
        sent |= {str(path[-1]) for path in places(body)}
    for operations in document["paths"].values():
        for operation in operations.values():
            for name in fields_of(operation.get("requestBody", {}), document, set()):
                assert name in sent | {"format", "key", *FILE_FIELDS}, name


FILE_FIELDS = {
    name
    for model in json.loads(json.dumps(RoadmapFile.model_json_schema()))["$defs"].values()
    for name in model.get("properties", {})
} | set(RoadmapFile.model_fields)


def fields_of(schema: Any, document: dict[str, Any], seen: set[str]) -> Iterator[str]:
    match schema:
        case {"$ref": str(reference)}:
            if reference not in seen:
                seen.add(reference)
                yield from fields_of(document["components"]["schemas"][reference.rpartition("/")[2]], document, seen)
        case dict():
            yield from schema.get("properties", {})
            for one in schema.values():
                yield from fields_of(one, document, seen)
        case list():
            for one in schema:
                yield from fields_of(one, document, seen)


@pytest.mark.parametrize("name", ["cursor", "limit", "sort", "q", "status", "trash"])
@pytest.mark.parametrize(
    "value", ["%00", "%ED%A0%80", "9223372036854775808", "-1", "NaN", "1e400", "a" * 5000, "%1b[31m"]
)
async def test_every_parameter_of_the_list(name: str, value: str, shared_api: AsyncClient) -> None:
    refused_by_name(await shared_api.get(f"{ROADMAPS}?{name}={value}"), (name,))


async def test_a_search_for_nul_is_refused(shared_api: AsyncClient) -> None:
    answer = await shared_api.get(f"{ROADMAPS}?q=%00")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "q")


async def a_file(shared_desk: Desk) -> dict[str, Any]:
    """The file of a roadmap in which every field has a value."""
    roadmap_id = await generated(shared_desk, a_batch("c0", "c1", failing=ArtefactKind.QUIZ))
    exported: dict[str, Any] = json.loads(
        b"".join(written(await shared_desk.read.packed.pack(LOCAL_VIEWER, roadmap_id)))
    )
    exported["request"] = BODIES["create"][2] | {"deadline": "2100-01-01"}
    del exported["request"]["auto_approve"]
    exported["failure"] = {"code": "timeout", "message": "It took too long."}
    exported["concepts"] = exported["concepts"][:1] + exported["concepts"][2:]
    outline = exported["outline"]["stages"][0]["modules"][0]
    outline["concepts"] = [one for one in outline["concepts"] if one["concept_id"] != "c1"]
    outline["concepts"][0] |= {"keywords": ["one"]}
    outline["concepts"][1] |= {"prerequisites": ["c0"]}
    exported["revisions"] = [
        exported["revisions"][0]
        | {"outline": exported["outline"], "feedback": "Shorter", "note": "Done", "operations": OPERATIONS[-3:-1]}
    ]
    concept = exported["concepts"][0]
    concept |= {"learned_at": "2026-01-01T00:00:00Z"}
    concept["artefacts"]["tutorial"] |= {"instructions": "Harder"}
    concept["artefacts"]["tutorial"]["versions"][0]["prompt"] = "1"
    resource = concept["artefacts"]["resources"]["versions"][0]["body"]["items"][0]
    resource |= {"description": "About it", "verdict": "verified", "status": 200}
    return exported


def transfer(desk: Desk) -> Transfer:
    return Transfer(UnitOfWork(desk.sessions, desk.doorbell, desk.events), desk.read.packed)


@pytest.mark.parametrize("part", ["request", "outline", "revisions", "concepts", "the rest"])
async def test_every_field_of_a_file(part: str, shared_desk: Desk) -> None:
    transferring, file, taken = transfer(shared_desk), await a_file(shared_desk), 0
    assert isinstance(check(json.dumps(file).encode(), max_concepts=300), PackedRoadmap)
    for edge, path, sent in variants(file):
        if part != (path[0] if path[0] in {"request", "outline", "revisions", "concepts"} else "the rest"):
            continue
        if path[:2] == ("concepts", 1):
            break  # it is made as the first one is
        if path[0] == "outline":  # it is the one of its revision
            sent["revisions"][0]["outline"] = sent["outline"]
        match check(json.dumps(sent).encode(), max_concepts=300):
            case PackedRoadmap() as roadmap:
                taken += 1
                created = await transferring.take_in(LOCAL_VIEWER, roadmap)
                if taken % 10 == 0:
                    assert await shared_desk.read.packed.pack(LOCAL_VIEWER, created.roadmap_id)
            case FileFaults(faults=faults):
                told = [".".join(map(str, fault.path)) or "body" for fault in faults]
                fits = "fit together" in faults[0].message or told[0] == "body"
                assert fits or any(names(one, path) for one in told), f"{edge} at {path}: {faults[:3]}"
            case BadOutline():
                pass
            case UnknownFormat():  # it says of itself that it is something else
                assert path in {("format",), ("version",)}, f"{edge} at {path}"
            case other:
                raise AssertionError(f"{edge} at {path}: {other}")
    assert taken > 2
