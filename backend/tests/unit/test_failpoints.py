"""A failpoint ends the process as a kill does, at the time that was asked for, and nowhere else."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.errors import ConfigurationError
from app.core.failpoints import Failpoint
from app.core.settings import load_settings

BACKEND = Path(__file__).resolve().parents[2]


def end_of(setting: str, reached: Failpoint, times: int) -> int:
    program = f"""
from app.core import failpoints
failpoints.arm({setting!r})
for _ in range({times}):
    failpoints.reach(failpoints.Failpoint.{reached.name})
"""
    return subprocess.run([sys.executable, "-c", program], check=False, cwd=BACKEND).returncode


def test_the_process_ends_there_as_if_killed() -> None:
    assert end_of("before_commit", Failpoint.BEFORE_COMMIT, 1) == -signal.SIGKILL


def test_it_ends_at_the_third_time() -> None:
    assert end_of("before_commit:3", Failpoint.BEFORE_COMMIT, 2) == 0
    assert end_of("before_commit:3", Failpoint.BEFORE_COMMIT, 3) == -signal.SIGKILL


def test_it_passes_other_points() -> None:
    assert end_of("before_commit", Failpoint.AFTER_COMMIT, 1) == 0


@pytest.mark.parametrize("wrong", ["before_lunch", "before_commit:0", "before_commit:", ":1"])
def test_a_wrong_setting_stops_the_start(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENWAY_FAILPOINT", wrong)
    with pytest.raises(ConfigurationError, match="GREENWAY_FAILPOINT"):
        load_settings()
