"""A model revises an outline by the learner's words: with references and operations, repaired once, or honestly not."""

from typing import Any

import pytest
from factories import a_request, an_outline
from integration.test_model_author import author_of, in_turn
from model_answers import facts_in
from pydantic_ai.models import override_allow_model_requests
from scripted_model import Call, Reply, Script, answer

from app.domain.failures import Failure, FailureCode
from app.domain.outline_edits import apply_operations
from app.domain.outline_operations import RevisionPlan
from app.domain.outline_rules import check_outline
from app.domain.roadmap import Outline

EMPTY: dict[str, Any] = {
    "ref": "",
    "others": [],
    "into": "",
    "before": "",
    "name": "",
    "description": "",
    "parts": [],
    "hours": 0,
    "difficulty": "",
}
PART = {"description": "A part of it.", "hours": 1, "difficulty": "easy"}


@pytest.fixture(autouse=True)
def _requests_to_loopback_are_allowed() -> Any:
    with override_allow_model_requests(True):
        yield


def operations(*given: dict[str, Any]) -> Reply:
    return answer({"note": "The course has changed as you asked.", "operations": [EMPTY | one for one in given]})


async def revised(script: Script, outline: Outline) -> Any:
    async with author_of(script) as (author, _):
        return await author.revise(a_request(), outline, "Two more about testing, please.")


def shape(outline: Outline) -> str:
    modules = (module for stage in outline.stages for module in stage.modules)
    return " | ".join(" ".join(concept.name.removeprefix("Concept ") for concept in m.concepts) for m in modules)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "add", "into": "M1", "name": "New", "before": "C2", "others": ["C1"]}, "0 New 1 2 | 3 4 5"),
        ({"op": "add", "into": "S1", "name": "More", "parts": [PART | {"name": "New"}]}, "0 1 2 | 3 4 5 | New"),
        ({"op": "add", "name": "Stage", "parts": [PART | {"name": "New"}]}, "0 1 2 | 3 4 5 | New"),
        ({"op": "remove", "ref": "C2"}, "0 2 | 3 4 5"),
        ({"op": "remove", "ref": "m2"}, "0 1 2"),
        ({"op": "rename", "ref": "C1", "name": "First"}, "First 1 2 | 3 4 5"),
        ({"op": "move", "ref": "C6", "into": "M1", "before": "C1"}, "5 0 1 2 | 3 4"),
        ({"op": "merge", "ref": "C2", "others": ["C3"], "name": "Both"}, "0 Both | 3 4 5"),
        ({"op": "split", "ref": "C1", "parts": [PART | {"name": "A"}, PART | {"name": "B"}]}, "A B 1 2 | 3 4 5"),
        ({"op": "reorder", "ref": "S1", "others": ["M2", "M1"]}, "3 4 5 | 0 1 2"),
        ({"op": "change", "ref": "C1", "hours": 5, "difficulty": "hard"}, "0 1 2 | 3 4 5"),
    ],
)
async def test_references_become_operations(operation: dict[str, Any], expected: str) -> None:
    before = an_outline(6, per_module=3)
    delivery = await revised(in_turn(operations(operation)), before)
    assert isinstance(delivery.result, RevisionPlan), delivery.result
    after = check_outline(apply_operations(before, delivery.result.operations))
    assert shape(after) == expected
    assert after != before
    assert delivery.result.note == "The course has changed as you asked."
    assert delivery.prompt.startswith("revise@1-")
    kept = {concept.concept_id for concept in before.concepts} & {concept.concept_id for concept in after.concepts}
    assert len(kept) >= 3


async def test_the_model_is_shown_the_outline_and_the_wish_as_data() -> None:
    seen: list[dict[str, Any]] = []

    def script(call: Call) -> Reply:
        seen.append(facts_in(call))
        return operations({"op": "remove", "ref": "C3"})

    await revised(script, an_outline(3))
    (facts,) = seen
    assert facts["wish"] == "Two more about testing, please."
    (stage,) = facts["outline"]
    assert [one["ref"] for module in stage["modules"] for one in module["concepts"]] == ["C1", "C2", "C3"]
    assert stage["modules"][0]["concepts"][1]["requires"] == ["C1"]


@pytest.mark.parametrize(
    "broken",
    [
        {"op": "remove", "ref": "C9"},
        {"op": "rename", "ref": "C1", "name": ""},
        {"op": "rename", "ref": "C1", "name": "Concept 1"},
        {"op": "remove", "ref": "S1"},
        {"op": "add", "into": "C1", "name": "New"},
        {"op": "merge", "ref": "M1", "others": ["C1"], "name": "Both"},
        {"op": "split", "ref": "C1", "parts": []},
    ],
)
async def test_what_breaks_a_rule_is_sent_back_with_the_reason(broken: dict[str, Any]) -> None:
    good = operations({"op": "rename", "ref": "C1", "name": "Better"})
    delivery = await revised(in_turn(operations(broken), good), an_outline(3))
    assert isinstance(delivery.result, RevisionPlan)
    assert delivery.usage.calls == 2
    hopeless = await revised(in_turn(operations(broken)), an_outline(3))
    assert isinstance(hopeless.result, Failure)
    assert hopeless.result.code == FailureCode.INVALID_OUTPUT


async def test_a_model_that_does_not_understand_says_so() -> None:
    delivery = await revised(in_turn(operations()), an_outline(3))
    assert isinstance(delivery.result, Failure)
    assert (delivery.result.code, delivery.usage.calls) == (FailureCode.NOT_UNDERSTOOD, 1)
    assert delivery.result.message == "It is not clear what to change; please rephrase your request."
