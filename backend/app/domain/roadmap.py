"""What a learner asks for, and the outline that answers it."""

import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from app.domain.base import Frozen, OutlineId

DEFAULT_CONCEPTS = 30
MIN_CONCEPTS = 3
MAX_OUTLINE_CONCEPTS = 3000
"""How many concepts an outline may hold at most, however it came about."""


def _printable(text: object) -> object:
    """Refuse control characters, which no learner means; line breaks and tabs become spaces. Runs before the length
    is checked, so that spaces do not count."""
    if not isinstance(text, str):
        return text
    text = " ".join(text.split())
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        raise ValueError("must not contain control characters")
    return text


def _prose(text: object) -> object:
    if isinstance(text, str) and any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in text):
        raise ValueError("must not contain control characters")
    return text


def _line(min_length: int, max_length: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=min_length, max_length=max_length)


Goal = Annotated[str, BeforeValidator(_printable), _line(3, 500)]
Title = Annotated[str, BeforeValidator(_printable), _line(1, 200)]
Name = Annotated[str, BeforeValidator(_printable), _line(1, 120)]
Prose = Annotated[str, BeforeValidator(_prose), _line(0, 2000)]
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$")]

MAX_HOURS = 1000.0
Hours = Annotated[float, Field(gt=0, le=MAX_HOURS)]

MAX_PREREQUISITES = 50
"""How many concepts another one may require directly."""

Level = Literal["beginner", "intermediate", "advanced"]
Difficulty = Literal["easy", "medium", "hard"]
ContentPreference = Literal["visual", "text", "audio", "hands_on"]


class LearningRequest(Frozen):
    """What the learner wants, and for whom an author writes."""

    goal: Goal
    level: Level = "beginner"
    hours_per_week: Annotated[int, Field(ge=1, le=168)] = 5
    motivation: Prose | None = None
    background: Prose | None = None
    content_preference: tuple[ContentPreference, ...] = ()
    language: LanguageTag = "en"
    secondary_language: LanguageTag | None = None
    deadline: date | None = None
    concepts: Annotated[int, Field(ge=MIN_CONCEPTS)] = DEFAULT_CONCEPTS
    """How many concepts the outline should have; GREENWAY_MAX_CONCEPTS is the upper limit."""


class Concept(Frozen):
    """One thing to learn: what a tutorial, resources and a quiz are written for."""

    concept_id: OutlineId
    name: Name
    description: Prose = ""
    estimated_hours: Hours = 1.0
    difficulty: Difficulty = "medium"
    keywords: Annotated[tuple[Name, ...], Field(max_length=20)] = ()
    prerequisites: Annotated[tuple[OutlineId, ...], Field(max_length=MAX_PREREQUISITES)] = ()
    """Ids of concepts to know first. Each stands earlier in the outline."""


class Module(Frozen):
    module_id: OutlineId
    name: Name
    description: Prose = ""
    concepts: tuple[Concept, ...]


class Stage(Frozen):
    stage_id: OutlineId
    name: Name
    description: Prose = ""
    modules: tuple[Module, ...]


class Outline(Frozen):
    """A roadmap's structure alone; stages, modules and concepts stand in their order."""

    title: Title
    stages: tuple[Stage, ...]

    @property
    def concepts(self) -> Iterator[Concept]:
        return (concept for stage in self.stages for module in stage.modules for concept in module.concepts)
