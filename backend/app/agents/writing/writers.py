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
from app.generation.ports import AuthorBug
from app.generation.work import ConceptBrief, Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterContext:
    """What writers work with."""

    asker: Asker
    librarian: Librarian


Writer = Callable[[WriterContext, ConceptBrief], Awaitable[Delivery[Artefact]]]


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
    ArtefactKind.TUTORIAL: _write_tutorial,
    ArtefactKind.RESOURCES: _write_resources,
    ArtefactKind.QUIZ: _write_quiz,
}
