"""What it takes to start one child process: program, user, directory, output, and the signals that end it."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_STDERR = 2
_LOG_BYTES = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An unprivileged user to run a child as."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessCommand:
    """A child process as it should be started, asynchronously or not."""

    name: str
    """What people call it in messages."""
    argv: tuple[str, ...]
    stop_signal: signal.Signals
    """Asks it to end in order."""
    death_signal: signal.Signals
    """What the kernel sends it when the thread that started it dies (Linux only)."""
    env: Mapping[str, str]
    cwd: Path | None = None
    account: Account | None = None
    log: Path | None = None
    """Where its output goes; without one, to our stderr, so that stdout stays ours."""
    drops_stdout: bool = False
    """Without a log: whether only its stderr is shown."""
    waits: bool = False
    """Whether it stands at the starting gate until it is told to begin."""

    @contextmanager
    def popen_arguments(self) -> Iterator[dict[str, Any]]:
        """Keyword arguments for `subprocess.Popen` and its asyncio counterpart, valid inside the block.

        Start the child from the main thread: the death signal follows the thread, not the process.
        """
        log = _open_log(self.log) if self.log else None
        try:
            yield {
                "stdin": subprocess.PIPE if self.waits else subprocess.DEVNULL,
                "stdout": log if log is not None else subprocess.DEVNULL if self.drops_stdout else _STDERR,
                "stderr": None if log is None else log,
                "cwd": self.cwd,
                "env": dict(self.env),
                # Ctrl-C in the terminal must reach the supervisor alone.
                "start_new_session": True,
                "preexec_fn": tether(self.death_signal),
                **run_as(self.account),
            }
        finally:
            if log is not None:
                os.close(log)


def run_as(account: Account | None) -> dict[str, Any]:
    """The arguments of `subprocess` that change the child's user."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def tether(death_signal: signal.Signals) -> Callable[[], None] | None:
    """Makes a function that runs in the child, after its user has changed (which would clear the setting): when the
    thread that started the child dies, the kernel sends it the signal."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, int(death_signal))
        # The parent may have died before the setting took effect.
        if os.getppid() != parent:
            os._exit(1)

    return tie


def _open_log(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > _LOG_BYTES:
        path.replace(path.with_name(f"{path.name}.1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
