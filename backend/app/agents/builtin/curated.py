"""A curated syllabus as a curriculum."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from app.agents.builtin.course import CurriculumConcept, CurriculumModule, CurriculumStage
from app.agents.builtin.extension import extend, extension_concept
from app.agents.builtin.fit import Fit
from app.agents.builtin.slugs import unique_slug
from app.agents.builtin.syllabus import Link, Syllabus, SyllabusConcept, all_syllabi, find_syllabus


@dataclass(frozen=True, slots=True, kw_only=True)
class CuratedCourse:
    """Implements `Curriculum`."""

    title: str
    topic: str
    links: tuple[Link, ...]
    stages: tuple[CurriculumStage, ...]
    _by_id: Mapping[str, CurriculumConcept] = field(repr=False)

    def concept(self, concept_id: str) -> CurriculumConcept | None:
        return self._by_id.get(concept_id) or extension_concept(self.stages, concept_id)

    def extended(self, extra: int) -> tuple[CurriculumStage, ...]:
        return extend(self.stages, extra)


def curated_course(fit: Fit) -> CuratedCourse | None:
    """The course that covers all of a goal; None when there is none."""
    return _courses()[fit.course] if fit.course is not None and fit.is_whole else None


def nearest_course(goal: str) -> CuratedCourse | None:
    """The course of which some phrase occurs in a goal. Outlines were drafted from it before courses had to fit."""
    syllabus = find_syllabus(goal)
    return _courses()[syllabus.title] if syllabus else None


@cache
def _courses() -> Mapping[str, CuratedCourse]:
    return {syllabus.title: _course(syllabus) for syllabus in all_syllabi()}


def _course(syllabus: Syllabus) -> CuratedCourse:
    searched = syllabus.goals[0]
    stage_ids: set[str] = set()
    module_ids: set[str] = set()
    stages: list[CurriculumStage] = []
    for stage in syllabus.stages:
        stage_ids.add(stage_id := unique_slug(stage.name, stage_ids))
        modules: list[CurriculumModule] = []
        for module in stage.modules:
            module_ids.add(module_id := unique_slug(module.name, module_ids))
            concepts = tuple(_concept(concept, searched) for concept in module.concepts)
            modules.append(
                CurriculumModule(
                    module_id=module_id, name=module.name, description=module.description, concepts=concepts
                )
            )
        stages.append(
            CurriculumStage(stage_id=stage_id, name=stage.name, description=stage.description, modules=tuple(modules))
        )
    return CuratedCourse(
        title=syllabus.title,
        topic=syllabus.title,
        links=syllabus.links,
        stages=tuple(stages),
        _by_id={concept.concept_id: concept for stage in stages for concept in stage.concepts},
    )


def _concept(concept: SyllabusConcept, searched: str) -> CurriculumConcept:
    return CurriculumConcept(
        concept_id=concept.id,
        name=concept.name,
        definition=concept.definition,
        explanation=concept.explanation,
        key_points=concept.key_points,
        example=concept.example,
        exercises=concept.exercises,
        mistakes=concept.mistakes,
        hours=concept.hours,
        difficulty=concept.difficulty,
        keywords=concept.keywords,
        prerequisites=concept.prerequisites,
        about=(concept.id,),
        origin="curated",
        query=concept.name if searched in concept.name.casefold() else f"{concept.name} {searched}",
        links=concept.links,
    )
