"""Tutorials in Markdown."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from app.domain.base import FrozenModel
from app.domain.content.kind import ArtefactKind, Body, Glance, KindSpec, Passage, StoredBody
from app.domain.values import Text

SUMMARY_LENGTH = 280
"""Characters of a summary that are shown at a glance."""


class Section(FrozenModel):
    heading: Text
    markdown: Text


class Tutorial(Body):
    """A tutorial in Markdown. `summary` is one or two plain sentences; `example` is a worked one."""

    kind: Literal[ArtefactKind.TUTORIAL] = ArtefactKind.TUTORIAL
    summary: Text
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    example: Text | None = None
    exercises: tuple[Text, ...] = ()
    mistakes: tuple[Text, ...] = ()


def _glance(tutorial: Tutorial) -> Glance:
    return Glance(summary=tutorial.summary[:SUMMARY_LENGTH])


def _passages(tutorial: StoredBody) -> Iterator[Passage]:
    yield Passage("", tutorial["summary"])
    for number, section in enumerate(tutorial["sections"], start=1):
        yield Passage(section["heading"], section["markdown"], f"section-{number}")
    if example := tutorial.get("example"):
        yield Passage("", example, "example")
    for name in ("exercises", "mistakes"):
        if texts := tutorial.get(name):
            yield Passage("", "\n\n".join(texts), name)


TUTORIAL = KindSpec(
    body=Tutorial,
    noun="tutorial",
    glance=_glance,
    passages=_passages,
    flat={"content_summary": "summary"},
)
