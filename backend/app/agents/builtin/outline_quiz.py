"""Questions that the outline alone can answer: what comes first, what comes next, and what belongs where."""

from collections.abc import Iterator
from random import Random

from app.agents.builtin.questions import OPTIONS, Choice, Statement, distinct
from app.agents.builtin.templates import fill
from app.agents.builtin.wording import QuizWording
from app.domain.roadmap import Concept
from app.generation.work import ConceptBrief

_NEAR = 50
"""How many of the following concepts are looked at: a roadmap may have thousands."""


def before_question(brief: ConceptBrief, words: QuizWording, random: Random) -> Choice | None:
    """Which of these should you know before this concept? None when it has no prerequisites, or nothing follows it."""
    concept = brief.concept
    concepts = list(brief.outline.concepts)
    names = {other.concept_id: other.name for other in concepts}
    needed = [names[concept_id] for concept_id in concept.prerequisites if concept_id in names]
    later = _later(concept, concepts)
    if not needed or not later:
        return None
    below = _needed_by(concept, concepts)
    wrong = distinct((c.name for c in later if c.concept_id not in below), besides=[*needed, concept.name])
    right = random.choice(needed)
    if not wrong:
        return None
    return Choice(
        prompt=fill(words.before, name=concept.name),
        right=(right,),
        wrong=tuple(random.sample(wrong, min(len(wrong), OPTIONS - 1))),
        explanation=fill(words.before_explanation, name=concept.name, before=right),
    )


def outline_questions(brief: ConceptBrief, words: QuizWording, random: Random) -> Iterator[Choice | Statement]:
    """One to three questions about the place of a concept in the roadmap."""
    concept, module = brief.concept, brief.module_name
    if draft := before_question(brief, words, random):
        yield draft
    concepts = list(brief.outline.concepts)
    later = _later(concept, concepts)
    if later:
        following = later[0].name
        others = distinct((other.name for other in concepts), besides=[following, concept.name])
        if others:
            yield Choice(
                prompt=fill(words.follows, name=concept.name),
                right=(following,),
                wrong=tuple(random.sample(others, min(len(others), OPTIONS - 1))),
                explanation=fill(words.follows_explanation, name=concept.name, following=following),
            )
    modules = distinct((m.name for stage in brief.outline.stages for m in stage.modules), besides=[module])
    if len(modules) > 1:
        yield Choice(
            prompt=fill(words.module, name=concept.name),
            right=(module,),
            wrong=tuple(random.sample(modules, min(len(modules), OPTIONS - 1))),
            explanation=fill(words.module_explanation, name=concept.name, module=module),
        )
    else:
        is_true = not modules or random.random() < 0.5
        yield Statement(
            prompt=fill(words.belongs, name=concept.name, module=module if is_true else modules[0]),
            is_true=is_true,
            explanation=fill(words.belongs_true if is_true else words.belongs_false, name=concept.name, module=module),
            true=words.true,
            false=words.false,
        )


def _later(concept: Concept, concepts: list[Concept]) -> list[Concept]:
    """What comes next in the outline."""
    for index, other in enumerate(concepts):
        if other.concept_id == concept.concept_id:
            return concepts[index + 1 : index + 1 + _NEAR]
    return []


def _needed_by(concept: Concept, concepts: list[Concept]) -> set[str]:
    """Ids of all that the concept rests on, directly or not."""
    by_id = {other.concept_id: other for other in concepts}
    below: set[str] = set()
    waiting = [concept.concept_id]
    while waiting:
        current = by_id.get(waiting.pop())
        for prerequisite in current.prerequisites if current else ():
            if prerequisite not in below:
                below.add(prerequisite)
                waiting.append(prerequisite)
    return below
