"""`greenway api` whose event loop notes how long its longest callback took, beside the parsing of a JSON document.

    python -m e2e.measured_api NOTES --port PORT

The file NOTES says what took longest since the start or the last SIGUSR1, as a multiple of the processor time that
`json.loads` takes at the same moment for a document as long as the longest body. Seconds would say how busy the machine
is. The loop is asyncio's own, which can be measured from inside.
"""

import asyncio
import json
import signal
import sys
import time
from asyncio.events import Handle
from pathlib import Path
from typing import Any

sys.modules["uvloop"] = None  # type: ignore[assignment]

_run = Handle._run
_longest = 0.0
_WORTH_NOTING = 0.005
"""Seconds."""
_DOCUMENT = json.dumps([{"concept_id": f"c{number}", "name": f"Concept {number}"} for number in range(20_900)])


def _parsing() -> float:
    """Seconds of processor time, the shortest of three."""
    took = []
    for _ in range(3):
        before = time.thread_time()
        json.loads(_DOCUMENT)
        took.append(time.thread_time() - before)
    return min(took)


def _measured(handle: Any) -> None:
    global _longest
    before = time.thread_time()
    _run(handle)
    took = time.thread_time() - before
    if took > _WORTH_NOTING and asyncio._get_running_loop() is not None and (times := took / _parsing()) > _longest:
        _longest = times
        NOTES.write_text(f"{times:.2f} {took:.4f} s {handle!r}"[:2000])


def _start_anew(*_: object) -> None:
    global _longest
    _longest = 0.0


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, _start_anew)
    NOTES = Path(sys.argv.pop(1))
    NOTES.write_text("0")
    sys.argv[1:1] = ["api"]
    from app.cli import main  # after uvloop was put aside

    setattr(Handle, "_run", _measured)  # noqa: B010 - mypy knows it as a method
    main()
