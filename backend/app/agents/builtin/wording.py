"""The sentences around a tutorial, one data file per language: headings, connections, study plans, quiz prompts."""

import tomllib
from functools import cache
from pathlib import Path

from app.agents.builtin.general_texts import GeneralLanguage
from app.domain.base import FrozenModel


class PlanStep(FrozenModel):
    """A step of a study plan; `share` is its part of the estimated hours."""

    share: float
    text: str


class TutorialWording(FrozenModel):
    what: str
    points: str
    connections: str
    plan: str
    guide: str
    separator: str
    quoted: str
    more: str
    place: str
    needs: str
    needs_nothing: str
    leads_to: str
    leads_to_nothing: str
    your_description: str
    total: str
    total_in_week: str
    total_in_weeks: str
    minutes: str
    hours: str
    step: str
    steps: tuple[PlanStep, ...]
    visual: str
    text: str
    audio: str
    hands_on: str
    about_curated: str
    about_general: str
    about_own: str
    other_language: str


class QuizWording(FrozenModel):
    describes: str
    describes_explanation: str
    described: str
    described_explanation: str
    points: str
    points_explanation: str
    statement: str
    statement_true: str
    statement_false: str
    true: str
    false: str
    before: str
    before_explanation: str
    module: str
    module_explanation: str
    belongs: str
    belongs_true: str
    belongs_false: str
    follows: str
    follows_explanation: str


class ResourceWording(FrozenModel):
    wikipedia: str
    web: str
    videos: str


class OwnConceptWording(FrozenModel):
    """The study guide for a concept that the author knows nothing about but what the outline says."""

    definition: str
    explanation: str
    description: str
    keywords: str
    key_points: tuple[str, ...]
    example: str
    exercises: tuple[str, ...]
    mistakes: tuple[str, ...]


class Wording(FrozenModel):
    tutorial: TutorialWording
    quiz: QuizWording
    resources: ResourceWording
    own: OwnConceptWording


@cache
def wording(language: GeneralLanguage) -> Wording:
    path = Path(__file__).parent / f"wording_{language}.toml"
    return Wording.model_validate(tomllib.loads(path.read_text("utf-8")))
