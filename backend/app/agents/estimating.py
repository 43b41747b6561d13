"""Says beforehand what content will take: calls, tokens, money and minutes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from app.domain.content.kind import ArtefactKind
from app.domain.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """`cost_usd` is None when the model's price is not known; `minutes` is the time until everything is written."""

    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    minutes: float


class Estimator(Protocol):
    """For one author."""

    author: str

    def estimate(self, missing: Mapping[ArtefactKind, int], typical: Mapping[ArtefactKind, Usage]) -> Estimate:
        """For so many missing artefacts of each kind. `typical` is what this author's artefacts have taken so far; a
        kind that it lacks is assumed."""
