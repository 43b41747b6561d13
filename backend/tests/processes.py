"""Runs `greenway` as a process of its own, with nothing in its environment but what a test gives it."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.embedded.command import tether

BACKEND = Path(__file__).resolve().parents[1]
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
PATIENCE = 60
TETHERED: dict[str, Any] = {"preexec_fn": tether(signal.SIGKILL)}
"""For `subprocess`: a process that ends with the tests, even if those are killed (Linux only). Start it in the main
thread, whose end counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    code: int
    out: str
    err: str

    @property
    def is_one_sentence(self) -> bool:
        """It failed, and said why in one line, without a traceback."""
        return (
            self.code > 0
            and self.err.startswith("greenway: ")
            and self.err.endswith(".\n")
            and self.err.count("\n") == 1
            and "Something went wrong" not in self.err
        )

    def line(self, beginning: str) -> str:
        """The line of `greenway doctor` that says how this check went."""
        return next(line for line in self.out.splitlines() if beginning in line[:20])


def environment(**settings: str) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**inherited, "PYTHONPATH": str(BACKEND), **settings}


def greenway(directory: Path, *arguments: str, stdin: str = "", **settings: str) -> Finished:
    """Run a command in `directory`, whose `.env` it reads."""
    return run(directory, [sys.executable, "-m", "app.cli", *arguments], stdin=stdin, **settings)


def run(directory: Path, command: list[str], *, stdin: str = "", **settings: str) -> Finished:
    finished = subprocess.run(
        command,
        cwd=directory,
        env=environment(**settings),
        input=stdin.encode(errors="surrogateescape"),
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    return Finished(
        code=finished.returncode,
        out=finished.stdout.decode(errors="replace"),
        err=finished.stderr.decode(errors="replace"),
    )
