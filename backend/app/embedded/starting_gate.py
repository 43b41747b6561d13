"""Lets a process import what it needs while the servers start, and begin when they are there.

A child at the gate reads its stdin. The parent writes a line when it may begin; the end of the parent ends it, too.
"""

import sys

OPTION = "--when-told"
"""With which `api` and `worker` wait at the gate."""
GO = b"go\n"


def wait_until_told() -> None:
    """
    Raises:
        SystemExit: whoever would have told us has gone.
    """
    if sys.stdin.buffer.readline() != GO:
        raise SystemExit(1)
