"""Processes of an earlier `greenway up` that was killed before it could stop them.

On Linux the kernel ends them together with it; elsewhere the next start has to.
"""

import signal
from collections.abc import Iterable

import psutil
from pydantic import BaseModel, ConfigDict

from app.embedded.child import Child

_GRACE_SECONDS = 10
# The time of its start is counted from the machine's, which moves when the clock is set right.
_CLOCK_SECONDS = 2


class ProcessRecord(BaseModel):
    """Identifies a child beyond the reuse of process numbers."""

    model_config = ConfigDict(frozen=True)

    name: str
    pid: int
    created: float
    stop_signal: signal.Signals


def record(child: Child) -> ProcessRecord | None:
    """None if it has ended already."""
    try:
        created = psutil.Process(child.pid).create_time()
    except psutil.NoSuchProcess:
        return None
    command = child.command
    return ProcessRecord(name=command.name, pid=child.pid, created=created, stop_signal=command.stop_signal)


def record_of_this_process(name: str) -> ProcessRecord:
    process = psutil.Process()
    return ProcessRecord(name=name, pid=process.pid, created=process.create_time(), stop_signal=signal.SIGTERM)


def still_runs(recorded: ProcessRecord) -> bool:
    """Whether the process is there; another one that has got its number since is not it."""
    try:
        return abs(psutil.Process(recorded.pid).create_time() - recorded.created) < _CLOCK_SECONDS
    except psutil.Error:
        return False


def end_leftovers(records: Iterable[ProcessRecord]) -> None:
    """Ends those of the recorded processes that still run."""
    found = []
    for recorded in records:
        try:
            process = psutil.Process(recorded.pid)
            if abs(process.create_time() - recorded.created) < _CLOCK_SECONDS:
                process.send_signal(recorded.stop_signal)
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            # Ended, or its number belongs to another user's process now.
            continue
    _, alive = psutil.wait_procs(found, timeout=_GRACE_SECONDS)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=_GRACE_SECONDS)
