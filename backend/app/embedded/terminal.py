"""What `greenway up` says: a few status lines on stdout, warnings on stderr."""

import os
import sys
from typing import TextIO


class Terminal:
    """Writes nothing more once its reader has gone."""

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._err = err or sys.stderr

    def status(self, line: str) -> None:
        _write(self._out, line)

    def warning(self, line: str) -> None:
        _write(self._err, line)


def _write(stream: TextIO, line: str) -> None:
    try:
        stream.write(f"{line}\n")
        stream.flush()
    except OSError:
        # The pipe or the terminal is gone, which must not keep us from stopping in order. What the stream still
        # holds goes nowhere, or Python would fail on it at its end.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
