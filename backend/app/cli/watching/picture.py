"""The live picture: title, tree and progress bar, never higher than the terminal."""

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from app.cli.watching.pace import Pace
from app.cli.watching.state import WatchedRoadmap
from app.cli.watching.tree import Row, tree_rows
from app.cli.watching.words import LOOKS, ROADMAP_WORDS, author_name, counts, duration
from app.domain.content.status import ContentStatus
from app.domain.tasks import RoadmapStatus, TaskStatus

BAR_WIDTH, SMALLEST_BAR = 30, 8
_GUIDES = ("│  ", "   ", "├─ ", "└─ ")
_ASCII_GUIDES = ("|  ", "   ", "|- ", "`- ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`elapsed` in seconds since watching began, `now` on the monotonic clock of `pace`."""

    state: WatchedRoadmap
    pace: Pace | None
    now: float
    elapsed: float
    connected: bool

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = options.max_width
        above = [*self._header(console, width), Text()]
        below: list[RenderableType] = [Text(), self._bar(width), self._times(width)]
        # One line stays free: a terminal scrolls when its last one is full.
        room = options.size.height - 1 - len(above) - len(below)
        yield from above
        if self.state.stages:
            yield from (_line(row, width, ascii_only=options.ascii_only) for row in tree_rows(self.state, room))
        else:
            yield _cut(Text("There is no outline yet."), width)
        yield from below

    def _header(self, console: Console, width: int) -> list[Text]:
        state = self.state
        lines = [
            _cut(Text(state.title, style="bold"), width),
            _cut(Text(f"by {author_name(state.author)}, {_situation(state)}"), width),
        ]
        if state.reason:
            lines += Text(state.reason, style="yellow").wrap(console, width)[:3]
        return lines

    def _bar(self, width: int) -> RenderableType:
        progress = self.state.progress
        text = Text(counts(progress) if progress.total else "nothing to write yet")
        bar_width = min(BAR_WIDTH, width - text.cell_len - 1)
        if bar_width < SMALLEST_BAR:
            return _cut(text, width)
        bar = ProgressBar(
            total=max(1, progress.total),
            completed=progress.completed,
            width=bar_width,
            complete_style="green",
            finished_style="green",
        )
        row = Table.grid(padding=(0, 1))
        row.add_row(bar, text)
        return row

    def _times(self, width: int) -> Text:
        parts = [f"{duration(self.elapsed)} elapsed"]
        if self.pace and self.connected and self.state.status == RoadmapStatus.GENERATING:
            remaining = self.pace.remaining(self.now, self.state.progress)
            parts += [f"about {duration(remaining)} left"] if remaining is not None else []
        text = Text(", ".join(parts), style="dim")
        if not self.connected:
            text = Text.assemble(("reconnecting", "yellow"), (", ", "dim"), text)
        return _cut(text, width)


def _situation(state: WatchedRoadmap) -> str:
    if state.task_status == TaskStatus.QUEUED:
        return "waiting for a worker"
    return ROADMAP_WORDS[state.status]


def _line(row: Row, width: int, *, ascii_only: bool) -> Text:
    """The name gives way when there is no room, the word never does."""
    pass_by, pass_end, branch, end = _ASCII_GUIDES if ascii_only else _GUIDES
    guides = "".join(pass_end if last else pass_by for last in row.lasts[:-1])
    if row.lasts:
        guides += end if row.lasts[-1] else branch
    style, sign = _look(row, ascii_only=ascii_only)
    start = Text.assemble((guides, "dim"), (f"{sign} " if sign else "", style))
    word = Text(f"  {row.word}" if row.word else "", style=style)
    name = Text(row.name, style="bold" if not row.lasts and row.word else "")
    if row.status == ContentStatus.PENDING or not row.word:
        name.stylize("dim")
    return _cut(start + _cut(name, max(4, width - start.cell_len - word.cell_len)) + word, width)


def _look(row: Row, *, ascii_only: bool) -> tuple[str, str]:
    if row.status is None:
        return "dim", ""
    look = LOOKS[row.status]
    return look.style, look.ascii_sign if ascii_only else look.sign


def _cut(text: Text, width: int) -> Text:
    """One line at most as wide as the terminal."""
    text.truncate(width, overflow="ellipsis")
    text.no_wrap = True
    return text
