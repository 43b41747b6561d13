"""Requests that cannot be met: each is refused with a problem that says what is wrong, and leaves nothing behind."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from httpx2 import AsyncClient, Response
from integration.conftest import problem_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROADMAPS = "/api/v1/roadmaps"
UNKNOWN = "01890000-0000-7000-8000-000000000000"
JSON = {"Content-Type": "application/json"}
GOAL = "Learn SQL for data analysis"
LIMIT = 1_048_576


async def nothing_is_stored(api: AsyncClient) -> None:
    assert (await api.get(ROADMAPS)).json()["items"] == []
    assert 'greenway_tasks{kind="draft",status="queued"} 0.0' in (await api.get("/metrics")).text


async def refused(api: AsyncClient, **body: Any) -> dict[str, Any]:
    """The problem of a creation with this body; a goal that would do is added."""
    response = await api.post(ROADMAPS, content=orjson.dumps({"goal": GOAL} | body), headers=JSON)
    problem = problem_in(response, 422, "invalid_input")
    await nothing_is_stored(api)
    return problem


def named(problem: dict[str, Any]) -> list[str]:
    """The fields that a problem names."""
    assert all(error["message"] for error in problem["errors"])
    return [error["field"] for error in problem["errors"]]


async def test_an_empty_goal(shared_api: AsyncClient) -> None:
    assert named(await refused(shared_api, goal="")) == ["goal"]


async def test_a_goal_of_spaces(shared_api: AsyncClient) -> None:
    assert named(await refused(shared_api, goal=" \n\t  ")) == ["goal"]


async def test_a_goal_of_4001_characters(shared_api: AsyncClient) -> None:
    problem = await refused(shared_api, goal="g" * 4001)
    assert named(problem) == ["goal"]
    assert problem["detail"] == "`goal`: must have at most 4000 characters; it has 4001."


async def test_no_goal(shared_api: AsyncClient) -> None:
    response = await shared_api.post(ROADMAPS, json={"concepts": 5})
    assert named(problem_in(response, 422, "invalid_input")) == ["goal"]
    await nothing_is_stored(shared_api)


async def test_a_goal_that_is_no_text(shared_api: AsyncClient) -> None:
    assert named(await refused(shared_api, goal=["Learn", "SQL"])) == ["goal"]


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x9b"])
async def test_control_characters(character: str, shared_api: AsyncClient) -> None:
    problem = await refused(shared_api, goal=f"Learn {character}SQL")
    assert named(problem) == ["goal"]
    assert "control characters" in problem["detail"]


async def test_control_characters_in_prose(shared_api: AsyncClient) -> None:
    assert named(await refused(shared_api, motivation="for \x00 fun")) == ["motivation"]


@pytest.mark.parametrize("field", ["goal", "background", "language"])
async def test_half_a_character(field: str, shared_api: AsyncClient) -> None:
    """JSON can spell a lone surrogate, which no UTF-8 text can hold."""
    body = f'{{"goal": "{GOAL}", "{field}": "half \\ud800 a character"}}'
    problem = problem_in(await shared_api.post(ROADMAPS, content=body, headers=JSON), 422, "invalid_input")
    assert named(problem) == [field]
    await nothing_is_stored(shared_api)


async def test_half_a_character_in_the_name_of_a_field(shared_api: AsyncClient) -> None:
    body = f'{{"goal": "{GOAL}", "half \\ud800": 1}}'
    problem_in(await shared_api.post(ROADMAPS, content=body, headers=JSON), 422, "invalid_input")
    await nothing_is_stored(shared_api)


async def test_two_concepts(shared_api: AsyncClient) -> None:
    assert named(await refused(shared_api, concepts=2)) == ["concepts"]


async def test_301_concepts(shared_api: AsyncClient) -> None:
    problem = await refused(shared_api, concepts=301)
    assert named(problem) == ["concepts"]
    assert "300" in problem["detail"]
    assert "GREENWAY_MAX_CONCEPTS" in problem["detail"]


async def test_half_a_concept(shared_api: AsyncClient) -> None:
    assert named(await refused(shared_api, concepts=3.5)) == ["concepts"]


async def test_an_unknown_level(shared_api: AsyncClient) -> None:
    problem = await refused(shared_api, level="genius")
    assert named(problem) == ["level"]
    assert "beginner" in problem["detail"]


async def test_an_unknown_content_preference(shared_api: AsyncClient) -> None:
    assert named(await refused(shared_api, content_preference=["visual", "smell"])) == ["content_preference.1"]


async def test_an_unknown_field(shared_api: AsyncClient) -> None:
    assert named(await refused(shared_api, gaol="Learn SQL")) == ["gaol"]


@pytest.mark.parametrize("hours", [0, 169])
async def test_hours_that_no_week_has(hours: int, shared_api: AsyncClient) -> None:
    assert named(await refused(shared_api, hours_per_week=hours)) == ["hours_per_week"]


async def test_a_deadline_in_the_past(shared_api: AsyncClient) -> None:
    past = datetime.now(UTC).date() - timedelta(days=2)
    problem = await refused(shared_api, deadline=past.isoformat())
    assert named(problem) == ["deadline"]
    assert "past" in problem["detail"]


async def test_a_deadline_that_is_no_date(shared_api: AsyncClient) -> None:
    assert named(await refused(shared_api, deadline="2030-02-30")) == ["deadline"]


@pytest.mark.parametrize("language", ["", "e", "english", "en_GB", "en-", "de\n", "12"])
async def test_a_bad_language(language: str, shared_api: AsyncClient) -> None:
    assert named(await refused(shared_api, language=language)) == ["language"]


async def test_a_bad_secondary_language(shared_api: AsyncClient) -> None:
    assert named(await refused(shared_api, secondary_language="klingon!")) == ["secondary_language"]


async def test_several_faults_are_all_named(shared_api: AsyncClient) -> None:
    problem = await refused(shared_api, goal="", level="genius", concepts=2)
    assert sorted(named(problem)) == ["concepts", "goal", "level"]
    assert "3 faults" in problem["detail"]


async def unreadable(api: AsyncClient, content: bytes) -> None:
    response = await api.post(ROADMAPS, content=content, headers=JSON)
    problem_in(response, 422, "invalid_input")
    await nothing_is_stored(api)


async def test_malformed_json(shared_api: AsyncClient) -> None:
    await unreadable(shared_api, b'{"goal": "Learn SQL",')


async def test_no_body(shared_api: AsyncClient) -> None:
    await unreadable(shared_api, b"")


@pytest.mark.parametrize("content", [b"null", b"[]", b"7", b'"Learn SQL"'])
async def test_json_that_is_no_object(content: bytes, shared_api: AsyncClient) -> None:
    await unreadable(shared_api, content)


async def test_json_that_is_no_utf8(shared_api: AsyncClient) -> None:
    await unreadable(shared_api, b'{"goal": "Learn SQL \xff\xfe"}')


async def test_json_of_great_depth(shared_api: AsyncClient) -> None:
    await unreadable(shared_api, b'{"goal": ' + b"[" * 100_000)


async def test_a_number_of_too_many_digits(shared_api: AsyncClient) -> None:
    await unreadable(shared_api, b'{"goal": "Learn SQL", "concepts": ' + b"9" * 5000 + b"}")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
async def test_a_body_that_is_not_said_to_be_json(content_type: str, shared_api: AsyncClient) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    response = await shared_api.post(ROADMAPS, content=b'{"goal": "Learn SQL"}', headers=headers)
    problem = problem_in(response, 415, "unsupported_media_type")
    assert "application/json" in problem["detail"]
    await nothing_is_stored(shared_api)


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def too_large(api: AsyncClient, response: Response) -> None:
    problem = problem_in(response, 413, "too_large")
    assert str(LIMIT) in problem["detail"]
    await nothing_is_stored(api)


async def test_a_body_over_the_limit(shared_api: AsyncClient) -> None:
    content = orjson.dumps({"goal": GOAL, "background": "b" * LIMIT})
    await too_large(shared_api, await shared_api.post(ROADMAPS, content=content, headers=JSON))


async def test_a_body_over_the_limit_that_comes_in_pieces(shared_api: AsyncClient) -> None:
    content = chunks(b'{"goal": "', *[b"g" * 65_536] * 17, b'"}')
    response = await shared_api.post(ROADMAPS, content=content, headers=JSON)
    assert "content-length" not in response.request.headers
    await too_large(shared_api, response)


async def test_an_outline_over_the_limit(shared_api: AsyncClient) -> None:
    response = await shared_api.put(f"{ROADMAPS}/{UNKNOWN}/outline", content=b" " * (LIMIT + 1), headers=JSON)
    await too_large(shared_api, response)


async def test_the_largest_body_is_read(shared_api: AsyncClient) -> None:
    """It is refused for what it says, not for its size."""
    content = b'{"goal": ""}'
    await unreadable(shared_api, content + b" " * (LIMIT - len(content)))


ROUTES = [
    ("GET", "/api/v1/roadmaps/{id}"),
    ("PUT", "/api/v1/roadmaps/{id}/outline"),
    ("DELETE", "/api/v1/roadmaps/{id}"),
    ("POST", "/api/v1/roadmaps/{id}/approve"),
    ("POST", "/api/v1/roadmaps/{id}/cancel"),
    ("POST", "/api/v1/roadmaps/{id}/retry"),
    ("GET", "/api/v1/roadmaps/{id}/concepts/c0"),
    ("GET", "/api/v1/roadmaps/{id}/events"),
    ("GET", "/api/v1/tasks/{id}"),
]
AN_OUTLINE = {
    "title": "A roadmap",
    "stages": [
        {
            "stage_id": "s",
            "name": "Stage",
            "modules": [{"module_id": "m", "name": "Module", "concepts": [{"concept_id": "c", "name": "Concept"}]}],
        }
    ],
}


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("text", ["7", "not-an-id", UNKNOWN + "0", "%00"])
async def test_an_id_that_is_no_id(text: str, method: str, path: str, shared_api: AsyncClient) -> None:
    body = AN_OUTLINE if method == "PUT" else None
    problem_in(await shared_api.request(method, path.format(id=text), json=body), 404, "not_found")


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_an_unknown_id(method: str, path: str, shared_api: AsyncClient) -> None:
    body = AN_OUTLINE if method == "PUT" else None
    problem_in(await shared_api.request(method, path.format(id=UNKNOWN), json=body), 404, "not_found")


async def test_a_concept_id_that_is_no_id(shared_api: AsyncClient) -> None:
    problem_in(await shared_api.get(f"{ROADMAPS}/{UNKNOWN}/concepts/--%20--"), 404, "not_found")


async def test_an_unknown_address(shared_api: AsyncClient) -> None:
    problem_in(await shared_api.get("/api/v1/roadmap"), 404, "not_found")


async def test_a_method_that_an_address_does_not_have(shared_api: AsyncClient) -> None:
    response = await shared_api.delete(ROADMAPS)
    problem_in(response, 405, "method_not_allowed")
    assert response.headers["allow"]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many", "1.5", ""])
async def test_a_page_of_an_impossible_size(limit: str, shared_api: AsyncClient) -> None:
    problem = problem_in(await shared_api.get(ROADMAPS, params={"limit": limit}), 422, "invalid_input")
    assert named(problem) == ["limit"]


@pytest.mark.parametrize("cursor", ["", "garbage", "'; DROP TABLE roadmaps; --", "\x00", "x" * 65, "%ff"])
async def test_a_cursor_that_the_list_has_not_given_out(cursor: str, shared_api: AsyncClient) -> None:
    problem = problem_in(await shared_api.get(ROADMAPS, params={"cursor": cursor}), 422, "invalid_input")
    assert named(problem) == ["cursor"]


@pytest.mark.parametrize("version", ["0", "-1", "1000001", "newest"])
async def test_an_impossible_version(version: str, shared_api: AsyncClient) -> None:
    response = await shared_api.get(f"{ROADMAPS}/{UNKNOWN}/concepts/c0", params={"version": version})
    assert named(problem_in(response, 422, "invalid_input")) == ["version"]


@pytest.mark.parametrize("key", ["", "two words", "k" * 201, "tab\there", "über".encode()])
async def test_an_ill_formed_idempotency_key(key: str | bytes, shared_api: AsyncClient) -> None:
    raw = key if isinstance(key, bytes) else key.encode()
    headers = [(b"Idempotency-Key", raw), (b"Content-Type", b"application/json")]
    response = await shared_api.post(ROADMAPS, content=orjson.dumps({"goal": GOAL}), headers=headers)
    assert named(problem_in(response, 422, "invalid_input")) == ["idempotency-key"]
    await nothing_is_stored(shared_api)


@pytest.mark.parametrize("given", ["a", "3f2b-4.x_Y", "r" * 128])
async def test_a_request_id_is_accepted_and_returned(given: str, shared_api: AsyncClient) -> None:
    response = await shared_api.get(ROADMAPS, headers={"X-Request-ID": given})
    assert response.headers["x-request-id"] == given


async def test_a_problem_bears_the_id_of_its_request(shared_api: AsyncClient) -> None:
    response = await shared_api.get(f"{ROADMAPS}/{UNKNOWN}", headers={"X-Request-ID": "mine"})
    assert problem_in(response, 404, "not_found")["request_id"] == "mine"


@pytest.mark.parametrize("given", ["", "two words", "r" * 129, 'say="so"', "a\tb"])
async def test_an_ill_formed_request_id_is_replaced(given: str, shared_api: AsyncClient) -> None:
    response = await shared_api.get(ROADMAPS, headers={"X-Request-ID": given})
    assert response.status_code == 200
    assert response.headers["x-request-id"] not in {"", given}


async def test_every_request_has_an_id_of_its_own(shared_api: AsyncClient) -> None:
    ids = {(await shared_api.get("/health")).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3
