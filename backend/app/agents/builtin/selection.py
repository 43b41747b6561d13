"""Cuts a curriculum down: which lessons stay when a learner wants fewer than there are."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from app.agents.builtin.lessons import Lesson, Part
from app.domain.roadmap import Difficulty, Level

_WEIGHT: dict[Level, dict[Difficulty, float]] = {
    "beginner": {"easy": 1.2, "medium": 1.0, "hard": 0.6},
    "intermediate": {"easy": 1.0, "medium": 1.0, "hard": 0.9},
    "advanced": {"easy": 0.3, "medium": 1.0, "hard": 1.6},
}
_TILT: dict[Level, float] = {"beginner": 0.35, "intermediate": 0.15, "advanced": -0.3}
"""How far the first part's share of the lessons exceeds the average, and the last one's falls short of it."""


def shrink(parts: Sequence[Part], size: int, level: Level) -> tuple[Part, ...]:
    """The parts with the `size` lessons that matter most, in their order; nothing loses a prerequisite.

    Every part gets a share. Inside it the lessons come first on which many others rest and which need few others.
    """
    lessons = [lesson for part in parts for lesson in part.lessons]
    needs = _closures(lessons)
    worth = {
        lesson.lesson_id: _WEIGHT[level][lesson.difficulty]
        * (1 + sum(lesson.lesson_id in needs[other.lesson_id] for other in lessons))
        for lesson in lessons
    }
    shares = _shares(parts, size, level)
    chosen: frozenset[str] = frozenset()
    for part in parts:  # the way into each part first, as far as there is room
        chosen = _best_step(part, chosen, size - len(chosen), needs, worth) or chosen
    while len(chosen) < size:
        missing = [share - _count(part, chosen) for share, part in zip(shares, parts, strict=True)]
        neediest_first = sorted(range(len(parts)), key=missing.__getitem__, reverse=True)
        steps = (_best_step(parts[index], chosen, size - len(chosen), needs, worth) for index in neediest_first)
        # The first lesson not chosen yet never needs another one, so some part can always go on.
        chosen = next(step for step in steps if step is not None)
    return _only(parts, chosen)


def _best_step(
    part: Part, chosen: frozenset[str], room: int, needs: Mapping[str, frozenset[str]], worth: Mapping[str, float]
) -> frozenset[str] | None:
    """`chosen` with the lesson of the part that is worth most for its price, and all that it rests on."""
    prices = {
        lesson.lesson_id: len(needs[lesson.lesson_id] - chosen)
        for lesson in part.lessons
        if lesson.lesson_id not in chosen
    }
    affordable = [lesson_id for lesson_id, price in prices.items() if price <= room]
    if not affordable:
        return None
    return chosen | needs[max(affordable, key=lambda lesson_id: worth[lesson_id] / prices[lesson_id])]


def _count(part: Part, chosen: Collection[str]) -> int:
    return sum(lesson.lesson_id in chosen for lesson in part.lessons)


def _closures(lessons: Sequence[Lesson]) -> dict[str, frozenset[str]]:
    """Every lesson with all that it rests on, itself included."""
    closures: dict[str, frozenset[str]] = {}
    for lesson in lessons:
        below = (closures[prerequisite] for prerequisite in lesson.prerequisites)
        closures[lesson.lesson_id] = frozenset({lesson.lesson_id}).union(*below)
    return closures


def _shares(parts: Sequence[Part], size: int, level: Level) -> list[float]:
    """How many lessons each part should keep."""
    last = max(1, len(parts) - 1)
    weights = [len(part.lessons) * (1 + _TILT[level] * (1 - 2 * index / last)) for index, part in enumerate(parts)]
    return [size * weight / sum(weights) for weight in weights]


def _only(parts: Sequence[Part], chosen: Collection[str]) -> tuple[Part, ...]:
    kept = []
    for part in parts:
        units = []
        for unit in part.units:
            if lessons := tuple(lesson for lesson in unit.lessons if lesson.lesson_id in chosen):
                units.append(replace(unit, lessons=lessons))
        if units:
            kept.append(replace(part, units=tuple(units)))
    return tuple(kept)
