"""An author that takes an exact time and no thought, so that only Greenway's own cost is measured."""

import asyncio

from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import Artefact
from app.domain.content.kinds.quiz import Option, Question, Quiz
from app.domain.content.kinds.resources import Resource, Resources
from app.domain.content.kinds.tutorial import Section, Tutorial
from app.domain.outline_operations import Retitle, RevisionPlan
from app.domain.roadmap import Concept, LearningRequest, Module, Outline, Stage
from app.generation.work import ConceptBrief, Delivery

PARAGRAPH = "A sentence of a lesson that is about as long as sentences of lessons are, on the whole. " * 8
"""With four of them a tutorial has about 3 kB, as a short lesson has."""

ARTEFACTS: dict[ArtefactKind, Artefact] = {
    ArtefactKind.TUTORIAL: Tutorial(
        summary="What it is about.",
        sections=tuple(Section(heading=f"Part {number}", markdown=PARAGRAPH) for number in range(4)),
    ),
    ArtefactKind.RESOURCES: Resources(
        items=tuple(
            Resource(
                title=f"Page {number}",
                url=f"https://example.org/{number}",
                type="article",
                language="en",
                origin="curated",
            )
            for number in range(6)
        )
    ),
    ArtefactKind.QUIZ: Quiz(
        questions=tuple(
            Question(
                question_id=f"q{number}",
                type="single",
                prompt="Which of these is it?",
                options=tuple(Option(option_id=name, text=f"Answer {name}") for name in "abcd"),
                correct=("a",),
                explanation="It is the first.",
            )
            for number in range(5)
        )
    ),
}


class TimedAuthor:
    """Every artefact takes `seconds`."""

    name = "bench:timed"

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def draft(self, request: LearningRequest) -> Delivery[Outline]:
        return Delivery(result=an_outline(request.concepts))

    async def revise(self, request: LearningRequest, outline: Outline, feedback: str) -> Delivery[RevisionPlan]:  # noqa: ARG002
        await asyncio.sleep(self._seconds)
        return Delivery(result=RevisionPlan(operations=(Retitle(title=feedback),)))

    async def write(self, kind: ArtefactKind, brief: ConceptBrief) -> Delivery[Artefact]:  # noqa: ARG002
        await asyncio.sleep(self._seconds)
        written = ARTEFACTS[kind]
        return Delivery(result=type(written).model_construct(**dict(written)), author=self.name)

    async def close(self) -> None:
        """There is nothing to close."""


def an_outline(concepts: int) -> Outline:
    """Modules of ten, stages of ten modules, each concept after the one before."""
    made = [
        Concept(
            concept_id=f"concept-{number}",
            name=f"Concept number {number}",
            description="What this concept is about, in a sentence of usual length.",
            keywords=("one", "two"),
            prerequisites=(f"concept-{number - 1}",) if number % 10 else (),
        )
        for number in range(concepts)
    ]
    modules = [
        Module(module_id=f"module-{start}", name=f"Module {start}", concepts=tuple(made[start : start + 10]))
        for start in range(0, concepts, 10)
    ]
    stages = tuple(
        Stage(stage_id=f"stage-{start}", name=f"Stage {start}", modules=tuple(modules[start : start + 10]))
        for start in range(0, len(modules), 10)
    )
    return Outline(title="A roadmap to measure", stages=stages)
