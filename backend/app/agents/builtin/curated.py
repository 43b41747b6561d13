"""A curated syllabus as a curriculum."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from app.agents.builtin.extension import extend, extension_lesson
from app.agents.builtin.lessons import Lesson, Part, Unit
from app.agents.builtin.slugs import unique_slug
from app.agents.builtin.syllabus import Link, Syllabus, SyllabusConcept, all_syllabi, find_syllabus


@dataclass(frozen=True, slots=True, kw_only=True)
class CuratedCourse:
    """Implements `Curriculum`."""

    title: str
    topic: str
    links: tuple[Link, ...]
    parts: tuple[Part, ...]
    _by_id: Mapping[str, Lesson] = field(repr=False)

    def lesson(self, lesson_id: str) -> Lesson | None:
        return self._by_id.get(lesson_id) or extension_lesson(self.parts, lesson_id)

    def extended(self, extra: int) -> tuple[Part, ...]:
        return extend(self.parts, extra)


def curated_course(goal: str) -> CuratedCourse | None:
    """The course for a goal in English; None when no syllabus fits it."""
    syllabus = find_syllabus(goal)
    return _courses()[syllabus.title] if syllabus else None


@cache
def _courses() -> Mapping[str, CuratedCourse]:
    return {syllabus.title: _course(syllabus) for syllabus in all_syllabi()}


def _course(syllabus: Syllabus) -> CuratedCourse:
    searched = syllabus.goals[0]
    part_ids: set[str] = set()
    unit_ids: set[str] = set()
    parts: list[Part] = []
    for stage in syllabus.stages:
        part_ids.add(part_id := unique_slug(stage.name, part_ids))
        units: list[Unit] = []
        for module in stage.modules:
            unit_ids.add(unit_id := unique_slug(module.name, unit_ids))
            lessons = tuple(_lesson(concept, searched) for concept in module.concepts)
            units.append(Unit(unit_id=unit_id, name=module.name, description=module.description, lessons=lessons))
        parts.append(Part(part_id=part_id, name=stage.name, description=stage.description, units=tuple(units)))
    return CuratedCourse(
        title=syllabus.title,
        topic=syllabus.title,
        links=syllabus.links,
        parts=tuple(parts),
        _by_id={lesson.lesson_id: lesson for part in parts for lesson in part.lessons},
    )


def _lesson(concept: SyllabusConcept, searched: str) -> Lesson:
    return Lesson(
        lesson_id=concept.id,
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
