"""What is seen while watching: the picture in a terminal, the lines elsewhere."""

import io
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from factories import an_outline
from rich.console import Console
from watched_runs import AT, Run

from app.cli.watching.displays import LivePicture, PlainLines
from app.cli.watching.follower import Update
from app.cli.watching.lines import event_line, snapshot_line
from app.cli.watching.pace import Pace
from app.cli.watching.picture import Picture
from app.cli.watching.state import WatchedRoadmap
from app.cli.watching.words import duration
from app.domain.content.kind import ArtefactKind
from app.domain.tasks import Progress


def drawn(
    state: WatchedRoadmap, width: int, height: int, *, connected: bool = True, encoding: str = "utf-8"
) -> list[str]:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    console = Console(file=file, width=width, height=height, force_terminal=True, color_system=None)
    console.print(Picture(state=state, pace=None, now=65, elapsed=65, connected=connected))
    file.flush()
    return raw.getvalue().decode(encoding).splitlines()


def small() -> Run:
    run = Run(an_outline(4)).drafted().approved().writing("c0", "c1", "c2")
    return run.ready("c0").without("c1", ArtefactKind.QUIZ)


def large(ready: int = 100) -> Run:
    """300 concepts in 60 modules; five are being written."""
    run = Run(an_outline(300)).drafted().approved()
    run.ready(*(f"c{number}" for number in range(ready)))
    return run.writing(*(f"c{number}" for number in range(ready, ready + 5)))


def test_all_is_shown_where_there_is_room() -> None:
    lines = drawn(small().state, 80, 24)
    assert lines[:10] == [
        "A test roadmap",
        "by the built-in author, being written",
        "",
        "Stage  1 of 4 ready, 1 incomplete",
        "└─ ▸ Module 0  1 of 4 ready, 1 incomplete",
        "   ├─ ✓ Concept 0  ready",
        "   ├─ ! Concept 1  quiz missing",
        "   ├─ ▸ Concept 2  writing",
        "   └─ · Concept 3  waiting",
        "",
    ]
    assert lines[10].endswith(" 1 of 4 ready, 1 incomplete, 1 being written")
    assert lines[11:] == ["1:05 elapsed"]


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (40, 10), (20, 5), (300, 100)])
@pytest.mark.parametrize("ready", [0, 3, 100, 292])
def test_the_picture_never_exceeds_the_terminal(width: int, height: int, ready: int) -> None:
    lines = drawn(large(ready).state, width, height)
    assert len(lines) < max(height, 7)
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
@pytest.mark.parametrize("ready", [0, 100, 103, 295])
def test_title_bar_and_what_is_being_written_are_always_seen(width: int, height: int, ready: int) -> None:
    lines = drawn(large(ready).state, width, height)
    assert lines[0] == "A test roadmap"
    assert f"{ready} of 300 ready, 5 being written" in lines[-2]
    assert sum(line.endswith("  writing") for line in lines) == 5


def test_finished_modules_are_one_line_with_their_count_when_the_tree_is_too_tall() -> None:
    lines = drawn(large().state, 120, 40)
    assert any("✓ Module 95  5 of 5 ready" in line for line in lines)
    assert not any("Concept 99 " in line for line in lines)


def test_rows_without_room_are_counted() -> None:
    lines = drawn(large().state, 80, 24)
    above, below = (next(line for line in lines if line.endswith(f" lines {where})")) for where in ("above", "below"))
    shown = lines.index(below) - lines.index(above) - 1
    hidden = int(above.split()[0][1:]) + int(below.split()[0][1:])
    assert shown + hidden == 1 + 60 + 5


def test_long_names_give_way_to_the_word() -> None:
    state = small().state
    stage = state.stages[0]
    module = replace(stage.modules[0], name="学" * 100)
    lines = drawn(replace(state, stages=(replace(stage, modules=(module,)),)), 60, 24)
    assert lines[4].endswith("…  1 of 4 ready, 1 incomplete")


def test_markup_in_a_name_is_only_text() -> None:
    assert drawn(replace(small().state, title="[red]x[/red]"), 80, 24)[0] == "[red]x[/red]"


def test_a_terminal_without_unicode_gets_ascii_signs() -> None:
    lines = drawn(small().state, 80, 24, encoding="ascii")
    assert [line.strip() for line in lines[5:9]] == [
        "|- + Concept 0  ready",
        "|- ! Concept 1  quiz missing",
        "|- > Concept 2  writing",
        "`- . Concept 3  waiting",
    ]


