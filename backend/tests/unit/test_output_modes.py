"""How a model is asked for JSON: what it supports is tried in order, what works is kept, what is refused is gone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_ai.models.test import TestModel
from pydantic_ai.profiles import ModelProfile

from app.agents.asking.modes import TOOL, OutputMode, OutputModes, request_parameters

NATIVE, TOOL_CALL, PROMPTED = OutputMode.NATIVE, OutputMode.TOOL, OutputMode.PROMPTED
SCHEMA = {"type": "object", "properties": {"capital": {"type": "string"}}}


def modes(*, native: bool = True, tools: bool = True) -> OutputModes:
    profile = ModelProfile(supports_json_schema_output=native, supports_tools=tools)
    return OutputModes(TestModel(profile=profile))


def tried(chosen: OutputModes, count: int = 4) -> list[OutputMode]:
    """The modes in which one question after another is asked, while none of them is answered."""
    asked = []
    for _ in range(count):
        asked.append(chosen.current)
        chosen.failed(chosen.current)
    return asked


@pytest.mark.parametrize(
    ("native", "tools", "order"),
    [
        (True, True, [NATIVE, TOOL_CALL, PROMPTED, NATIVE]),
        (False, True, [TOOL_CALL, PROMPTED, TOOL_CALL, PROMPTED]),
        (True, False, [NATIVE, PROMPTED, NATIVE, PROMPTED]),
        (False, False, [PROMPTED, PROMPTED, PROMPTED, PROMPTED]),
    ],
)
def test_while_nothing_works_the_supported_modes_are_tried_in_turn(
    native: bool, tools: bool, order: list[OutputMode]
) -> None:
    assert tried(modes(native=native, tools=tools)) == order


def test_a_model_that_says_nothing_about_itself_is_asked_with_a_tool() -> None:
    assert tried(OutputModes(TestModel(profile=ModelProfile())), 2) == [TOOL_CALL, PROMPTED]


def test_a_mode_that_has_worked_is_kept_when_an_answer_is_bad() -> None:
    chosen = modes()
    chosen.failed(NATIVE)
    chosen.worked(TOOL_CALL)
    assert tried(chosen) == [TOOL_CALL] * 4


def test_many_bad_answers_at_once_move_on_by_one_mode() -> None:
    chosen = modes()
    for _ in range(5):
        chosen.failed(NATIVE)
    assert chosen.current == TOOL_CALL


def test_a_good_answer_to_an_earlier_question_brings_its_mode_back() -> None:
    chosen = modes()
    chosen.failed(NATIVE)
    chosen.worked(NATIVE)
    assert chosen.current == NATIVE


def test_a_refused_mode_never_comes_back() -> None:
    chosen = modes()
    assert chosen.refused(NATIVE)
    assert tried(chosen) == [TOOL_CALL, PROMPTED, TOOL_CALL, PROMPTED]


def test_a_refusal_counts_more_than_what_has_worked() -> None:
    chosen = modes()
    chosen.worked(NATIVE)
    for _ in range(2):
        chosen.failed(NATIVE)
    assert chosen.refused(NATIVE)
    assert chosen.current == TOOL_CALL


def test_a_late_refusal_of_a_mode_that_is_not_used_any_more_changes_nothing_else() -> None:
    chosen = modes()
    chosen.failed(NATIVE)
    assert chosen.refused(NATIVE)
    assert chosen.current == TOOL_CALL
    assert chosen.refused(NATIVE)
    assert chosen.current == TOOL_CALL


def test_a_mode_that_was_refused_while_another_one_worked_does_not_come_back_with_its_refusal() -> None:
    chosen = modes()
    chosen.failed(NATIVE)
    chosen.worked(NATIVE)
    chosen.refused(TOOL_CALL)
    chosen.refused(NATIVE)
    assert chosen.current == PROMPTED


def test_when_every_mode_is_refused_none_is_left() -> None:
    chosen = modes()
    assert [chosen.refused(mode) for mode in (NATIVE, TOOL_CALL, PROMPTED)] == [True, True, False]
    assert not chosen.refused(PROMPTED)
    alone = modes(native=False, tools=False)
    assert not alone.refused(PROMPTED)


@settings(max_examples=100)
@given(
    native=st.booleans(),
    tools=st.booleans(),
    happened=st.lists(
        st.tuples(st.sampled_from(["worked", "failed", "refused"]), st.sampled_from(OutputMode)), max_size=8
    ),
)
def test_whatever_comes_in_whichever_order_no_refused_mode_is_used_while_another_is_left(
    native: bool, tools: bool, happened: list[tuple[str, OutputMode]]
) -> None:
    chosen = modes(native=native, tools=tools)
    left = {PROMPTED} | ({NATIVE} if native else set()) | ({TOOL_CALL} if tools else set())
    for what, mode in happened:
        if mode not in left:
            continue
        match what:
            case "worked":
                chosen.worked(mode)
            case "failed":
                chosen.failed(mode)
            case _:
                left.remove(mode)
                assert chosen.refused(mode) == bool(left)
        if not left:
            break
        assert chosen.current in left


def test_a_tool_is_the_only_thing_that_is_accepted_when_there_is_one() -> None:
    asked = request_parameters(TOOL_CALL, SCHEMA, "quiz")
    (tool,) = asked.output_tools
    assert (tool.name, tool.description, tool.parameters_json_schema) == (TOOL, "quiz", SCHEMA)
    assert not asked.allow_text_output
    assert asked.output_object is None


@pytest.mark.parametrize(("mode", "name"), [(NATIVE, "native"), (PROMPTED, "prompted")])
def test_without_a_tool_the_schema_goes_with_the_request(mode: OutputMode, name: str) -> None:
    asked = request_parameters(mode, SCHEMA, "quiz")
    assert asked.output_mode == name
    assert asked.output_object is not None
    assert asked.output_object.json_schema == SCHEMA
    assert not asked.output_tools
