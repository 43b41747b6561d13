"""The author over a language model: a drafter, a writer for each kind of artefact, and what they share."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from app.agents.asking.asker import Asker
from app.agents.drafting.drafter import Drafter
from app.agents.drafting.revision import revise
from app.agents.writing.resources import Librarian
from app.agents.writing.writers import WRITERS, WriterContext
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import Artefact
from app.domain.outline_operations import RevisionPlan
from app.domain.roadmap import LearningRequest, Outline
from app.generation.work import ConceptBrief, Delivery


class ModelAuthor:
    """Implements `Author`. `close` ends the model's connections, and all other resources opened for it."""

    def __init__(self, name: str, asker: Asker, librarian: Librarian, close: Callable[[], Awaitable[None]]) -> None:
        self.name = name
        self._asker = asker
        self._librarian = librarian
        self._desk = WriterContext(asker=asker, librarian=librarian)
        self._drafter = Drafter(asker)
        self._close = close

    async def draft(self, request: LearningRequest) -> Delivery[Outline]:
        return replace(await self._drafter.draft(request), author=self.name)

    async def revise(self, request: LearningRequest, outline: Outline, feedback: str) -> Delivery[RevisionPlan]:
        return replace(await revise(self._asker, request, outline, feedback), author=self.name)

    async def write(self, kind: ArtefactKind, brief: ConceptBrief) -> Delivery[Artefact]:
        delivery = await WRITERS[kind](self._desk, brief)
        return replace(delivery, author=self.name)

    async def close(self) -> None:
        await self._librarian.close()
        await self._close()
