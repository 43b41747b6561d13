"""What an earlier PostgreSQL server on the same data directory left behind: a lock file, or itself."""

from pathlib import Path

import psutil

from app.core.errors import ConfigurationError

_SHUTDOWN_SECONDS = 20


def clear_previous_server(directory: Path, timeout: float = _SHUTDOWN_SECONDS) -> None:
    """Waits for an earlier server that is still shutting down, and removes a lock that no process holds.

    After a power loss the process number in the lock may belong to any other program, in a container often to
    one of our own; PostgreSQL would take that for a running server and refuse to start. Only call this while
    holding Greenway's own lock on the data.
    """
    lock = directory / "postmaster.pid"
    if not lock.exists():
        return
    # A server that was killed leaves sessions behind that end a moment later.
    processes = [process for process in psutil.process_iter() if _serves(process, directory)]
    _, alive = psutil.wait_procs(processes, timeout=timeout)
    if alive:
        raise ConfigurationError(f"Another PostgreSQL server is using {directory} (process {alive[0].pid}).")
    lock.unlink(missing_ok=True)


def _serves(process: psutil.Process, directory: Path) -> bool:
    """Whether it belongs to a server of this directory: all of a server's processes work in it."""
    try:
        return process.name() == "postgres" and Path(process.cwd()).samefile(directory)
    except (psutil.NoSuchProcess, psutil.AccessDenied, FileNotFoundError, PermissionError):
        # Gone, or another user's, which can't be a server of ours.
        return False
