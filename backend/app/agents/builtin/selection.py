"""Cuts a curriculum down: which concepts stay when a learner wants fewer than there are."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from app.agents.builtin.course import CurriculumConcept, CurriculumStage
from app.domain.roadmap import Difficulty, Level

_WEIGHT: dict[Level, dict[Difficulty, float]] = {
    "beginner": {"easy": 1.2, "medium": 1.0, "hard": 0.6},
    "intermediate": {"easy": 1.0, "medium": 1.0, "hard": 0.9},
    "advanced": {"easy": 0.3, "medium": 1.0, "hard": 1.6},
}
_TILT: dict[Level, float] = {"beginner": 0.35, "intermediate": 0.15, "advanced": -0.3}
"""How far the first stage's share of the concepts exceeds the average, and the last one's falls short of it."""


def shrink(stages: Sequence[CurriculumStage], size: int, level: Level) -> tuple[CurriculumStage, ...]:
    """The stages with the `size` concepts that matter most, in their order; nothing loses a prerequisite.

    Every stage gets a share. Inside it the concepts come first on which many others rest and which need few others.
    """
    concepts = [concept for stage in stages for concept in stage.concepts]
    needs = _closures(concepts)
    worth = {
        concept.concept_id: _WEIGHT[level][concept.difficulty]
        * (1 + sum(concept.concept_id in needs[other.concept_id] for other in concepts))
        for concept in concepts
    }
    shares = _shares(stages, size, level)
    chosen: frozenset[str] = frozenset()
    for stage in stages:  # the way into each stage first, as far as there is room
        chosen = _best_step(stage, chosen, size - len(chosen), needs, worth) or chosen
    while len(chosen) < size:
        missing = [share - _count(stage, chosen) for share, stage in zip(shares, stages, strict=True)]
        neediest_first = sorted(range(len(stages)), key=missing.__getitem__, reverse=True)
        steps = (_best_step(stages[index], chosen, size - len(chosen), needs, worth) for index in neediest_first)
        # The first concept not chosen yet never needs another one, so some stage can always go on.
        chosen = next(step for step in steps if step is not None)
    return _only(stages, chosen)


def _best_step(
    stage: CurriculumStage,
    chosen: frozenset[str],
    room: int,
    needs: Mapping[str, frozenset[str]],
    worth: Mapping[str, float],
) -> frozenset[str] | None:
    """`chosen` with the concept of the stage that is worth most for its price, and all that it rests on."""
    prices = {
        concept.concept_id: len(needs[concept.concept_id] - chosen)
        for concept in stage.concepts
        if concept.concept_id not in chosen
    }
    affordable = [concept_id for concept_id, price in prices.items() if price <= room]
    if not affordable:
        return None
    return chosen | needs[max(affordable, key=lambda concept_id: worth[concept_id] / prices[concept_id])]


def _count(stage: CurriculumStage, chosen: Collection[str]) -> int:
    return sum(concept.concept_id in chosen for concept in stage.concepts)


def _closures(concepts: Sequence[CurriculumConcept]) -> dict[str, frozenset[str]]:
    """Every concept with all that it rests on, itself included."""
    closures: dict[str, frozenset[str]] = {}
    for concept in concepts:
        below = (closures[prerequisite] for prerequisite in concept.prerequisites)
        closures[concept.concept_id] = frozenset({concept.concept_id}).union(*below)
    return closures


def _shares(stages: Sequence[CurriculumStage], size: int, level: Level) -> list[float]:
    """How many concepts each stage should keep."""
    last = max(1, len(stages) - 1)
    weights = [len(stage.concepts) * (1 + _TILT[level] * (1 - 2 * index / last)) for index, stage in enumerate(stages)]
    return [size * weight / sum(weights) for weight in weights]


def _only(stages: Sequence[CurriculumStage], chosen: Collection[str]) -> tuple[CurriculumStage, ...]:
    kept = []
    for stage in stages:
        modules = []
        for module in stage.modules:
            if concepts := tuple(concept for concept in module.concepts if concept.concept_id in chosen):
                modules.append(replace(module, concepts=concepts))
        if modules:
            kept.append(replace(stage, modules=tuple(modules)))
    return tuple(kept)
