"""The author over a language model: drafting agents, three content agents, and what they share."""

from collections.abc import Awaitable, Callable
from typing import assert_never

from app.agents.asking.asker import Asker
from app.agents.drafting.drafter import Drafter
from app.agents.drafting.revision import revise
from app.agents.writing.quiz import quiz_question
from app.agents.writing.resources import Librarian, resources_question
from app.agents.writing.tutorial import tutorial_question
from app.domain.content import Artefact, ArtefactKind, Resources
from app.domain.failures import Failure
from app.domain.outline_operations import RevisionPlan
from app.domain.roadmap import LearningRequest, Outline
from app.generation.ports import AuthorBug
from app.generation.work import ConceptBrief, Delivery


class ModelAuthor:
    """Implements `Author`. `close` ends the model's connections, and whatever else has been opened for it."""

    def __init__(self, name: str, asker: Asker, librarian: Librarian, close: Callable[[], Awaitable[None]]) -> None:
        self.name = name
        self._asker = asker
        self._librarian = librarian
        self._drafter = Drafter(asker)
        self._close = close

    async def draft(self, request: LearningRequest) -> Delivery[Outline]:
        return await self._drafter.draft(request)

    async def revise(self, request: LearningRequest, outline: Outline, feedback: str) -> Delivery[RevisionPlan]:
        return await revise(self._asker, request, outline, feedback)

    async def write(self, kind: ArtefactKind, brief: ConceptBrief) -> Delivery[Artefact]:
        match kind:
            case ArtefactKind.TUTORIAL:
                return await self._asker.ask(tutorial_question(brief))
            case ArtefactKind.RESOURCES:
                return await self._collect(brief)
            case ArtefactKind.QUIZ:
                return await self._asker.ask(quiz_question(brief))
            case _:
                assert_never(kind)

    async def close(self) -> None:
        await self._librarian.close()
        await self._close()

    async def _collect(self, brief: ConceptBrief) -> Delivery[Resources]:
        searches = await self._asker.ask(resources_question(brief))
        found: Resources | Failure
        if isinstance(searches.result, Failure):
            found = searches.result
        else:
            try:
                found = await self._librarian.find(searches.result, brief)
            except Exception as bug:
                raise AuthorBug(searches.usage) from bug
        return Delivery(result=found, usage=searches.usage, prompt=searches.prompt, raw_answer=searches.raw_answer)
