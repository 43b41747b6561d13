"""The author `builtin:outline`: curated courses, a general study plan for everything else, no model and no cost."""

import asyncio

from app.agents.builtin.curriculum import curriculum_for
from app.agents.builtin.drafting import outline_of
from app.agents.builtin.quiz import write_quiz
from app.agents.builtin.resources import write_resources
from app.agents.builtin.revising import revise
from app.agents.builtin.study import study_of
from app.agents.builtin.tutorial import write_tutorial
from app.domain.content import Artefact, ArtefactKind
from app.domain.outline_operations import RevisionPlan
from app.domain.roadmap import LearningRequest, Outline
from app.generation.work import ConceptBrief, Delivery


class BuiltinAuthor:
    """Implements `Author`. The same question always gets the same answer.

    `pace` is how many seconds it takes for an artefact (twice that for an outline), so that there is something to
    watch.
    """

    name = "builtin:outline"

    def __init__(self, pace: float) -> None:
        self._pace = pace

    async def draft(self, request: LearningRequest) -> Delivery[Outline]:
        await asyncio.sleep(2 * self._pace)
        curriculum = curriculum_for(request.goal, request.language)
        return Delivery(result=outline_of(curriculum, request.concepts, request.level))

    async def revise(self, request: LearningRequest, outline: Outline, feedback: str) -> Delivery[RevisionPlan]:
        await asyncio.sleep(2 * self._pace)
        return Delivery(result=revise(request, outline, feedback))

    async def write(self, kind: ArtefactKind, brief: ConceptBrief) -> Delivery[Artefact]:
        await asyncio.sleep(self._pace)
        return Delivery(result=_artefact(kind, brief))

    async def close(self) -> None:
        """There is nothing to close."""


def _artefact(kind: ArtefactKind, brief: ConceptBrief) -> Artefact:
    study = study_of(brief)
    match kind:
        case ArtefactKind.TUTORIAL:
            return write_tutorial(study)
        case ArtefactKind.RESOURCES:
            return write_resources(study)
        case ArtefactKind.QUIZ:
            return write_quiz(study)
