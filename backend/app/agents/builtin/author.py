"""The author `builtin:outline`: curated courses, a general study plan for everything else, no model and no cost."""

import asyncio

from app.agents.builtin.curriculum import curriculum_for
from app.agents.builtin.drafting import outline_of
from app.agents.builtin.revising import revise
from app.agents.builtin.study import study_of
from app.agents.builtin.writers import WRITERS
from app.core.author_settings import BUILTIN
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import Artefact
from app.domain.outline_operations import RevisionPlan
from app.domain.roadmap import LearningRequest, Outline
from app.generation.work import ConceptBrief, Delivery


class BuiltinAuthor:
    """Implements `Author`. The same question always gets the same answer.

    `pace` is how many seconds it takes for an artefact (twice that for an outline), so that there is something to
    watch.
    """

    name = BUILTIN

    def __init__(self, pace: float) -> None:
        self._pace = pace

    async def draft(self, request: LearningRequest) -> Delivery[Outline]:
        await asyncio.sleep(2 * self._pace)
        curriculum = curriculum_for(request.goal, request.language)
        return Delivery(result=outline_of(curriculum, request.concepts, request.level), author=self.name)

    async def revise(self, request: LearningRequest, outline: Outline, feedback: str) -> Delivery[RevisionPlan]:
        await asyncio.sleep(2 * self._pace)
        return Delivery(result=await asyncio.to_thread(revise, request, outline, feedback), author=self.name)

    async def write(self, kind: ArtefactKind, brief: ConceptBrief) -> Delivery[Artefact]:
        await asyncio.sleep(self._pace)
        return Delivery(result=WRITERS[kind](study_of(brief)), author=self.name)

    async def close(self) -> None:
        """There is nothing to close."""
