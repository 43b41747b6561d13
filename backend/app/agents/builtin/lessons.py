"""What the built-in author knows about concepts: lessons, their order in a curriculum, and where it comes from."""

from dataclasses import dataclass, replace
from typing import Literal, Protocol

from app.agents.builtin.syllabus import Link
from app.domain.roadmap import Concept, Difficulty

Origin = Literal["curated", "general", "own"]
"""From a curated syllabus, from the general study plan, or the learner's own concept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """All that is known about one concept; prose is Markdown. `lesson_id` is the concept's id in every outline."""

    lesson_id: str
    name: str
    definition: str
    explanation: str
    key_points: tuple[str, ...]
    example: str | None
    exercises: tuple[str, ...]
    mistakes: tuple[str, ...]
    hours: float
    difficulty: Difficulty
    keywords: tuple[str, ...]
    prerequisites: tuple[str, ...]
    about: tuple[str, ...]
    """Ids of the lessons that a quiz asks about: itself, what it practises, or none when nothing is known."""
    origin: Origin
    query: str
    """What to type into a search engine to find more."""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A future module."""

    unit_id: str
    name: str
    description: str
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A future stage."""

    part_id: str
    name: str
    description: str
    units: tuple[Unit, ...]

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        return tuple(lesson for unit in self.units for lesson in unit.lessons)


class Curriculum(Protocol):
    """A course that can be cut down and extended to any size; the same goal and language always give the same one."""

    @property
    def title(self) -> str: ...

    @property
    def topic(self) -> str:
        """What it is about, in the words of a search query."""
        ...

    @property
    def links(self) -> tuple[Link, ...]: ...

    @property
    def parts(self) -> tuple[Part, ...]:
        """The course as written, every prerequisite before what needs it."""
        ...

    def lesson(self, lesson_id: str) -> Lesson | None:
        """The lesson of that id, also of any extension; None when there is none."""
        ...

    def extended(self, extra: int) -> tuple[Part, ...]:
        """The parts with exactly so many lessons more."""
        ...


def known_lesson(curriculum: Curriculum, concept: Concept) -> Lesson | None:
    """What the curriculum knows about a concept of a perhaps edited outline, under the name that it has there.

    A concept whose name and description were both rewritten is another one, whatever its id says.
    """
    lesson = curriculum.lesson(concept.concept_id)
    if lesson is None or (concept.name != lesson.name and concept.description != lesson.definition):
        return None
    return lesson if concept.name == lesson.name else replace(lesson, name=concept.name)
