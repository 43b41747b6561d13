"""Puts what a run has measured into the documents: each benchmark has a place in one of them that is made anew."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.comparison import Comparison
from benchmarks.report import Figure, Finding, Findings, charts, rows, write

DOCUMENTS = [Path(__file__).parents[2] / "doc" / name for name in ("benchmarks.md", "scaling.md")]
FOLDER = DOCUMENTS[0].parent / "benchmarks"
_VERDICTS = {"missed": "**missed**"}


def publish(findings: Findings, machine: Mapping[str, str]) -> None:
    write(findings, machine, FOLDER)
    for benchmark, own in findings.items():
        place = f"<!-- figures: {benchmark} -->\n"
        documents = [document for document in DOCUMENTS if place in document.read_text()]
        if not documents:
            raise SystemExit(f"No document has a place for {benchmark}: {place}")
        before, _, rest = documents[0].read_text().partition(place)
        _, end, after = rest.partition("<!-- end -->")
        documents[0].write_text(f"{before}{place}{section(benchmark, own, machine)}{end}{after}")


def section(benchmark: str, findings: Sequence[Finding], machine: Mapping[str, str]) -> str:
    """The charts, the tables and the machine of one benchmark, in Markdown."""
    parts = [f"![{shown}](benchmarks/{name})" for name, (_, shown) in charts(benchmark, findings).items()]
    if plain := [finding for finding in findings if isinstance(finding, Figure)]:
        parts.append(_table("figure", plain))
    if compared := [finding for finding in findings if isinstance(finding, Comparison)]:
        tables = "\n\n".join(_table(finding.question, [finding]) for finding in compared)
        parts.append(f"<details><summary>The charts as tables</summary>\n\n{tables}\n\n</details>")
    said = (
        f"{machine['date']}, {machine['processor']}, {machine['cores']} cores, load average before: {machine['load']}"
    )
    programs = ", ".join(f"{name} {machine[name]}" for name in ("kernel", "Python", "PostgreSQL", "Valkey"))
    parts.append(f"{said}; {programs}. Raw figures: [{benchmark}.json](benchmarks/{benchmark}.json).")
    return "\n\n".join(parts) + "\n"


def _table(heading: str, findings: Sequence[Figure | Comparison]) -> str:
    shown = [row for finding in findings for row in rows(finding)]
    has_rounds = any(row.reach for row in shown)
    columns = [(heading, [row.what for row in shown])]
    columns.append(("median" if has_rounds else "measured once", [row.median for row in shown]))
    if has_rounds:
        columns.append(("lowest to highest", [row.reach for row in shown]))
    if any(row.aim for row in shown):
        columns.append(("aim", [row.aim for row in shown]))
        columns.append(("", [_VERDICTS.get(row.verdict, row.verdict) for row in shown]))
    lines = [[name for name, _ in columns], ["---"] * len(columns), *zip(*(cells for _, cells in columns), strict=True)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
