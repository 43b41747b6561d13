"""Points at which a worker can be told to die, to prove that nothing is lost there (`GREENWAY_FAILPOINT`)."""

import os
import signal
from enum import StrEnum


class Failpoint(StrEnum):
    AFTER_CLAIM = "after_claim"
    """A task has been claimed, nothing else is written."""
    AFTER_AGENT = "after_agent"
    """The author has returned, its result is in memory alone."""
    BEFORE_COMMIT = "before_commit"
    """A batch is about to be written and committed."""
    AFTER_COMMIT = "after_commit"
    """A batch is committed, its events are not published."""
    AFTER_PUBLISH = "after_publish"
    """Events are published."""
    DURING_DRAIN = "during_drain"
    """The worker has been asked to stop, and has begun to."""


_armed: tuple[Failpoint, int] | None = None


def arm(setting: str | None) -> None:
    """Die at a point: `name` at the first time that it is reached, `name:3` at the third."""
    global _armed
    if setting is None:
        _armed = None
        return
    name, _, times = setting.partition(":")
    _armed = Failpoint(name), int(times or 1)


def reach(point: Failpoint) -> None:
    """Die here, as if killed, if that is what is armed."""
    global _armed
    if _armed is None or _armed[0] != point:
        return
    _armed = point, _armed[1] - 1
    if _armed[1] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
