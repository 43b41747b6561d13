"""Extends a curated course: practice, recaps and projects for what is already there, never new subject matter."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from app.agents.builtin.lessons import Lesson, Part, Unit
from app.agents.builtin.templates import fill, fill_all
from app.domain.base import Frozen

_HARDEST_FIRST = {"hard": 0, "medium": 1, "easy": 2}


class ExtensionKind(Frozen):
    """One way to go on working on a concept, a module or a stage; `{target}` is its name, `{round}` counts reviews."""

    scope: Literal["concept", "module", "stage", "review"]
    id: str
    name: str
    definition: str
    explanation: str
    key_points: Annotated[tuple[str, ...], Field(min_length=2)]
    exercises: Annotated[tuple[str, ...], Field(min_length=1)]
    mistakes: Annotated[tuple[str, ...], Field(min_length=1)]
    hours: Annotated[float, Field(gt=0)]
    """In proportion to the hours of what is practised."""
    keyword: str
    shows: tuple[Literal["key_points", "example", "exercises", "mistakes"], ...]
    """What is shown again of the concepts themselves."""


class ExtensionTexts(Frozen):
    """`kinds` stand in the order in which they are added to a growing course; reviews go on without end."""

    stage_unit: str
    stage_unit_description: str
    review_part: str
    review_part_description: str
    review_unit: str
    review_unit_description: str
    kinds: tuple[ExtensionKind, ...]
    review: ExtensionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """What is practised: a lesson, or all lessons of a unit or part."""

    target_id: str
    name: str
    lessons: tuple[Lesson, ...]


@cache
def extension_texts() -> ExtensionTexts:
    path = Path(__file__).parent / "extension_en.toml"
    return ExtensionTexts.model_validate(tomllib.loads(path.read_text("utf-8")))


def extend(parts: Sequence[Part], extra: int) -> tuple[Part, ...]:
    """The parts with `extra` lessons more, each after what it practises, which is its prerequisite."""
    texts = extension_texts()
    added: dict[str, list[Lesson]] = {}
    for kind in texts.kinds:
        for target in _targets(parts, kind)[:extra]:
            added.setdefault(f"{kind.scope}:{target.target_id}", []).append(_lesson(kind, target))
            extra -= 1
    grown = [_grown(part, added, texts) for part in parts]
    if extra:
        grown.append(_reviews(parts, extra, texts))
    return tuple(grown)


def extension_lesson(parts: Sequence[Part], lesson_id: str) -> Lesson | None:
    """The lesson that `extend` gives that id; None when it gives none."""
    target_id, _, suffix = lesson_id.rpartition("--")
    texts = extension_texts()
    number = 0
    if suffix.startswith("review-") and suffix.removeprefix("review-").isdecimal():
        suffix, number = texts.review.id, int(suffix.removeprefix("review-"))
    for kind in (*texts.kinds, texts.review):
        if kind.id == suffix:
            for target in _targets(parts, kind):
                if target.target_id == target_id:
                    return _lesson(kind, target, number)
    return None


def _targets(parts: Sequence[Part], kind: ExtensionKind) -> list[_Target]:
    match kind.scope:
        case "concept":
            lessons = [lesson for part in parts for lesson in part.lessons]
            lessons.sort(key=lambda lesson: _HARDEST_FIRST[lesson.difficulty])
            return [_of_lesson(lesson) for lesson in lessons]
        case "module":
            units = (unit for part in parts for unit in part.units)
            return [_Target(target_id=unit.unit_id, name=unit.name, lessons=unit.lessons) for unit in units]
        case "stage":
            return [_Target(target_id=part.part_id, name=part.name, lessons=part.lessons) for part in parts]
        case "review":
            return [_of_lesson(lesson) for part in parts for lesson in part.lessons]


def _of_lesson(lesson: Lesson) -> _Target:
    return _Target(target_id=lesson.lesson_id, name=lesson.name, lessons=(lesson,))


def _lesson(kind: ExtensionKind, target: _Target, number: int = 0) -> Lesson:
    words = {"target": target.name, "round": str(number)}
    lessons = target.lessons
    single = lessons[0] if len(lessons) == 1 else None
    recalled = "\n".join(f"- **{lesson.name}**: {lesson.definition}" for lesson in lessons)
    shown_points = tuple(p for lesson in lessons for p in lesson.key_points[: 6 if single else 1])
    shown_exercises = tuple(e for lesson in lessons for e in lesson.exercises[: 4 if single else 1])
    shown_mistakes = tuple(m for lesson in lessons for m in lesson.mistakes[: 4 if single else 1])
    earlier = (f"{target.target_id}--review-{number - 1}",) if number > 1 else ()
    return Lesson(
        lesson_id=f"{target.target_id}--{kind.id}" + (f"-{number}" if number else ""),
        name=fill(kind.name, **words),
        definition=fill(kind.definition, **words),
        explanation=f"{fill(kind.explanation, **words).strip()}\n\n{recalled}",
        key_points=fill_all(kind.key_points, **words) + (shown_points if "key_points" in kind.shows else ()),
        example=single.example if single and "example" in kind.shows else None,
        exercises=fill_all(kind.exercises, **words) + (shown_exercises if "exercises" in kind.shows else ()),
        mistakes=fill_all(kind.mistakes, **words) + (shown_mistakes if "mistakes" in kind.shows else ()),
        hours=max(0.25, round(4 * kind.hours * sum(lesson.hours for lesson in lessons)) / 4),
        difficulty=max((lesson.difficulty for lesson in lessons), key=lambda d: -_HARDEST_FIRST[d]),
        keywords=(kind.keyword, *(lesson.name for lesson in lessons[:4])),
        prerequisites=tuple(lesson.lesson_id for lesson in lessons[:49]) + earlier,
        about=tuple(lesson.lesson_id for lesson in lessons),
        origin="curated",
        query=single.query if single else target.name,
        links=tuple({link.url: link for lesson in lessons for link in lesson.links}.values()),
    )


def _grown(part: Part, added: dict[str, list[Lesson]], texts: ExtensionTexts) -> Part:
    units = tuple(replace(unit, lessons=tuple(_grown_lessons(unit, added))) for unit in part.units)
    if together := added.get(f"stage:{part.part_id}"):
        unit = Unit(
            unit_id=f"{part.part_id}--together",
            name=fill(texts.stage_unit, target=part.name),
            description=fill(texts.stage_unit_description, target=part.name),
            lessons=tuple(together),
        )
        units += (unit,)
    return replace(part, units=units)


def _grown_lessons(unit: Unit, added: dict[str, list[Lesson]]) -> Iterator[Lesson]:
    for lesson in unit.lessons:
        yield lesson
        yield from added.get(f"concept:{lesson.lesson_id}", ())
    yield from added.get(f"module:{unit.unit_id}", ())


def _reviews(parts: Sequence[Part], extra: int, texts: ExtensionTexts) -> Part:
    """Rounds of review through the whole course, until the size is reached."""
    targets = _targets(parts, texts.review)
    units: list[Unit] = []
    for start in range(0, extra, len(targets)):
        number = len(units) + 1
        chosen = targets[: extra - start]
        units.append(
            Unit(
                unit_id=f"review--round-{number}",
                name=fill(texts.review_unit, round=str(number)),
                description=fill(texts.review_unit_description, round=str(number)),
                lessons=tuple(_lesson(texts.review, target, number) for target in chosen),
            )
        )
    return Part(
        part_id="review--rounds",
        name=texts.review_part,
        description=texts.review_part_description,
        units=tuple(units),
    )
