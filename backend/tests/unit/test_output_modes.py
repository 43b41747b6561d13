"""How a model is asked for JSON: the first mode that it supports, until that has never worked."""

from pydantic_ai.models.test import TestModel
from pydantic_ai.profiles import ModelProfile

from app.agents.asking.modes import OutputMode, OutputModes

NATIVE, TOOL, PROMPTED = OutputMode


def modes(*, supports_json_schema_output: bool, supports_tools: bool) -> OutputModes:
    profile = ModelProfile(supports_json_schema_output=supports_json_schema_output, supports_tools=supports_tools)
    return OutputModes(TestModel(profile=profile))


def test_the_native_schema_comes_first_where_it_is_supported() -> None:
    assert modes(supports_json_schema_output=True, supports_tools=True).current == NATIVE
    assert modes(supports_json_schema_output=False, supports_tools=True).current == TOOL
    assert modes(supports_json_schema_output=False, supports_tools=False).current == PROMPTED


def test_a_mode_that_never_worked_gives_way() -> None:
    chosen = modes(supports_json_schema_output=True, supports_tools=True)
    chosen.failed(NATIVE)
    assert chosen.current == TOOL
    chosen.failed(TOOL)
    assert chosen.current == PROMPTED
    chosen.failed(PROMPTED)
    assert chosen.current == NATIVE


def test_what_worked_is_kept_through_a_bad_answer() -> None:
    chosen = modes(supports_json_schema_output=True, supports_tools=True)
    chosen.failed(NATIVE)
    chosen.worked(TOOL)
    chosen.failed(TOOL)
    assert chosen.current == TOOL


def test_a_late_failure_in_a_mode_that_has_given_way_changes_nothing() -> None:
    chosen = modes(supports_json_schema_output=True, supports_tools=True)
    chosen.failed(NATIVE)
    chosen.failed(NATIVE)
    assert chosen.current == TOOL


def test_a_refused_mode_never_comes_back() -> None:
    chosen = modes(supports_json_schema_output=True, supports_tools=True)
    assert chosen.refused(NATIVE)
    chosen.failed(TOOL)
    chosen.failed(PROMPTED)
    assert chosen.current == TOOL
    assert chosen.refused(TOOL)
    assert not chosen.refused(PROMPTED)
