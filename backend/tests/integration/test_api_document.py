"""The OpenAPI document tells the truth: no request makes the API fail, or answer in a way that is not written there."""

import asyncio
import typing
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from factories import a_batch
from httpx2 import AsyncClient
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from integration.conftest import a_desk, generated, serving, settings_with
from schemathesis import BaseSchema, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.python.asgi import shutdown_lifespans
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.core.settings import Settings, sqlalchemy_url
from app.db.session import create_engine, create_sessions
from app.domain.content.kind import ArtefactKind
from app.domain.events import Event
from app.domain.viewer import LOCAL_VIEWER
from app.embedded.valkey import EmbeddedValkey
from app.main import create_app

PREFIX = "/api/v1"
MODEL = f"{PREFIX}/model"
ROADMAP = f"{PREFIX}/roadmaps/{{roadmap_id}}"
CONCEPT = f"{ROADMAP}/concepts/{{concept_id}}"
OPERATIONS = [
    ("GET", f"{PREFIX}/roadmaps"),
    ("POST", f"{PREFIX}/roadmaps"),
    ("GET", ROADMAP),
    ("PUT", f"{ROADMAP}/outline"),
    ("DELETE", ROADMAP),
    ("POST", f"{ROADMAP}/opened"),
    ("POST", f"{ROADMAP}/restore"),
    ("POST", f"{ROADMAP}/duplicate"),
    ("GET", f"{ROADMAP}/export"),
    ("POST", f"{PREFIX}/roadmaps/import"),
    ("POST", f"{ROADMAP}/outline/operations"),
    ("POST", f"{ROADMAP}/outline/undo"),
    ("POST", f"{ROADMAP}/outline/redo"),
    ("POST", f"{ROADMAP}/revise"),
    ("GET", f"{ROADMAP}/revisions"),
    ("GET", f"{ROADMAP}/revisions/{{number}}"),
    ("POST", f"{ROADMAP}/approve"),
    ("POST", f"{ROADMAP}/pause"),
    ("POST", f"{ROADMAP}/resume"),
    ("POST", f"{ROADMAP}/cancel"),
    ("POST", f"{ROADMAP}/retry"),
    ("POST", f"{ROADMAP}/rewrite"),
    ("GET", CONCEPT),
    ("GET", f"{CONCEPT}/versions"),
    ("POST", f"{CONCEPT}/prioritise"),
    ("POST", f"{CONCEPT}/regenerate"),
    ("POST", f"{CONCEPT}/restore"),
    ("POST", f"{CONCEPT}/quiz/attempts"),
    ("PUT", f"{CONCEPT}/learned"),
    ("PUT", f"{CONCEPT}/quiz/questions/{{question_id}}/report"),
    ("DELETE", f"{CONCEPT}/quiz/questions/{{question_id}}/report"),
    ("GET", f"{CONCEPT}/note"),
    ("PUT", f"{CONCEPT}/note"),
    ("DELETE", f"{CONCEPT}/note"),
    ("GET", f"{PREFIX}/search"),
    ("GET", f"{ROADMAP}/estimate"),
    ("GET", f"{PREFIX}/tasks/{{task_id}}"),
    ("GET", f"{PREFIX}/courses/fit"),
    ("PUT", MODEL),
    ("POST", f"{MODEL}/pulls"),
    ("GET", f"{MODEL}/pulls/{{pull_id}}"),
    ("DELETE", f"{MODEL}/pulls/{{pull_id}}"),
    ("GET", f"{MODEL}/spending"),
    ("GET", f"{MODEL}/spending.csv"),
    ("GET", MODEL),
    ("DELETE", MODEL),
    ("GET", f"{PREFIX}/courses"),
    ("GET", f"{MODEL}/providers"),
    ("GET", "/api/v1/about"),
    ("GET", "/health"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
]
WITHOUT_INPUT = OPERATIONS[-8:]
ENDLESS = ("GET", f"{ROADMAP}/events")
FOR_WORKERS = [("POST", f"{MODEL}/test"), ("POST", f"{MODEL}/list"), ("GET", f"{MODEL}/discovered")]
"""A worker answers them: `e2e/test_choosing_models.py`."""
PROMISES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
A_FEW = hypothesis_settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


EVENTS = {kind.model_fields["type"].default: kind for kind in typing.get_args(typing.get_args(Event)[0])}


@pytest.fixture(scope="module")
def document(shared_database: str, valkey: EmbeddedValkey) -> Iterator[BaseSchema]:
    """The document as a client reads it, bound to the application that it is about."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        settings = settings_with(
            monkeypatch, DATABASE_URL=shared_database, REDIS_URL=valkey.url, GREENWAY_ALLOWED_HOSTS="testserver"
        )
        yield schemathesis.openapi.from_asgi("/openapi.json", create_app(settings))
        shutdown_lifespans()


@pytest.fixture
def known_ids(shared_database: str) -> dict[str, Any]:
    """The ids of a roadmap that is partly completed, of a concept of it, and of its task."""

    async def make() -> dict[str, Any]:
        engine = create_engine(sqlalchemy_url(shared_database), pool_size=2, application_name="test")
        desk = a_desk(create_sessions(engine))
        roadmap_id = await generated(desk, a_batch("c0", failing=ArtefactKind.QUIZ))
        task_id = await desk.steering.retry(LOCAL_VIEWER, roadmap_id)
        await desk.steering.cancel(LOCAL_VIEWER, roadmap_id)
        await engine.dispose()
        return {"roadmap_id": str(roadmap_id), "concept_id": "c0", "task_id": str(task_id)}

    return asyncio.run(make())


def test_the_document_describes_every_frame_of_the_event_stream(document: BaseSchema) -> None:
    schemas = document.raw_schema["components"]["schemas"]
    shown = schemas["StreamFrame"]["discriminator"]["mapping"]
    assert shown.keys() == {*EVENTS, "snapshot", "resync", "heartbeat"}
    assert all(reference.rpartition("/")[2] in schemas for reference in shown.values())
    assert schemas["CoalescedEvents"]["properties"]["events"]["items"]["discriminator"]["mapping"].keys() == {*EVENTS}


def test_every_route_of_the_document_is_tried(document: BaseSchema) -> None:
    operations = [result.ok() for result in document.get_all_operations() if isinstance(result, Ok)]
    found = {(operation.method.upper(), operation.path) for operation in operations}
    assert found == {*OPERATIONS, ENDLESS, *FOR_WORKERS}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_of_what_is_allowed_the_answer_is_as_documented(method: str, path: str, document: BaseSchema) -> None:
    @A_FEW
    @given(case=document[path][method].as_strategy())
    def answers(case: Case[Any]) -> None:
        case.call_and_validate(checks=PROMISES)

    answers()


@pytest.mark.parametrize(("method", "path"), [operation for operation in OPERATIONS if operation not in WITHOUT_INPUT])
def test_of_what_is_not_allowed_the_answer_is_as_documented(method: str, path: str, document: BaseSchema) -> None:
    @A_FEW
    @given(case=document[path][method].as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def answers(case: Case[Any]) -> None:
        case.call_and_validate(checks=PROMISES)

    answers()


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path in OPERATIONS if "{" in path])
def test_of_things_that_exist_the_answer_is_as_documented(
    method: str, path: str, document: BaseSchema, known_ids: dict[str, Any]
) -> None:
    needed = {name: value for name, value in known_ids.items() if f"{{{name}}}" in path}

    @A_FEW
    @given(case=document[path][method].as_strategy(path_parameters=needed))
    def answers(case: Case[Any]) -> None:
        case.call_and_validate(checks=PROMISES)

    answers()


async def documented(api: AsyncClient, method: str, path: str) -> dict[str, Any]:
    responses = (await api.get("/openapi.json")).json()["paths"][path][method.lower()]["responses"]
    assert isinstance(responses, dict)
    return responses


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("method", "path", "statuses"),
    [
        ("POST", f"{PREFIX}/roadmaps", {202, 403, 409, 413, 415, 422, 503}),
        ("GET", f"{PREFIX}/roadmaps", {200, 403, 422, 503}),
        ("GET", ROADMAP, {200, 304, 403, 404, 503}),
        ("PUT", f"{ROADMAP}/outline", {200, 403, 404, 409, 412, 413, 415, 422, 503}),
        ("DELETE", ROADMAP, {204, 403, 404, 409, 503}),
        ("POST", f"{ROADMAP}/approve", {202, 403, 404, 409, 503}),
        ("POST", f"{ROADMAP}/cancel", {202, 403, 404, 409, 503}),
        ("POST", f"{ROADMAP}/retry", {202, 403, 404, 409, 503}),
        ("GET", f"{ROADMAP}/concepts/{{concept_id}}", {200, 403, 404, 422, 503}),
        ("GET", f"{ROADMAP}/events", {200, 403, 404, 422, 503}),
        ("GET", f"{PREFIX}/tasks/{{task_id}}", {200, 403, 404, 503}),
        ("GET", "/health", {200, 403}),
        ("GET", "/readyz", {200, 403, 503}),
        ("GET", "/metrics", {200, 403}),
    ],
)
async def test_every_status_that_a_route_gives_is_documented(
    method: str, path: str, statuses: set[int], shared_api: AsyncClient
) -> None:
    assert {int(status) for status in await documented(shared_api, method, path)} >= statuses


@pytest.mark.asyncio(loop_scope="module")
async def test_every_refusal_is_one_of_the_shared_responses(shared_api: AsyncClient) -> None:
    document = (await shared_api.get("/openapi.json")).json()
    for shared in document["components"]["responses"].values():
        assert shared["content"]["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400 and (path, status) != ("/readyz", "503"):
                    assert response.keys() == {"$ref"}, (path, status)


@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_sent_and_answered_has_a_name(shared_api: AsyncClient) -> None:
    document = (await shared_api.get("/openapi.json")).json()
    operations = [one for operations in document["paths"].values() for one in operations.values()]
    bodies = [one["requestBody"] for one in operations if "requestBody" in one]
    answers = [answer for one in operations for answer in one["responses"].values() if "content" in answer]
    for content in (each["content"] for each in bodies + answers):
        for media_type, shown in content.items():
            assert "$ref" in shown["schema"] or media_type in {"text/plain", "text/csv"}, content
    assert not [name for name in document["components"]["schemas"] if not name.isidentifier()]


@pytest.mark.parametrize(("root_path", "server"), [("", "/"), ("/greenway", "/greenway")])
async def test_the_server_is_the_sub_path(root_path: str, server: str, settings: Settings) -> None:
    async with serving(settings.model_copy(update={"root_path": root_path or None})) as api:
        document = (await api.get(f"{root_path}/openapi.json")).json()
    assert [each["url"] for each in document["servers"]] == [server]


@pytest.mark.asyncio(loop_scope="module")
async def test_an_operation_is_named_after_its_function(shared_api: AsyncClient) -> None:
    document = (await shared_api.get("/openapi.json")).json()
    operations = [one for operations in document["paths"].values() for one in operations.values()]
    names = {one["operationId"] for one in operations}
    assert len(names) == len(operations)
    assert {"create_roadmap", "get_roadmap", "get_concept", "get_task", "get_readiness", "get_about"} <= names
    described = {tag["name"] for tag in document["tags"] if tag["description"]}
    assert {tag for one in operations for tag in one["tags"]} == described
