"""Builds the domain's data for tests, with sensible defaults."""

from collections.abc import Sequence

from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import Artefact
from app.domain.content.kinds.quiz import Option, Question, Quiz
from app.domain.content.kinds.resources import Resource, Resources
from app.domain.content.kinds.tutorial import Section, Tutorial
from app.domain.failures import Failure, FailureCode
from app.domain.roadmap import Concept, LearningRequest, Module, Outline, Stage
from app.domain.usage import Usage
from app.generation.work import Batch, ConceptBrief, Delivery, FinishedArtefact, PendingConcept

AUTHOR = "test:author"


def a_request(**changes: object) -> LearningRequest:
    return LearningRequest.model_validate({"goal": "Learn SQL for data analysis"} | changes)


def an_outline(concepts: int = 3, *, per_module: int = 5) -> Outline:
    """Concepts `c0`, `c1`, ... in one stage, each after the one before."""
    made = [
        Concept(
            concept_id=f"c{number}",
            name=f"Concept {number}",
            prerequisites=(f"c{number - 1}",) if number else (),
        )
        for number in range(concepts)
    ]
    modules = tuple(
        Module(module_id=f"m{start}", name=f"Module {start}", concepts=tuple(made[start : start + per_module]))
        for start in range(0, concepts, per_module)
    )
    return Outline(title="A test roadmap", stages=(Stage(stage_id="s0", name="Stage", modules=modules),))


def an_artefact(kind: ArtefactKind, about: str = "something") -> Artefact:
    match kind:
        case ArtefactKind.TUTORIAL:
            return Tutorial(summary=f"About {about}.", sections=(Section(heading="What", markdown="It is."),))
        case ArtefactKind.RESOURCES:
            item = Resource(title=about, url="https://example.org/", type="article", language="en", origin="curated")
            return Resources(items=(item, item))
        case ArtefactKind.QUIZ:
            options = (Option(option_id="a", text="yes"), Option(option_id="b", text="no"))
            question = Question(
                question_id="q1",
                type="single",
                prompt=f"Is it {about}?",
                options=options,
                correct=("a",),
                explanation="It is.",
            )
            return Quiz(questions=(question,))


def a_failure(code: FailureCode = FailureCode.INVALID_OUTPUT) -> Failure:
    return Failure(code=code, message="It did not work.")


def pending(outline: Outline, missing: Sequence[ArtefactKind] = tuple(ArtefactKind)) -> list[PendingConcept]:
    return [
        PendingConcept(
            brief=ConceptBrief(
                concept=concept,
                stage_name="Stage",
                module_name="Module",
                request=a_request(),
                outline=outline,
            ),
            missing=tuple(missing),
        )
        for concept in outline.concepts
    ]


def finished(
    concept_id: str, kind: ArtefactKind, failure: Failure | None = None, *, usage: Usage = Usage()
) -> FinishedArtefact:
    result = failure or an_artefact(kind, concept_id)
    return FinishedArtefact(
        concept_id=concept_id, kind=kind, delivery=Delivery(result=result, author=AUTHOR, usage=usage)
    )


def a_batch(*concept_ids: str, failing: ArtefactKind | None = None) -> Batch:
    """A batch that finishes the concepts; `failing` names an artefact that failed for all of them."""
    return Batch(
        artefacts=tuple(
            finished(concept_id, kind, a_failure() if kind == failing else None)
            for concept_id in concept_ids
            for kind in ArtefactKind
        ),
        finished=concept_ids,
    )
