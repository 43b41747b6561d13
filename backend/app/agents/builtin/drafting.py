"""Turns a curriculum into an outline of exactly the requested size."""

from collections.abc import Sequence

from app.agents.builtin.course import Curriculum, CurriculumConcept, CurriculumModule, CurriculumStage
from app.agents.builtin.selection import shrink
from app.domain.outline_rules import check_outline
from app.domain.roadmap import Concept, Level, Module, Outline, Stage


def outline_of(curriculum: Curriculum, size: int, level: Level) -> Outline:
    """An outline of `size` concepts that keeps the rules."""
    extra = size - sum(len(stage.concepts) for stage in curriculum.stages)
    stages: Sequence[CurriculumStage] = (
        curriculum.extended(extra) if extra > 0 else shrink(curriculum.stages, size, level)
    )
    return check_outline(Outline(title=curriculum.title, stages=tuple(_stage(stage) for stage in stages)))


def _stage(stage: CurriculumStage) -> Stage:
    return Stage(
        stage_id=stage.stage_id,
        name=stage.name,
        description=stage.description,
        modules=tuple(_module(module) for module in stage.modules),
    )


def _module(module: CurriculumModule) -> Module:
    return Module(
        module_id=module.module_id,
        name=module.name,
        description=module.description,
        concepts=tuple(_concept(concept) for concept in module.concepts),
    )


def _concept(concept: CurriculumConcept) -> Concept:
    return Concept(
        concept_id=concept.concept_id,
        name=concept.name,
        description=concept.definition,
        estimated_hours=concept.hours,
        difficulty=concept.difficulty,
        keywords=concept.keywords,
        prerequisites=concept.prerequisites,
    )
