"""Curated syllabi: the shape of the data files in `syllabi/`, and how they are read and chosen."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, StringConstraints, model_validator

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Name = Annotated[str, StringConstraints(min_length=2, max_length=80, strip_whitespace=True)]
Sentence = Annotated[str, StringConstraints(min_length=20, max_length=400, strip_whitespace=True)]
Prose = Annotated[str, StringConstraints(min_length=120, max_length=4000, strip_whitespace=True)]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Link(_Data):
    """A page that a person has chosen; never a search."""

    title: Name
    url: HttpUrl
    kind: Literal["documentation", "article", "book", "course", "video", "exercise", "tool"]


class SyllabusConcept(_Data):
    """One thing to learn. `definition` is a sentence that does not contain the concept's own name, so that a
    quiz can ask for it; prose fields are Markdown."""

    id: Slug
    name: Name
    definition: Sentence
    explanation: Prose
    key_points: Annotated[tuple[Sentence, ...], Field(min_length=3, max_length=6)]
    example: Annotated[str, StringConstraints(min_length=40, max_length=2500, strip_whitespace=True)]
    exercises: Annotated[tuple[Sentence, ...], Field(min_length=2, max_length=4)]
    mistakes: Annotated[tuple[Sentence, ...], Field(min_length=1, max_length=4)]
    hours: Annotated[float, Field(gt=0, le=20)]
    difficulty: Literal["easy", "medium", "hard"]
    keywords: Annotated[tuple[Name, ...], Field(min_length=1, max_length=6)]
    prerequisites: tuple[Slug, ...] = ()
    links: tuple[Link, ...] = ()

    @model_validator(mode="after")
    def _definition_hides_the_name(self) -> Self:
        if re.search(rf"\b{re.escape(self.name)}\b", self.definition, re.IGNORECASE):
            raise ValueError(f"the definition of {self.id} gives its name away")
        return self


class SyllabusModule(_Data):
    name: Name
    description: Sentence
    concepts: Annotated[tuple[SyllabusConcept, ...], Field(min_length=1)]


class SyllabusStage(_Data):
    name: Name
    description: Sentence
    modules: Annotated[tuple[SyllabusModule, ...], Field(min_length=1)]


class Syllabus(_Data):
    """A curated course. `goals` are lower-case words and phrases of which one must occur in a learner's goal."""

    title: Name
    goals: Annotated[tuple[str, ...], Field(min_length=1)]
    links: Annotated[tuple[Link, ...], Field(min_length=2)]
    stages: Annotated[tuple[SyllabusStage, ...], Field(min_length=2)]

    @property
    def concepts(self) -> Iterator[SyllabusConcept]:
        return (concept for stage in self.stages for module in stage.modules for concept in module.concepts)

    @model_validator(mode="after")
    def _prerequisites_come_earlier(self) -> Self:
        seen: set[str] = set()
        for concept in self.concepts:
            if concept.id in seen:
                raise ValueError(f"concept {concept.id} occurs twice")
            if unknown := set(concept.prerequisites) - seen:
                raise ValueError(f"prerequisites of {concept.id} do not come earlier: {sorted(unknown)}")
            seen.add(concept.id)
        names = [concept.name for concept in self.concepts]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"concept names occur twice: {sorted(twice)}")
        return self


@cache
def all_syllabi() -> tuple[Syllabus, ...]:
    """Every curated syllabus, in the order of the file names."""
    folder = Path(__file__).parent / "syllabi"
    return tuple(
        Syllabus.model_validate(tomllib.loads(path.read_text("utf-8"))) for path in sorted(folder.glob("*.toml"))
    )


def find_syllabus(goal: str) -> Syllabus | None:
    """The syllabus for a goal: the one whose longest matching phrase is the longest; None when none matches."""
    text = goal.casefold()
    best: tuple[int, Syllabus] | None = None
    for syllabus in all_syllabi():
        for phrase in syllabus.goals:
            if re.search(rf"(?<![\w+#-]){re.escape(phrase)}(?![\w+#-])", text) and (
                best is None or len(phrase) > best[0]
            ):
                best = (len(phrase), syllabus)
    return best[1] if best else None