def test_before_there_is_an_outline() -> None:
    lines = drawn(Run().state, 80, 24)
    assert lines[1:4] == ["by the built-in author, waiting for a worker", "", "There is no outline yet."]


def test_the_reason_of_a_pause_is_shown() -> None:
    paused = small().paused("模型服务商拒绝了密钥。").state
    assert any("The model's provider refused the key" in line for line in drawn(paused, 80, 24))


def test_a_lost_connection_is_said_quietly() -> None:
    assert drawn(small().state, 80, 24, connected=False)[-1] == "reconnecting, 1:05 elapsed"


def test_the_live_picture_ends_with_the_newest_state() -> None:
    file = io.StringIO()
    console = Console(file=file, width=80, height=24, force_terminal=True, color_system=None)
    with LivePicture(console, clock=lambda: 0) as display:
        run = Run(an_outline(2)).drafted().approved()
        display.show(Update(state=run.state, event=run.events[-1]))
        display.show(Update(state=run.ready("c0", "c1").completed().state, event=run.events[-1]))
    assert "2 of 2 ready" in file.getvalue()
    assert "by the built-in author, completed" in file.getvalue()


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def test_the_remaining_time_follows_from_the_finished_concepts() -> None:
    pace = Pace.begun(AT, 100, Progress(total=12, completed=2))
    one = pace.observed(later(10), 110, Progress(total=12, completed=3))
    two = one.observed(later(20), 120, Progress(total=12, completed=3, partial=1))
    assert one.remaining(110, Progress(total=12, completed=3)) is None
    assert two.remaining(120, Progress(total=12, completed=4)) == 80
    assert two.remaining(125, Progress(total=12, completed=4)) == 75
    assert two.remaining(500, Progress(total=12, completed=4)) is None


def test_the_remaining_time_is_not_misled_by_events_that_arrive_at_once() -> None:
    pace = Pace.begun(AT, 100, Progress(total=12))
    pace = pace.observed(later(30), 100, Progress(total=12, completed=2))
    pace = pace.observed(later(60), 100, Progress(total=12, completed=6))
    assert pace.remaining(100, Progress(total=12, completed=6)) == 60


def test_the_remaining_time_is_shown() -> None:
    now = 0
    display = LivePicture(Console(file=io.StringIO()), clock=lambda: now)
    run = Run(an_outline(100)).drafted().approved()
    display.show(Update(state=run.state, event=run.events[-1]))
    run.ready(*(f"c{number}" for number in range(50)))
    display.show(Update(state=run.state, event=run.events[-1].model_copy(update={"at": later(200)})))
    now = 3
    picture = display.picture()
    assert isinstance(picture, Picture)
    console = Console(file=io.StringIO(), width=80, height=24)
    with console.capture() as capture:
        console.print(picture)
    assert capture.get().splitlines()[-1] == "0:03 elapsed, about 3:17 left"


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (64.6, "1:05"), (3605, "1:00:05")])
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_each_event_is_one_line() -> None:
    run = small().without("c2", *ArtefactKind, message="No\nanswer.\x1b[2J").cancelled()
    states = [Run(run.outline) for _ in run.events]
    for number, state in enumerate(states, start=1):
        state.events = run.events[:number]
    time = f"{AT.astimezone():%H:%M:%S}"
    assert [event_line(event, state.state) for event, state in zip(run.events, states, strict=True)] == [
        f"{time} queued: the outline is waiting for a worker",
        f"{time} started: a worker picked up the outline",
        f"{time} outline: A test roadmap (4 concepts)",
        f"{time} queued: the content is waiting for a worker",
        f"{time} started: a worker picked up the content",
        f"{time} writing: Concept 0",
        f"{time} writing: Concept 1",
        f"{time} writing: Concept 2",
        f"{time} ready: Concept 0 (1 of 4)",
        f"{time} quiz missing: Concept 1 (1 of 4): The author took too long.",
        f"{time} failed: Concept 2 (1 of 4): No answer. [2J",
        f"{time} cancelled: 1 of 4 ready, 1 incomplete, 1 failed",
    ]


def test_a_snapshot_is_one_line() -> None:
    assert snapshot_line(small().state, AT).endswith(
        "A test roadmap: being written, 1 of 4 ready, 1 incomplete, 1 being written"
    )


def test_plain_lines_say_once_that_the_connection_is_lost() -> None:
    file, state = io.StringIO(), small().state
    with PlainLines(file) as display:
        for connected in (True, False, False, True):
            display.show(Update(state=state, connected=connected))
    assert [line.split(" ", 1)[1] for line in file.getvalue().splitlines()][1:] == ["reconnecting", "connected again"]
