"""How long the rest will take, judged by what has been finished lately. The web app does the same
(`frontend/src/features/run/timeLeft.ts`)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from app.domain.tasks import Progress

ENOUGH = 2
"""Concepts that must have finished before anything is said."""
RECENT = 20
"""Concepts whose pace counts: older ones are forgotten, as the author may have become slower or faster."""
STALLED = 3
"""So many times the usual time between two moments may pass without a new one; then the pace is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When so many had finished. Batches come at once, so only moments at which something arrived are compared."""

    at: datetime
    finished: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Measured by the events' own times, since after a lost connection many arrive at once.

    `moments` are those that count, oldest first; `heard` is when the newest was heard of, on a monotonic clock in
    seconds.
    """

    moments: tuple[Moment, ...]
    heard: float

    @classmethod
    def begun(cls, at: datetime, now: float, progress: Progress) -> Self:
        return cls(moments=(Moment(at=at, finished=_finished(progress)),), heard=now)

    def observed(self, at: datetime, now: float, progress: Progress) -> "Pace":
        """The pace after an event with which some more may have finished."""
        finished = _finished(progress)
        if finished == self.moments[-1].finished:
            return self
        if finished < self.moments[-1].finished:
            return Pace.begun(at, now, progress)
        moments = (*self.moments, Moment(at=at, finished=finished))
        # The oldest one after which enough has been finished begins what counts.
        first = max((place for place, one in enumerate(moments) if finished - one.finished >= RECENT), default=0)
        return Pace(moments=moments[first:], heard=now)

    def remaining(self, now: float, progress: Progress) -> float | None:
        """Seconds until everything is finished; None while that cannot be told."""
        oldest, newest = self.moments[0], self.moments[-1]
        left = progress.total - newest.finished
        count, taken = newest.finished - oldest.finished, (newest.at - oldest.at).total_seconds()
        if count < ENOUGH or taken <= 0 or left <= 0:
            return None
        quiet = now - self.heard
        if quiet > STALLED * taken / (len(self.moments) - 1):
            return None
        expected = left * taken / count - quiet
        return expected if expected >= 1 else None


def _finished(progress: Progress) -> int:
    return progress.completed + progress.partial + progress.failed
