"""How a model writes each kind of artefact."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from app.agents.asking.asker import Asker
from app.agents.writing.quiz import quiz_request
from app.agents.writing.resources import Librarian, resources_request
from app.agents.writing.tutorial import tutorial_request
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import Artefact
from app.domain.content.kinds.resources import Resources
from app.domain.failures import Failure
from app.domain.usage import Usage
from app.generation.ports import AuthorBug
from app.generation.work import ConceptBrief, Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterContext:
    """What writers work with."""

    asker: Asker
    librarian: Librarian


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """`assumed` is what an artefact is assumed to take until the author has written some."""

    write: Callable[[WriterContext, ConceptBrief], Awaitable[Delivery[Artefact]]]
    assumed: Usage


async def _write_tutorial(desk: WriterContext, brief: ConceptBrief) -> Delivery[Artefact]:
    return await desk.asker.ask(tutorial_request(brief))


async def _write_quiz(desk: WriterContext, brief: ConceptBrief) -> Delivery[Artefact]:
    return await desk.asker.ask(quiz_request(brief))


async def _write_resources(desk: WriterContext, brief: ConceptBrief) -> Delivery[Artefact]:
    """The model says what to search for; the librarian finds it."""
    searches = await desk.asker.ask(resources_request(brief))
    found: Resources | Failure
    if isinstance(searches.result, Failure):
        found = searches.result
    else:
        try:
            found = await desk.librarian.find(searches.result, brief)
        except Exception as bug:
            raise AuthorBug(searches.usage) from bug
    return searches.with_result(found)


WRITERS: Mapping[ArtefactKind, Writer] = {
    ArtefactKind.TUTORIAL: Writer(write=_write_tutorial, assumed=Usage(calls=1, input_tokens=1500, output_tokens=2500)),
    ArtefactKind.RESOURCES: Writer(
        write=_write_resources, assumed=Usage(calls=1, input_tokens=1200, output_tokens=300)
    ),
    ArtefactKind.QUIZ: Writer(write=_write_quiz, assumed=Usage(calls=1, input_tokens=1500, output_tokens=1500)),
}
