"""How long the rest will take, judged by what has been finished so far."""

from dataclasses import dataclass, replace
from typing import Self

from app.domain.tasks import Progress

ENOUGH = 2
"""Concepts that must have finished before anything is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Times are readings of a monotonic clock, in seconds; `finished` counts from the beginning on."""

    began: float
    finished_before: int
    finished: int = 0
    newest: float = 0.0

    @classmethod
    def begun(cls, now: float, progress: Progress) -> Self:
        return cls(began=now, finished_before=_finished(progress))

    def observed(self, now: float, progress: Progress) -> "Pace":
        """The pace once some more may have finished."""
        finished = _finished(progress) - self.finished_before
        return self if finished == self.finished else replace(self, finished=finished, newest=now)

    def remaining(self, now: float, progress: Progress) -> float | None:
        """Seconds until everything is finished; None while that cannot be told."""
        left = progress.total - _finished(progress)
        if self.finished < ENOUGH or self.newest <= self.began or left == 0:
            return None
        expected = left * (self.newest - self.began) / self.finished - (now - self.newest)
        return expected if expected > 0 else None


def _finished(progress: Progress) -> int:
    return progress.completed + progress.partial + progress.failed
