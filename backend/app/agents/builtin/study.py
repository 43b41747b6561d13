"""Gathers what there is to say about the concept of a brief, before an artefact is written."""

from dataclasses import dataclass

from app.agents.builtin.course import Curriculum, CurriculumConcept, known_concept
from app.agents.builtin.curated import nearest_course
from app.agents.builtin.curriculum import curriculum_for, written_language
from app.agents.builtin.templates import fill, fill_all
from app.agents.builtin.wording import OwnConceptWording, Wording, wording
from app.generation.work import ConceptBrief


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    brief: ConceptBrief
    curriculum: Curriculum
    wording: Wording
    concept: CurriculumConcept


def study_of(brief: ConceptBrief) -> Study:
    """A concept that the curriculum does not know gets an entry of its own, made of nothing but the outline."""
    curriculum = curriculum_for(brief.request.goal, brief.request.language)
    words = wording(written_language(brief.request.language))
    earlier = nearest_course(brief.request.goal)
    concept = (
        known_concept(curriculum, brief.concept)
        or (known_concept(earlier, brief.concept) if earlier else None)
        or _own_concept(brief, curriculum, words.own)
    )
    return Study(brief=brief, curriculum=curriculum, wording=words, concept=concept)


def _own_concept(brief: ConceptBrief, curriculum: Curriculum, own: OwnConceptWording) -> CurriculumConcept:
    concept = brief.concept
    words = {
        "name": concept.name,
        "module": brief.module_name,
        "stage": brief.stage_name,
        "topic": curriculum.topic,
        "description": concept.description,
        "keywords": ", ".join(concept.keywords),
    }
    paragraphs = [fill(own.explanation, **words).strip()]
    if concept.description:
        paragraphs.append(fill(own.description, **words))
    if concept.keywords:
        paragraphs.append(fill(own.keywords, **words))
    return CurriculumConcept(
        concept_id=concept.concept_id,
        name=concept.name,
        definition=fill(own.definition, **words),
        explanation="\n\n".join(paragraphs),
        key_points=fill_all(own.key_points, **words),
        example=fill(own.example, **words).strip(),
        exercises=fill_all(own.exercises, **words),
        mistakes=fill_all(own.mistakes, **words),
        hours=concept.estimated_hours,
        difficulty=concept.difficulty,
        keywords=concept.keywords,
        prerequisites=concept.prerequisites,
        about=(),
        origin="own",
        query=f"{concept.name} {curriculum.topic}",
    )
