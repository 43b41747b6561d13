"""Figures with their targets: a table for people, JSON for machines."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Figure:
    """One measured quantity: the median of its rounds, and the bound that it should keep."""

    benchmark: str
    name: str
    unit: str
    rounds: tuple[float, ...]
    at_most: float | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    @property
    def is_kept(self) -> bool:
        return self.at_most is None or self.median <= self.at_most


def report(figures: Sequence[Figure]) -> None:
    table = Table(title="Greenway benchmarks: medians")
    for heading in ("benchmark", "figure", "median", "lowest to highest", "rounds", "at most", ""):
        table.add_column(heading, justify="left" if heading in {"benchmark", "figure"} else "right")
    for figure in figures:
        table.add_row(
            figure.benchmark,
            figure.name,
            f"{figure.median:.3g} {figure.unit}",
            f"{min(figure.rounds):.3g} to {max(figure.rounds):.3g}",
            str(len(figure.rounds)),
            "" if figure.at_most is None else f"{figure.at_most:g}",
            "" if figure.at_most is None else "met" if figure.is_kept else "MISSED",
        )
    Console(width=140).print(table)
    RESULTS.mkdir(exist_ok=True)
    raw = [asdict(figure) | {"median": figure.median, "kept": figure.is_kept} for figure in figures]
    (RESULTS / "latest.json").write_text(json.dumps(raw, indent=2) + "\n")
