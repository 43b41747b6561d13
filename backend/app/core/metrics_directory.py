"""Where the processes of a worker share their metrics: in the directory that the user has set, else in one of ours."""

import os
import shutil
import tempfile

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Prometheus's own name for it."""

_ours: str | None = None


def choose_directory() -> None:
    """Make a directory, unless the user has set one."""
    global _ours
    if VARIABLE not in os.environ:
        _ours = os.environ[VARIABLE] = tempfile.mkdtemp(prefix="greenway-metrics-")


def remove_own_directory() -> None:
    """Remove the directory that `choose_directory` has made; the user's stays, with what others keep there."""
    if _ours is not None:
        shutil.rmtree(_ours, ignore_errors=True)
