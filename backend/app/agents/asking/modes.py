"""How a model is asked for JSON, and what has worked with it: its native schema, else a tool, else the prompt."""

from enum import StrEnum
from typing import Any, Literal

from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.tools import ToolDefinition

TOOL = "answer"
"""The name of the tool whose arguments are the answer."""


class OutputMode(StrEnum):
    NATIVE = "native"
    TOOL = "tool"
    PROMPTED = "prompted"


class OutputModes:
    """The choice for one model: the first mode that it supports, until that has failed without ever having worked."""

    def __init__(self, model: Model) -> None:
        profile = model.profile
        supported = {
            OutputMode.NATIVE: profile.get("supports_json_schema_output", False),
            OutputMode.TOOL: profile.get("supports_tools", True),
            OutputMode.PROMPTED: True,
        }
        self._candidates = [mode for mode, is_supported in supported.items() if is_supported]
        self._refused: set[OutputMode] = set()
        self._worked: OutputMode | None = None
        self._current = 0

    @property
    def current(self) -> OutputMode:
        return self._worked or self._candidates[self._current]

    def worked(self, mode: OutputMode) -> None:
        """An answer in this mode could be used: it is the one to ask in from now on."""
        self._worked = mode

    def failed(self, mode: OutputMode) -> None:
        """No usable answer came in this mode. One that has worked before is kept: the answer was just a bad one."""
        if self._worked is None and mode == self.current:
            self._advance()

    def refused(self, mode: OutputMode) -> bool:
        """The provider does not take requests in this mode. False when none is left to try."""
        self._refused.add(mode)
        if self._worked == mode:
            self._worked = None
        if self._refused >= set(self._candidates):
            return False
        if self.current in self._refused:
            self._advance()
        return True

    def _advance(self) -> None:
        remaining = len(self._candidates)
        for step in range(1, remaining + 1):
            index = (self._current + step) % remaining
            if self._candidates[index] not in self._refused:
                self._current = index
                return


def request_parameters(mode: OutputMode, schema: dict[str, Any], description: str) -> ModelRequestParameters:
    """What is asked of the model's provider, for an answer of this JSON schema."""
    if mode == OutputMode.TOOL:
        tool = ToolDefinition(name=TOOL, description=description, parameters_json_schema=schema, kind="output")
        return ModelRequestParameters(output_mode="tool", output_tools=[tool], allow_text_output=False)
    wanted = OutputObjectDefinition(json_schema=schema, name=TOOL, description=description)
    how: Literal["native", "prompted"] = "native" if mode == OutputMode.NATIVE else "prompted"
    return ModelRequestParameters(output_mode=how, output_object=wanted, allow_text_output=True)
