"""What a learner asks for, and the outline that answers it."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints
from typing_extensions import TypeAliasType

from app.domain.base import FrozenModel, OutlineId
from app.domain.language_tags import LanguageTag
from app.domain.text import first_line, has_controls, in_lines, in_one_line, is_visible, shortened
from app.domain.values import Day, LengthLimit

DEFAULT_CONCEPTS = 30
MIN_CONCEPTS = 3
MAX_OUTLINE_CONCEPTS = 3000
"""How many concepts an outline may hold at most, however it came about."""
MAX_GOAL = 4000
"""Characters of a goal, line breaks among them."""
MAX_TITLE = 200
TITLE_OF_GOAL = 120
"""Characters of a goal that stand for it where there is room for a title only."""


def typed(tidy: Callable[[str], str], *, most: int, must_show: bool = True, name: str | None = None) -> BeforeValidator:
    """Texts are tidied before they are measured, and refused in words that speak of characters, and of the limit's
    name, if it has one."""
    limit = f" ({name})" if name else ""

    def checked(text: object) -> object:
        if not isinstance(text, str):
            return text
        text = tidy(text)
        if has_controls(text, "" if tidy is in_one_line else "\n\t"):
            raise ValueError("must not contain control characters")
        if must_show and not is_visible(text):
            raise ValueError("must have at least 1 visible character")
        if len(text) > most:
            raise ValueError(f"must have at most {most} characters{limit}; it has {len(text)}")
        return text

    return BeforeValidator(checked)


# The bounds are said once more for the document of the API.
Goal = Annotated[str, StringConstraints(min_length=1, max_length=MAX_GOAL), typed(in_lines, most=MAX_GOAL)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TITLE), typed(in_one_line, most=MAX_TITLE)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120), typed(in_one_line, most=120)]
MAX_PROSE = 2000
"""Characters that a description may have."""
Prose = Annotated[str, StringConstraints(max_length=MAX_PROSE), typed(in_lines, most=MAX_PROSE, must_show=False)]

MAX_HOURS = 1000.0
Wish = Annotated[str, StringConstraints(min_length=1, max_length=2000), typed(in_lines, most=2000)]
"""What a learner asks for in a sentence or two."""
Hours = Annotated[float, Field(gt=0, le=MAX_HOURS)]

MAX_PREREQUISITES = 50
"""How many concepts another one may require directly."""
MAX_KEYWORDS = 20
MAX_PREFERENCES = 4
Keywords = Annotated[tuple[Name, ...], LengthLimit(MAX_KEYWORDS)]
Prerequisites = Annotated[tuple[OutlineId, ...], LengthLimit(MAX_PREREQUISITES)]

Level = TypeAliasType("Level", Literal["beginner", "intermediate", "advanced"])
Difficulty = TypeAliasType("Difficulty", Literal["easy", "medium", "hard"])
ContentPreference = TypeAliasType("ContentPreference", Literal["visual", "text", "audio", "hands_on"])


class ListOrder(StrEnum):
    """How a list of roadmaps is sorted, newest first."""

    CREATED = "created"
    STUDIED = "studied"


def title_of(goal: str) -> str:
    """What a roadmap is called until it has a title: the first line of its goal."""
    return shortened(first_line(goal), TITLE_OF_GOAL)


def earliest_today(now: datetime) -> date:
    """The date where the day is youngest: nowhere is it still an earlier day than 12 hours behind UTC. A learner says a
    day of their own calendar, and not where they live: what may still be today for them is not past."""
    return (now - timedelta(hours=12)).date()


class LearningRequest(FrozenModel):
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


class NewRequest(LearningRequest):
    """The same as it comes in: bounded. What is stored has been bounded by the rules of its time."""

    content_preference: Annotated[tuple[ContentPreference, ...], LengthLimit(MAX_PREFERENCES)] = ()
    deadline: Day | None = None
    concepts: Annotated[int, Field(ge=MIN_CONCEPTS, le=MAX_OUTLINE_CONCEPTS)] = DEFAULT_CONCEPTS


class Concept(FrozenModel):
    """One thing to learn, with a tutorial, resources and a quiz."""

    concept_id: OutlineId
    name: Name
    description: Prose = ""
    estimated_hours: Hours = 1.0
    difficulty: Difficulty = "medium"
    keywords: Keywords = ()
    prerequisites: Prerequisites = ()
    """Ids of concepts to know first. Each stands earlier in the outline."""


class Module(FrozenModel):
    module_id: OutlineId
    name: Name
    description: Prose = ""
    concepts: Annotated[tuple[Concept, ...], LengthLimit(MAX_OUTLINE_CONCEPTS)]


class Stage(FrozenModel):
    stage_id: OutlineId
    name: Name
    description: Prose = ""
    modules: Annotated[tuple[Module, ...], LengthLimit(MAX_OUTLINE_CONCEPTS)]


class Outline(FrozenModel):
    """A roadmap's structure: stages, modules and concepts, in learning order."""

    title: Title
    stages: Annotated[tuple[Stage, ...], LengthLimit(MAX_OUTLINE_CONCEPTS)]

    @property
    def concepts(self) -> Iterator[Concept]:
        return (concept for stage in self.stages for module in stage.modules for concept in module.concepts)
