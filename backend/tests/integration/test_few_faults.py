"""An answer to what is faulty throughout stays small: the first faults, and how many there are."""

import json
from typing import Any

import pytest
from httpx2 import AsyncClient
from integration.conftest import problem_in

ROADMAPS = "/api/v1/roadmaps"
UNKNOWN = f"{ROADMAPS}/01890000-0000-7000-8000-000000000000"
JSON = {"Content-Type": "application/json"}

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def refused(api: AsyncClient, method: str, path: str, body: Any) -> dict[str, Any]:
    response = await api.request(method, path, content=json.dumps(body), headers=JSON)
    assert len(response.content) < 20_000
    return problem_in(response, 422, "invalid_input")


async def test_a_list_that_is_too_long_is_one_fault(shared_api: AsyncClient) -> None:
    problem = await refused(shared_api, "POST", ROADMAPS, {"goal": "x", "content_preference": [1] * 90_000})
    assert problem["errors"] == [
        {"field": "content_preference", "message": "must have at most 4 entries; it has 90000"}
    ]
    assert problem["errors_total"] == 1


async def test_of_many_faults_the_first_twenty_are_told_and_all_are_counted(shared_api: AsyncClient) -> None:
    concepts = [{"concept_id": f"c{number}", "name": ""} for number in range(500)]
    stages = [
        {"stage_id": f"s{number}", "name": "S", "modules": [{"module_id": "m", "name": "M", "concepts": concepts}]}
        for number in range(3)
    ]
    problem = await refused(shared_api, "PUT", f"{UNKNOWN}/outline", {"title": "T", "stages": stages})
    assert [one["field"] for one in problem["errors"]] == [
        f"stages.0.modules.0.concepts.{number}.name" for number in range(20)
    ]
    assert problem["errors_total"] == 1500
    assert "(1500 faults in all)" in problem["detail"]


async def test_faulty_operations_are_counted(shared_api: AsyncClient) -> None:
    operations = [{"op": "reorder", "target": "stage", "order": [1] * 100}] * 400
    problem = await refused(shared_api, "POST", f"{UNKNOWN}/outline/operations", {"operations": operations})
    assert (len(problem["errors"]), problem["errors_total"]) == (20, 40_000)


async def test_unknown_fields_are_few(shared_api: AsyncClient) -> None:
    problem = await refused(shared_api, "POST", ROADMAPS, {f"field{number}": 1 for number in range(50_000)})
    assert problem["errors"] == [{"field": "body", "message": "must have at most 200 fields; it has 50000"}]


async def test_what_was_sent_is_not_repeated_at_length(shared_api: AsyncClient) -> None:
    await refused(shared_api, "POST", f"{UNKNOWN}/outline/operations", {"operations": [{"op": "x" * 500_000}]})
    await refused(shared_api, "POST", ROADMAPS, {"goal": "x", "y" * 500_000: 1})


async def test_a_body_of_too_many_values_is_refused(shared_api: AsyncClient) -> None:
    body = {"operations": [{"op": "reorder", "target": "stage", "order": [1] * 1000}] * 300}
    problem = await refused(shared_api, "POST", f"{UNKNOWN}/outline/operations", body)
    assert problem["errors"] == [{"field": "body", "message": "must have at most 100000 values in total"}]
