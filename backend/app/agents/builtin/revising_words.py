"""What the built-in author understands and answers when it is asked for a change, one data file per language."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from app.agents.builtin.general_texts import GeneralLanguage
from app.domain.base import FrozenModel
from app.domain.roadmap import Difficulty

Shift = Literal["easier", "harder", "quicker", "slower"]
Kind = Shift | Literal["refused", "about", "fewer", "more", "add", "remove", "move", "rename", "hours", "level"]
Place = Literal["before", "after", "into"]
Reply = (
    Shift
    | Literal["added", "removed", "moved", "renamed", "hours", "level"]
    | Literal["understands", "unclear", "unknown", "ambiguous", "taken", "too_long", "too_few", "no_more", "too_much"]
    | Literal["no_place", "hours_range", "about"]
)


class Vocabulary(FrozenModel):
    """The words of one language; `revising_en.toml` explains how phrases are written."""

    examples: tuple[str, ...]
    between_wishes: tuple[str, ...]
    between_names: tuple[str, ...]
    numbers: dict[str, float]
    levels: dict[str, Difficulty]
    groups: dict[str, tuple[str, ...]]
    forms: dict[Literal["part", "new"], tuple[str, ...]]
    """What may stand around the name of a part of the outline, and around a new name."""
    wishes: dict[Kind, tuple[str, ...]]
    """The first phrase that fits decides."""
    replies: dict[Reply, str]
    facets: tuple[str, ...]
    """What follows a topic where several concepts are about it."""
    separator: str


@cache
def vocabulary(language: GeneralLanguage) -> Vocabulary:
    path = Path(__file__).parent / f"revising_{language}.toml"
    return Vocabulary.model_validate(tomllib.loads(path.read_text("utf-8")))


def example_wishes(language: GeneralLanguage) -> tuple[str, ...]:
    """Wishes that the author understands; “…” stands for a name, to be filled in."""
    return vocabulary(language).examples
