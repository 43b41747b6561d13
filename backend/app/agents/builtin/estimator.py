"""What the built-in author's content will take: nothing but time."""

from collections.abc import Mapping

from app.agents.estimating import Estimate
from app.domain.content.kind import ArtefactKind
from app.domain.usage import Usage


class BuiltinEstimator:
    """Implements `Estimator`. `pace` is the seconds that an artefact takes."""

    def __init__(self, *, pace: float, concepts_at_once: int) -> None:
        self._pace = pace
        self._concepts_at_once = concepts_at_once

    def estimate(self, missing: Mapping[ArtefactKind, int], typical: Mapping[ArtefactKind, Usage]) -> Estimate:  # noqa: ARG002
        concepts = max(missing.values(), default=0)
        seconds = self._pace * concepts / self._concepts_at_once
        return Estimate(calls=0, input_tokens=0, output_tokens=0, cost_usd=0.0, minutes=seconds / 60)
