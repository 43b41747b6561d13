"""A concept as Markdown: what there is of tutorial, resources and quiz; and which of them are missing, and why."""

from collections.abc import Callable, Iterator, Mapping
from textwrap import indent
from typing import Any

from app.cli.watching.words import many_lines, one_line, reason_of
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import KINDS
from app.domain.content.status import ArtefactStatus
from app.reading.views import ConceptDetail, QuestionView, QuizView, ResourcesView, TutorialView


def concept_markdown(concept: ConceptDetail) -> str:
    """Free of characters that steer a terminal; empty while nothing is there."""
    parts = [
        paragraph
        for kind in concept.artefacts
        if (content := getattr(concept, kind)) is not None
        for paragraph in PARAGRAPHS[kind](content)
    ]
    if not parts:
        return ""
    return "\n\n".join([f"# {_plain(concept.name)}", *parts]) + "\n"


def what_is_missing(concept: ConceptDetail) -> Iterator[str]:
    """A sentence for each artefact that cannot be shown, or one for all of them."""
    name = one_line(concept.name)
    statuses = {kind: artefact["status"] for kind, artefact in concept.artefacts.items()}
    missing = [kind for kind in statuses if getattr(concept, kind) is None]
    if len(missing) == len(statuses) and ArtefactStatus.FAILED not in statuses.values():
        if ArtefactStatus.GENERATING in statuses.values():
            yield f"{name} is being written; please try again shortly."
        else:
            yield f"{name} has not been written yet; `greenway prioritise` writes it next."
        return
    for kind in missing:
        failure = concept.artefacts[kind]["failure"]
        if statuses[kind] == ArtefactStatus.FAILED:
            reason = reason_of(failure) if failure else ""
            yield f"The {KINDS[kind].noun} of {name} failed. {reason}".strip()
        else:
            yield f"The {KINDS[kind].noun} of {name} has not been written yet."


def _tutorial(tutorial: TutorialView) -> Iterator[str]:
    yield many_lines(tutorial.summary)
    for section in tutorial.sections:
        yield f"## {_plain(section.heading)}"
        yield many_lines(section.markdown)
    if tutorial.example:
        yield "## Example"
        yield many_lines(tutorial.example)
    if tutorial.exercises:
        yield "## Try it"
        yield "\n".join(_item(f"{number}. ", text) for number, text in enumerate(tutorial.exercises, start=1))
    if tutorial.mistakes:
        yield "## Common mistakes"
        yield "\n".join(_item("- ", text) for text in tutorial.mistakes)


def _resources(resources: ResourcesView) -> Iterator[str]:
    yield "## Resources"
    lines = []
    for resource in resources.items:
        about = f": {one_line(resource.description)}" if resource.description else ""
        lines.append(f"- {_plain(resource.title)} ({resource.type}), <{resource.url}>{about}")
    yield "\n".join(lines)


def _quiz(quiz: QuizView) -> Iterator[str]:
    yield "## Quiz"
    for number, question in enumerate(quiz.questions, start=1):
        yield _question(number, question)


def _question(number: int, question: QuestionView) -> str:
    hint = "\n\nMore than one answer may be right." if question.type == "multiple" else ""
    options = "\n".join(_item("- ", option.text) for option in question.options)
    return _item(f"{number}. ", f"{question.prompt}{hint}\n\n{options}")


PARAGRAPHS: Mapping[ArtefactKind, Callable[[Any], Iterator[str]]] = {
    ArtefactKind.TUTORIAL: _tutorial,
    ArtefactKind.RESOURCES: _resources,
    ArtefactKind.QUIZ: _quiz,
}
"""How each kind of artefact is written in Markdown."""


def _item(mark: str, text: str) -> str:
    """An entry of a list; further lines are indented, so that they belong to it."""
    return mark + indent(many_lines(text).strip(), " " * len(mark)).lstrip()


def _plain(text: str) -> str:
    """Text that must not become Markdown."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>#" else c for c in one_line(text))
