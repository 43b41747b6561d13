"""A structured request to a model, and the rules that its reply keeps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from app.agents.asking.prompts import Prompt


class Reply(BaseModel):
    """The base of what models are asked to answer with. What they add is passed over, not refused."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)


MOST_ITEMS = 300
"""Of any list in a reply; more are no answer to any request."""


def at_most(items: int, *, at_least: int = 0) -> Any:
    """A list that should have no more items: the model is told, since small ones do not know where to end; what it
    writes beyond that is not refused, up to `MOST_ITEMS`."""
    return Field(min_length=at_least, max_length=max(MOST_ITEMS, items), json_schema_extra={"maxItems": items})


def _text(length: int) -> Any:
    return Field(json_schema_extra={"maxLength": length})


Line = Annotated[str, _text(300)]
Paragraph = Annotated[str, _text(800)]
Chapter = Annotated[str, _text(1900)]
"""Texts with the number of characters that a model of the operator's own machine is held to: small ones would not end.
Services need no such leash, and some do not take it."""

R = TypeVar("R", bound=Reply)
T = TypeVar("T")


class InvalidReply(Exception):
    """The reply breaks rules that no schema can express; `reasons` are sentences for the model."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class StructuredRequest(Generic[R, T]):
    """What a model is asked, and what becomes of its reply.

    `facts` are what the learner and the outline say: data, never instructions. `accept` turns the reply into the
    result, mending what can safely be mended, or raises `InvalidReply`. `prose` gives those texts of the reply that
    must be in the `language` (a BCP 47 tag). `room` is how many tokens the reply may take, without the model's
    thoughts.
    """

    prompt: Prompt
    facts: dict[str, Any]
    reply: type[R]
    accept: Callable[[R], T]
    prose: Callable[[R], Sequence[str]]
    language: str
    room: int
