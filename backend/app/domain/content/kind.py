"""What Greenway knows of a kind of content. `kinds/` has one file for each."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, TypeVar

from typing_extensions import TypedDict

from app.domain.base import FrozenModel


class ArtefactKind(StrEnum):
    TUTORIAL = "tutorial"
    RESOURCES = "resources"
    QUIZ = "quiz"


class Glance(TypedDict, total=False):
    """What is shown of an artefact before it is opened: a summary, or how many items it has."""

    summary: str
    count: int


class Body(FrozenModel):
    """What an author writes. Each kind says in `kind` which one it is."""

    kind: ArtefactKind

    @cached_property
    def encoded(self) -> str:
        """Its JSON, which is stored."""
        return self.model_dump_json()


StoredBody = dict[str, Any]
"""A body as JSON."""
BodyT = TypeVar("BodyT", bound=Body)


def _all_of(body: StoredBody) -> StoredBody:
    return body


def _no_fault(_body: Body) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a content that a search finds. `anchor` names its place where the content is shown."""

    heading: str
    text: str
    anchor: str | None = None


def _no_passages(_body: StoredBody) -> Iterable[Passage]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSpec(Generic[BodyT]):
    """A kind of content. Its name, an `ArtefactKind`, is the one that its body says."""

    body: type[BodyT]
    noun: str
    """What a message calls it, in the singular."""
    glance: Callable[[BodyT], Glance]
    public: Callable[[StoredBody], StoredBody] = _all_of
    """What readers see of a stored body; a quiz keeps its answers back."""
    claim_fault: Callable[[BodyT], str | None] = _no_fault
    """What cannot be true in a body that a file claims; None if there is nothing."""
    passages: Callable[[StoredBody], Iterable[Passage]] = _no_passages
    """What a search finds of a stored body; never the answers of a quiz."""
    reads: tuple[ArtefactKind, ...] = ()
    """The kinds of the same concept that its author reads, and that are written before it."""
    flat: Mapping[str, str] = field(default_factory=dict)
    """The fields of its glance by the names that they have beside the other fields of a concept. The first three kinds
    have such names in reads and events, and `{kind}_status` and `{kind}_id`; later kinds are in `artefacts` alone."""

    @property
    def kind(self) -> ArtefactKind:
        kind: ArtefactKind = self.body.model_fields["kind"].default
        return kind
