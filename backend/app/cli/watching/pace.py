"""How long the rest will take, judged by what has been finished so far."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from app.domain.tasks import Progress

ENOUGH = 2
"""Concepts that must have finished before anything is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Measured by the events' own times, since after a lost connection many arrive at once.

    `finished` counts from the beginning on; `heard` is when the newest was heard of, on a monotonic clock in seconds.
    """

    began: datetime
    finished_before: int
    finished: int = 0
    newest: datetime
    heard: float

    @classmethod
    def begun(cls, at: datetime, now: float, progress: Progress) -> Self:
        return cls(began=at, finished_before=_finished(progress), newest=at, heard=now)

    def observed(self, at: datetime, now: float, progress: Progress) -> "Pace":
        """The pace after an event with which some more may have finished."""
        finished = _finished(progress) - self.finished_before
        return self if finished == self.finished else replace(self, finished=finished, newest=at, heard=now)

    def remaining(self, now: float, progress: Progress) -> float | None:
        """Seconds until everything is finished; None while that cannot be told."""
        left = progress.total - _finished(progress)
        taken = (self.newest - self.began).total_seconds()
        if self.finished < ENOUGH or taken <= 0 or left == 0:
            return None
        expected = left * taken / self.finished - (now - self.heard)
        return expected if expected >= 1 else None


def _finished(progress: Progress) -> int:
    return progress.completed + progress.partial + progress.failed
