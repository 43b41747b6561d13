"""Shows a roadmap while it is watched: as a live picture in a terminal, line by line elsewhere."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self, TextIO

import typer
from rich.console import Console
from rich.live import Live

from app.cli.watching.follower import Update
from app.cli.watching.lines import event_line, snapshot_line, stamped
from app.cli.watching.pace import Pace
from app.cli.watching.picture import Picture
from app.domain.events import TaskStarted

PICTURES_PER_SECOND = 5


class Display(Protocol):
    """Shows updates between entering and leaving it."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...

    def show(self, update: Update) -> None: ...


def display_for(stream: TextIO) -> Display:
    """The display that suits the stream."""
    console = Console(file=stream, highlight=False)
    if console.is_terminal and not console.is_dumb_terminal:
        return LivePicture(console)
    return PlainLines(stream)


class LivePicture:
    def __init__(self, console: Console, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._update: Update | None = None
        self._pace: Pace | None = None
        self._live = Live(
            console=console,
            get_renderable=self.picture,
            refresh_per_second=PICTURES_PER_SECOND,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, update: Update) -> None:
        event, now, progress = update.event, self._clock(), update.state.progress
        if event is not None and (self._pace is None or isinstance(event, TaskStarted)):
            # Time spent in the queue says nothing about the author's pace.
            self._pace = Pace.begun(event.at, now, progress)
        elif event is not None and self._pace is not None:
            self._pace = self._pace.observed(event.at, now, progress)
        self._update = update

    def picture(self) -> Picture | str:
        """What is to be seen at this moment."""
        update, pace, now = self._update, self._pace, self._clock()
        if update is None:
            return ""
        return Picture(state=update.state, pace=pace, now=now, elapsed=now - self._began, connected=update.connected)


class PlainLines:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._connected = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stream.flush()

    def show(self, update: Update) -> None:
        if update.connected != self._connected:
            self._connected = update.connected
            self._write(stamped(datetime.now(UTC), "connected again" if update.connected else "reconnecting"))
        elif update.event is not None:
            self._write(event_line(update.event, update.state))
        elif update.connected:
            self._write(snapshot_line(update.state, datetime.now(UTC)))

    def _write(self, line: str) -> None:
        typer.echo(line, file=self._stream)
