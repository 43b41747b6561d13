"""The texts of the general study plan, one data file per language: their shape, and how they are read."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from app.agents.builtin.syllabus import Slug
from app.domain.base import FrozenModel

GeneralLanguage = Literal["en", "zh"]

# Chinese says the same in about a third of the characters: the lower bounds suit both.
Name = Annotated[str, StringConstraints(min_length=2, max_length=80, strip_whitespace=True)]
Sentence = Annotated[str, StringConstraints(min_length=10, max_length=400, strip_whitespace=True)]
Prose = Annotated[str, StringConstraints(min_length=80, max_length=4000, strip_whitespace=True)]


class GeneralConcept(FrozenModel):
    """One thing to do when learning any subject; `{subject}` may stand in every text."""

    id: Slug
    name: Name
    definition: Sentence
    explanation: Prose
    key_points: Annotated[tuple[Sentence, ...], Field(min_length=3, max_length=6)]
    example: Sentence
    exercises: Annotated[tuple[Sentence, ...], Field(min_length=2, max_length=4)]
    mistakes: Annotated[tuple[Sentence, ...], Field(min_length=1, max_length=4)]
    hours: Annotated[float, Field(gt=0, le=20)]
    difficulty: Literal["easy", "medium", "hard"]
    keywords: Annotated[tuple[Name, ...], Field(min_length=1, max_length=6)]
    prerequisites: tuple[Slug, ...] = ()

    @model_validator(mode="after")
    def _definition_hides_the_name(self) -> Self:
        name = self.name.replace("{subject}", "").strip(" :：")
        if re.search(re.escape(name), self.definition, re.IGNORECASE):
            raise ValueError(f"the definition of {self.id} gives its name away")
        return self


class GeneralModule(FrozenModel):
    id: Slug
    name: Name
    description: Sentence
    concepts: Annotated[tuple[GeneralConcept, ...], Field(min_length=1)]


class GeneralStage(FrozenModel):
    id: Slug
    name: Name
    description: Sentence
    modules: Annotated[tuple[GeneralModule, ...], Field(min_length=1)]


class Focus(FrozenModel):
    """What one week of practice pays special attention to."""

    id: Slug
    name: Name
    advice: Sentence
    exercise: Sentence


class WeekStep(FrozenModel):
    """A step of every practice week; `about` is the concept that it practises. `{week}` and `{focus}` may stand
    in every text."""

    id: Slug
    about: Slug
    name: Name
    definition: Sentence
    explanation: Prose
    key_points: Annotated[tuple[Sentence, ...], Field(min_length=2, max_length=4)]
    exercises: Annotated[tuple[Sentence, ...], Field(min_length=1, max_length=3)]
    mistakes: Annotated[tuple[Sentence, ...], Field(min_length=1, max_length=3)]
    hours: Annotated[float, Field(gt=0, le=20)]


class Weeks(FrozenModel):
    """Weeks of practice, as many as a large plan needs; `{first}` and `{last}` are the weeks of a stage."""

    stage: Name
    stage_description: Sentence
    module: Name
    module_description: Sentence
    focuses: Annotated[tuple[Focus, ...], Field(min_length=6)]
    steps: Annotated[tuple[WeekStep, ...], Field(min_length=4)]


class GeneralTexts(FrozenModel):
    title: Name
    stages: Annotated[tuple[GeneralStage, ...], Field(min_length=3)]
    weeks: Weeks

    @property
    def concepts(self) -> Iterator[GeneralConcept]:
        return (concept for stage in self.stages for module in stage.modules for concept in module.concepts)

    @model_validator(mode="after")
    def _ids_are_unique_and_known(self) -> Self:
        seen: set[str] = set()
        for concept in self.concepts:
            if concept.id in seen:
                raise ValueError(f"concept {concept.id} occurs twice")
            if unknown := set(concept.prerequisites) - seen:
                raise ValueError(f"prerequisites of {concept.id} do not come earlier: {sorted(unknown)}")
            seen.add(concept.id)
        if unknown := {step.about for step in self.weeks.steps} - seen:
            raise ValueError(f"weeks practise unknown concepts: {sorted(unknown)}")
        return self


@cache
def general_texts(language: GeneralLanguage) -> GeneralTexts:
    path = Path(__file__).parent / f"general_{language}.toml"
    return GeneralTexts.model_validate(tomllib.loads(path.read_text("utf-8")))
