"""Charts as SVG: a bar a side, and curves. They bring their own background, light or dark as the reader prefers."""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from textwrap import wrap

from benchmarks.comparison import OURS, Comparison

WIDTH, MARGIN, LINE = 760, 20, 20
NAMES, LABELS = 210, 200
"""The columns left and right of the bars."""
ROW = 34

_STYLE = """
text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 14px; }
.quiet { fill: #59636e; font-size: 12px; }
.paper { fill: #ffffff; stroke: #d1d9e0; }
.grid { stroke: #d1d9e0; }
.reach { stroke: #1f2328; stroke-width: 1.5; }
.ours { fill: #2da44e; stroke: #2da44e; }
.floor { fill: #8c959f; stroke: #8c959f; }
.peer { fill: #54aeff; stroke: #54aeff; }
.second { fill: #bf8700; stroke: #bf8700; } .third { fill: #a475f9; stroke: #a475f9; }
.line { fill: none; stroke-width: 2.5; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; } .quiet { fill: #9198a1; }
  .paper { fill: #0d1117; stroke: #3d444d; } .grid { stroke: #3d444d; } .reach { stroke: #f0f6fc; }
}
"""
_LINES = ("ours", "peer", "second", "third", "floor")


def bars(comparison: Comparison) -> str:
    """Medians as bars, lowest to highest as a line across, and the multiples of the floor or of Greenway."""
    title = _title(comparison.question, "shorter is better" if comparison.less_is_better else "longer is better")
    left, right = MARGIN + NAMES, WIDTH - MARGIN - LABELS
    most = max(max(values) for values in comparison.sides.values()) or 1
    top = title.bottom

    def across(value: float) -> float:
        return left + (right - left) * value / most

    parts = list(title.parts)
    for number, (side, values) in enumerate(comparison.sides.items()):
        middle = top + number * ROW + ROW / 2
        median = statistics.median(values)
        width = max(across(median) - left, 1)
        parts += [
            _text(left - 10, middle + 4, side, anchor="end"),
            f'<rect class="{_kind(comparison, side)}" x="{left}" y="{middle - 9:g}" '
            f'width="{width:.1f}" height="18" rx="2"/>',
            _reach(across(min(values)), across(max(values)), middle),
            _text(
                across(max(values)) + 10, middle + 4, f"{figure(median, comparison.unit)}{comparison.multiple(side)}"
            ),
        ]
    return _drawing(top + len(comparison.sides) * ROW + MARGIN / 2, parts, comparison.question)


def curves(
    question: str, *, across: str, up: str, lines: Mapping[str, Sequence[tuple[float, float]]], height: int = 300
) -> str:
    """One line for each name, over points of one quantity `across`; both axes begin at zero."""
    title = _title(question, f"{up}, by {across}")
    left, right, top = MARGIN + 50, WIDTH - MARGIN - 150, title.bottom + 10
    bottom = top + height
    points = [point for line in lines.values() for point in line]
    widest, step = max(x for x, _ in points), _step(max(y for _, y in points))
    highest = step * max(math.ceil(max(y for _, y in points) / step), 1)
    parts = list(title.parts)
    for number in range(round(highest / step) + 1):
        y = bottom - height * number * step / highest
        parts += [
            f'<line class="grid" x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>',
            _text(left - 8, y + 4, f"{number * step:g}", anchor="end", kind="quiet"),
        ]
    for x in sorted({x for x, _ in points}):
        parts.append(_text(left + (right - left) * x / widest, bottom + LINE, f"{x:g}", anchor="middle", kind="quiet"))
    names: list[tuple[float, str]] = []
    for (name, line), kind in zip(lines.items(), _LINES, strict=False):
        placed = [(left + (right - left) * x / widest, bottom - height * y / highest) for x, y in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        parts.append(f'<polyline class="line {kind}" style="fill: none" points="{path}"/>')
        parts += [f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in placed]
        names.append((placed[-1][1], name))
    parts += [_text(right + 12, y + 4, name) for y, name in _apart(names)]
    return _drawing(bottom + LINE + MARGIN, parts, question)


def figure(value: float, unit: str) -> str:
    """Three digits that count, and the unit."""
    said = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{said} {unit}".rstrip()


class _Title:
    def __init__(self, lines: Sequence[str], note: str) -> None:
        shown = [(line, "title") for line in lines] + [(note, "quiet")]
        self.parts = [_text(MARGIN, MARGIN + 8 + number * LINE, *one) for number, one in enumerate(shown)]
        self.bottom = MARGIN + len(shown) * LINE + 6


def _title(question: str, note: str) -> _Title:
    return _Title(wrap(question, 85), note)


def _kind(comparison: Comparison, side: str) -> str:
    if side == OURS:
        return "ours"
    return "floor" if side == comparison.beside else "peer"


def _reach(left: float, right: float, middle: float) -> str:
    ends = "".join(f"M{x:.1f} {middle - 4:g}v8" for x in (left, right))
    return f'<path class="reach" d="M{left:.1f} {middle:g}H{right:.1f}{ends}"/>'


def _step(most: float) -> float:
    """A round number of which `most` has about four."""
    magnitude = 10 ** math.floor(math.log10(most / 4)) if most else 1
    return next(magnitude * digit for digit in (1, 2, 2.5, 5, 10) if magnitude * digit >= most / 4)


def _text(x: float, y: float, said: str, kind: str = "", *, anchor: str = "start") -> str:
    shown = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{shown}>{escape(said)}</text>'


def _apart(names: Iterable[tuple[float, str]]) -> list[tuple[float, str]]:
    """Names beside the ends of their lines, none over another."""
    placed: list[tuple[float, str]] = []
    for y, name in sorted(names):
        placed.append((max(y, placed[-1][0] + LINE * 0.8) if placed else y, name))
    return placed


def _drawing(height: float, parts: Iterable[str], said: str) -> str:
    paper = f'<rect class="paper" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1:g}" rx="8"/>'
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" '
            f'height="{height:g}" role="img" aria-label="{escape(said)}">',
            f"<style>{_STYLE}</style>",
            paper,
            *parts,
            "</svg>\n",
        )
    )
