"""Writes tutorials in Markdown."""

from typing import Annotated

from app.agents.asking.prompts import load_prompt
from app.agents.asking.structured_request import (
    Chapter,
    InvalidReply,
    Line,
    Paragraph,
    Reply,
    StructuredRequest,
    at_most,
)
from app.agents.writing.facts import facts_of
from app.agents.writing.markdown import tidy
from app.domain.content.kinds.tutorial import Section, Tutorial
from app.generation.work import ConceptBrief

ROOM = 4000
"""Tokens that the reply may take."""
MAX_SECTIONS, MAX_EXERCISES, MAX_MISTAKES = 7, 5, 5


class SectionReply(Reply):
    heading: Line
    markdown: Chapter


class TutorialReply(Reply):
    summary: Paragraph
    sections: Annotated[list[SectionReply], at_most(MAX_SECTIONS, at_least=1)]
    example: Chapter
    exercises: Annotated[list[Paragraph], at_most(MAX_EXERCISES, at_least=1)]
    mistakes: Annotated[list[Paragraph], at_most(MAX_MISTAKES, at_least=1)]


def tutorial_request(brief: ConceptBrief) -> StructuredRequest[TutorialReply, Tutorial]:
    return StructuredRequest(
        prompt=load_prompt("tutorial"),
        facts=facts_of(brief),
        reply=TutorialReply,
        accept=_tutorial,
        prose=lambda reply: [reply.summary, *(section.markdown for section in reply.sections)],
        language=brief.request.language,
        room=ROOM,
    )


def _tutorial(reply: TutorialReply) -> Tutorial:
    sections = tuple(
        Section(heading=section.heading.lstrip("# "), markdown=tidy(section.markdown))
        for section in reply.sections
        if section.heading.strip("# ") and section.markdown
    )
    if not sections:
        raise InvalidReply("Every section needs a heading and a text.")
    exercises, mistakes = _texts(reply.exercises), _texts(reply.mistakes)
    if not (reply.summary and reply.example and exercises and mistakes):
        raise InvalidReply("The summary, the example, the exercises and the mistakes must not be empty.")
    return Tutorial(
        summary=" ".join(reply.summary.split()),
        sections=sections,
        example=tidy(reply.example),
        exercises=exercises,
        mistakes=mistakes,
    )


def _texts(markdown: list[str]) -> tuple[str, ...]:
    return tuple(tidy(text) for text in markdown if text.strip())
