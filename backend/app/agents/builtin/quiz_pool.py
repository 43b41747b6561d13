"""Chooses what may stand beside the right answer: other lessons, and statements that are surely not about this one."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Self

from app.agents.builtin.lessons import Curriculum, Lesson, known_lesson
from app.domain.roadmap import Outline


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizPool:
    """The lessons of a curriculum under the names of the outline; those that the outline has come first."""

    lessons: dict[str, Lesson]
    in_outline: frozenset[str]
    _place: dict[str, tuple[str, str]]
    _rests_on: dict[str, frozenset[str]]

    @classmethod
    def of(cls, curriculum: Curriculum, outline: Outline) -> Self:
        concepts = {concept.concept_id: concept for concept in outline.concepts}
        lessons: dict[str, Lesson] = {}
        place: dict[str, tuple[str, str]] = {}
        rests_on: dict[str, frozenset[str]] = {}
        present = set()
        for part in curriculum.parts:
            for unit in part.units:
                for lesson in unit.lessons:
                    lesson_id = lesson.lesson_id
                    concept = concepts.get(lesson_id)
                    known = known_lesson(curriculum, concept) if concept else None
                    if known:
                        present.add(lesson_id)
                    lessons[lesson_id] = known or lesson
                    place[lesson_id] = (part.part_id, unit.unit_id)
                    below = (rests_on[prerequisite] for prerequisite in lesson.prerequisites)
                    rests_on[lesson_id] = frozenset({lesson_id}).union(*below)
        return cls(lessons=lessons, in_outline=frozenset(present), _place=place, _rests_on=rests_on)

    def beside(self, lesson: Lesson, dice: Random) -> list[Lesson]:
        """All other lessons: those of the outline first, and the nearest first, because they are the better test."""
        others = [other for other in self.lessons.values() if other.lesson_id != lesson.lesson_id]
        dice.shuffle(others)
        return sorted(others, key=lambda other: (other.lesson_id not in self.in_outline, self._distance(lesson, other)))

    def foreign_points(self, lesson: Lesson, dice: Random) -> Iterator[tuple[str, Lesson]]:
        """Key points that are surely about another lesson and not about this one, one of each, with that lesson.

        The other lesson stands in another part, neither rests on the other, and the statement names something of
        its own and nothing of this one's.
        """
        own_terms = _terms(lesson)
        for other in self.beside(lesson, dice):
            if self._place[other.lesson_id][0] == self._place[lesson.lesson_id][0] or self._related(lesson, other):
                continue
            other_terms = _terms(other) - own_terms
            for point in other.key_points:
                text = point.casefold()
                if any(term in text for term in other_terms) and not any(term in text for term in own_terms):
                    yield point, other
                    break

    def _distance(self, one: Lesson, other: Lesson) -> int:
        part, unit = self._place[one.lesson_id]
        other_part, other_unit = self._place[other.lesson_id]
        return 0 if unit == other_unit else 1 if part == other_part else 2

    def _related(self, one: Lesson, other: Lesson) -> bool:
        return one.lesson_id in self._rests_on[other.lesson_id] or other.lesson_id in self._rests_on[one.lesson_id]


def _terms(lesson: Lesson) -> frozenset[str]:
    """What a statement about the lesson may name: its name, the name's longer words, its keywords."""
    name = lesson.name.casefold()
    words = (word.strip("“”\"'(),:：") for word in name.split())
    return frozenset({name, *(word for word in words if len(word) > 3), *(k.casefold() for k in lesson.keywords)})
