"""The time left, as the command line tells it: by what has really been finished, and lately."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli.watching.pace import Pace
from app.domain.tasks import Progress

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
TOTAL = 250


def progress(completed: int) -> Progress:
    return Progress(total=TOTAL, completed=completed)


def after(steps: Iterable[tuple[float, int]]) -> tuple[Pace, float]:
    """The pace when, so many seconds later each time, so many more had finished; and the seconds in all."""
    pace, seconds, done = Pace.begun(BEGAN, 0, progress(0)), 0.0, 0
    for pause, count in steps:
        seconds, done = seconds + pause, done + count
        pace = pace.observed(BEGAN + timedelta(seconds=seconds), seconds, progress(done))
    return pace, seconds


@given(sizes=st.lists(st.integers(1, 10), min_size=3, max_size=20))
def test_at_a_steady_pace_batches_of_any_size_tell_the_same(sizes: list[int]) -> None:
    pace, now = after((2 * size, size) for size in sizes)
    assert pace.remaining(now, progress(sum(sizes))) == pytest.approx(2 * (TOTAL - sum(sizes)))


def test_the_recent_past_counts_and_not_the_beginning() -> None:
    pace, now = after([*[(10.0, 1)] * 60, *[(1.0, 1)] * 40])
    assert pace.remaining(now, progress(100)) == 150


def test_a_run_that_stalls_is_not_guessed_about() -> None:
    pace, now = after([(5, 5), (5, 5)])
    assert pace.remaining(now + 2, progress(10)) == 238
    assert pace.remaining(now + 16, progress(10)) is None


def test_what_is_written_again_is_measured_anew() -> None:
    pace, now = after([(5, 5), (5, 5)])
    again = pace.observed(BEGAN + timedelta(seconds=now + 1), now + 1, progress(3))
    assert again.remaining(now + 1, progress(3)) is None
