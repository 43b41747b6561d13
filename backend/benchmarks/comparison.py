"""The frame of a question: Greenway, its floor and its peers, measured in turn within one run.

The machine is never the same twice, and often not alone. So A B C A B C: what disturbs a round disturbs all its sides,
and the ratio of two sides within a round is the figure that counts.
"""

import os
import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

OURS = "Greenway"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
"""Fewer are enough to try something out."""

Measured = Mapping[str, float]
"""What one round of one side has measured, by name."""


def in_turn(sides: Mapping[str, Callable[[], Measured]], rounds: int = ROUNDS) -> dict[str, list[Measured]]:
    """Measure each side once a round, in the same order: A B A B."""
    measured: dict[str, list[Measured]] = {name: [] for name in sides}
    for number in range(rounds):
        for name, measure in sides.items():
            sys.stderr.write(f"  round {number + 1} of {rounds}: {name}\n")
            measured[name].append(measure())
    return measured


def values(rounds: list[Measured], name: str, per: float = 1) -> tuple[float, ...]:
    """One figure of each round, in units of `per`."""
    return tuple(one[name] / per for one in rounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One quantity of several sides, the rounds of each in the order in which they were measured."""

    question: str
    unit: str
    sides: Mapping[str, tuple[float, ...]]
    """By name: Greenway, its floor, and its peers."""
    beside: str | None = None
    """The side whose multiple Greenway is meant to keep to."""
    at_most: float | None = None
    at_least: float | None = None
    """Bounds of that multiple."""
    less_is_better: bool = True

    def __post_init__(self) -> None:
        if self.beside is not None and self.beside not in self.sides:
            raise ValueError(f"There is no side {self.beside!r} in {self.question!r}.")

    def ratios(self, side: str, beside: str) -> tuple[float, ...]:
        """How many times the other side's figure it is, round by round."""
        return tuple(one / other for one, other in zip(self.sides[side], self.sides[beside], strict=True) if other)

    @property
    def ratio(self) -> float | None:
        """The median multiple of the side beside which Greenway is measured."""
        if self.beside is None or OURS not in self.sides:
            return None
        ratios = self.ratios(OURS, self.beside)
        return statistics.median(ratios) if ratios else None

    @property
    def is_kept(self) -> bool | None:
        """Whether the bound is kept; None where there is none."""
        if self.ratio is None or (self.at_most is None and self.at_least is None):
            return None
        return (self.at_most is None or self.ratio <= self.at_most) and (
            self.at_least is None or self.ratio >= self.at_least
        )

    @property
    def aim(self) -> str:
        """The bound in words: `<= 1.1 x the floor`."""
        bounds = [("<=", self.at_most), (">=", self.at_least)]
        said = " and ".join(f"{sign} {bound:g} x" for sign, bound in bounds if bound is not None)
        return f"{said} {self.beside}" if said else ""

    def multiple(self, side: str) -> str:
        """How a side compares, in words: Greenway with its floor, the others with Greenway. Empty where it cannot be
        told."""
        beside = self.beside if side == OURS else OURS
        if side == self.beside or beside is None or beside not in self.sides:
            return ""
        ratios = self.ratios(side, beside)
        return f" · {statistics.median(ratios):.3g} x {beside}" if ratios else ""
