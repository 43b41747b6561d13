"""Runs the `greenway` command as a person would, without a terminal."""

import asyncio
from dataclasses import dataclass

import pytest
from watched_runs import ROADMAP

from app.cli import main

ID = str(ROADMAP)
COMMANDS = [
    ["approve", ID],
    ["pause", ID],
    ["resume", ID],
    ["cancel", ID],
    ["retry", ID],
    ["revise", ID, "two more about testing"],
    ["rename", ID, "c0", "Another name"],
    ["remove", ID, "c0"],
    ["add", ID, "A new one", "--module", "m0"],
    ["undo", ID],
    ["redo", ID],
    ["prioritise", ID, "c0"],
    ["regenerate", ID, "c0"],
    ["versions", ID, "c0"],
    ["restore", ID, "c0", "--artefact", "quiz", "--version", "1"],
    ["delete", ID],
    ["undelete", ID],
    ["export", ID],
    ["duplicate", ID],
    ["show", ID],
    ["list"],
    ["search", "joins"],
]
"""The commands that ask the API about roadmaps, each with what it needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    code: object
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """What went to stdout, without the times."""
        return [line.split(" ", 1)[1] if line[2:3] == ":" else line for line in self.out.splitlines()]


class Terminal:
    """Each test has its own, see the fixture `terminal`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def set(self, name: str, value: str) -> None:
        self._monkeypatch.setenv(name, value)

    async def greenway(self, *arguments: str) -> Outcome:
        """Runs the command beside the test's own event loop."""
        self._monkeypatch.setattr("sys.argv", ["greenway", *arguments])
        self._capsys.readouterr()
        async with asyncio.timeout(30):
            code = await asyncio.to_thread(_exit_code)
        captured = self._capsys.readouterr()
        return Outcome(code=code, out=captured.out, err=captured.err)


def _exit_code() -> object:
    try:
        main()
    except SystemExit as exit_:
        return exit_.code or 0
    return 0
