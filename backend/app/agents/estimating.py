"""Says beforehand what content will take: calls, tokens, money and minutes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from app.domain.content.kind import ArtefactKind
from app.domain.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """`cost_usd` is None when a model's price is not known; `minutes` is the time until everything is written."""

    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    minutes: float


class Estimator(Protocol):
    def estimate(self, missing: Mapping[ArtefactKind, int], typical: Mapping[ArtefactKind, Usage]) -> Estimate:
        """For so many missing artefacts of each kind. `typical` is what the artefacts of a kind's author have taken so
        far; a kind that it lacks is assumed."""
        ...


class EstimatorForParts:
    """For authors that write side by side: the slowest one takes the time. `model_for` names a kind's model."""

    def __init__(self, model_for: Callable[[ArtefactKind], str], by_model: Mapping[str, Estimator]) -> None:
        self._model_for = model_for
        self._by_model = by_model

    def estimate(self, missing: Mapping[ArtefactKind, int], typical: Mapping[ArtefactKind, Usage]) -> Estimate:
        parts = []
        for model, estimator in self._by_model.items():
            its_own = {kind: count for kind, count in missing.items() if self._model_for(kind) == model}
            parts.append(estimator.estimate(its_own, typical))
        costs = [part.cost_usd for part in parts]
        return Estimate(
            calls=sum(part.calls for part in parts),
            input_tokens=sum(part.input_tokens for part in parts),
            output_tokens=sum(part.output_tokens for part in parts),
            cost_usd=None if None in costs else sum(cost for cost in costs if cost is not None),
            minutes=max((part.minutes for part in parts), default=0.0),
        )
