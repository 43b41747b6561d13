"""What a run has measured: a table for people, JSON for machines, and a chart a question."""

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.charts import bars, figure
from benchmarks.comparison import OURS, Comparison

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Figure:
    """One measured quantity that has nothing beside it: the median of its rounds, and the bound that it should keep."""

    benchmark: str
    name: str
    unit: str
    rounds: tuple[float, ...]
    at_most: float | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    @property
    def is_kept(self) -> bool | None:
        return None if self.at_most is None else self.median <= self.at_most


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing that a benchmark makes for itself."""

    name: str
    svg: str


Finding = Figure | Comparison | Chart


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: what was measured, and how it stands to its aim."""

    what: str
    median: str
    reach: str
    aim: str
    verdict: str


def rows(finding: Figure | Comparison) -> list[Row]:
    """A figure is one line; a comparison has one a side."""
    if isinstance(finding, Figure):
        aim = "" if finding.at_most is None else f"<= {finding.at_most:g} {finding.unit}".rstrip()
        return [_row(finding.name, finding.rounds, finding.unit, "", aim, finding.is_kept)]
    bound = {OURS: (finding.aim, finding.is_kept)}
    return [
        _row(side, measured, finding.unit, finding.multiple(side), *bound.get(side, ("", None)))
        for side, measured in finding.sides.items()
    ]


def _row(what: str, measured: Sequence[float], unit: str, multiple: str, aim: str, is_kept: bool | None) -> Row:
    verdict = {None: "", True: "met", False: "missed"}[is_kept]
    reach = f"{figure(min(measured), '')} to {figure(max(measured), '')}" if len(measured) > 1 else ""
    return Row(what, f"{figure(statistics.median(measured), unit)}{multiple}", reach, aim, verdict)


Findings = Mapping[str, Sequence[Finding]]
"""Of each benchmark, by its name."""


def show(findings: Findings) -> None:
    """Print the table."""
    table = Table(title="Greenway benchmarks: medians")
    for heading in ("benchmark", "figure", "median", "lowest to highest", "aim", ""):
        table.add_column(heading, justify="left" if heading in {"benchmark", "figure"} else "right")
    for benchmark, own in findings.items():
        for finding in own:
            if isinstance(finding, Chart):
                continue
            if isinstance(finding, Comparison):
                table.add_row(benchmark, f"[bold]{finding.question}")
            indent = "  " if isinstance(finding, Comparison) else ""
            for row in rows(finding):
                table.add_row(benchmark, indent + row.what, row.median, row.reach, row.aim, row.verdict)
    Console(width=160).print(table)


def write(findings: Findings, machine: Mapping[str, str], folder: Path) -> None:
    """For each benchmark, its raw figures with the machine, and its charts."""
    folder.mkdir(parents=True, exist_ok=True)
    for benchmark, own in findings.items():
        raw = {"machine": machine, "figures": [_raw(finding) for finding in own if not isinstance(finding, Chart)]}
        (folder / f"{benchmark}.json").write_text(json.dumps(raw, indent=1) + "\n")
        for name, (svg, _) in charts(benchmark, own).items():
            (folder / name).write_text(svg)


def charts(benchmark: str, findings: Sequence[Finding]) -> dict[str, tuple[str, str]]:
    """The charts of one benchmark, each with what it shows, by the names of their files."""
    drawn: dict[str, tuple[str, str]] = {}
    for finding in findings:
        if isinstance(finding, Comparison):
            drawn[f"{benchmark}-{len(drawn) + 1}.svg"] = bars(finding), finding.question
        elif isinstance(finding, Chart):
            drawn[f"{benchmark}-{len(drawn) + 1}.svg"] = finding.svg, finding.name
    return drawn


def _raw(finding: Figure | Comparison) -> dict[str, Any]:
    summary = {"kept": finding.is_kept}
    if isinstance(finding, Figure):
        return asdict(finding) | {"median": finding.median} | summary
    medians = {side: statistics.median(measured) for side, measured in finding.sides.items()}
    return asdict(finding) | {"medians": medians, "ratio": finding.ratio} | summary
