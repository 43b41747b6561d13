"""Turns a curriculum into an outline of exactly the requested size."""

from collections.abc import Sequence

from app.agents.builtin.lessons import Curriculum, Lesson, Part, Unit
from app.agents.builtin.selection import shrink
from app.domain.outline_rules import check_outline
from app.domain.roadmap import Concept, Level, Module, Outline, Stage


def outline_of(curriculum: Curriculum, size: int, level: Level) -> Outline:
    """An outline of `size` concepts that keeps the rules."""
    extra = size - sum(len(part.lessons) for part in curriculum.parts)
    parts: Sequence[Part] = curriculum.extended(extra) if extra > 0 else shrink(curriculum.parts, size, level)
    return check_outline(Outline(title=curriculum.title, stages=tuple(_stage(part) for part in parts)))


def _stage(part: Part) -> Stage:
    return Stage(
        stage_id=part.part_id,
        name=part.name,
        description=part.description,
        modules=tuple(_module(unit) for unit in part.units),
    )


def _module(unit: Unit) -> Module:
    return Module(
        module_id=unit.unit_id,
        name=unit.name,
        description=unit.description,
        concepts=tuple(_concept(lesson) for lesson in unit.lessons),
    )


def _concept(lesson: Lesson) -> Concept:
    return Concept(
        concept_id=lesson.lesson_id,
        name=lesson.name,
        description=lesson.definition,
        estimated_hours=lesson.hours,
        difficulty=lesson.difficulty,
        keywords=lesson.keywords,
        prerequisites=lesson.prerequisites,
    )
