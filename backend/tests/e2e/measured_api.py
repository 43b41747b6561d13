"""`greenway api` whose event loop notes how long its longest callback took, in seconds of this thread's processor time.

    python -m e2e.measured_api NOTES --port PORT

The file NOTES says what took longest since the start or the last SIGUSR1. The loop is asyncio's own, which can be
measured from inside.
"""

import asyncio
import signal
import sys
import time
from asyncio.events import Handle
from pathlib import Path
from typing import Any

sys.modules["uvloop"] = None  # type: ignore[assignment]

_run = Handle._run
_longest = 0.0


def _measured(handle: Any) -> None:
    global _longest
    before = time.thread_time()
    _run(handle)
    took = time.thread_time() - before
    if took > _longest and asyncio._get_running_loop() is not None:
        _longest = took
        NOTES.write_text(f"{took:.4f} {handle!r}"[:2000])


def _start_anew(*_: object) -> None:
    global _longest
    _longest = 0.0


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, _start_anew)
    NOTES = Path(sys.argv.pop(1))
    sys.argv[1:1] = ["api"]
    from app.cli import main  # after uvloop was put aside

    setattr(Handle, "_run", _measured)  # noqa: B010 - mypy knows it as a method
    main()
