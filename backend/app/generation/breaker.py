"""The circuit breaker: notices that the run must pause, before every further call fails or costs too much."""

from dataclasses import dataclass

from app.domain.failures import Failure, FailureCode, failure
from app.domain.usage import NOTHING, Usage

BUGS = 6
"""Bugs of the author in a row after which the run pauses: those of two concepts, as one may be the concept's own."""


@dataclass(slots=True)
class MonthlySpending:
    """What all tasks have cost this month, in US dollars, and what they may cost; None for no limit. Shared by the runs
    of a process, each of which adds to it; the process corrects it by what is stored."""

    spent: float = 0.0
    limit: float | None = None


class CircuitBreaker:
    """Trips after `threshold` authentication or quota failures without a success in between, after `BUGS` bugs, or
    when what was spent reaches `max_cost_usd` (US dollars; None for no limit) or the limit of the month. `language` is
    the learner's."""

    def __init__(
        self,
        *,
        threshold: int = 3,
        max_cost_usd: float | None = None,
        spent: Usage = NOTHING,
        month: MonthlySpending | None = None,
        language: str = "en",
    ) -> None:
        self._threshold = threshold
        self._max_cost_usd = max_cost_usd
        self._month = month or MonthlySpending()
        self._language = language
        self._spent = spent
        self._failures = 0
        self._bugs = 0
        self.reason: Failure | None = None
        """Why it has tripped; None while it has not."""
        self._check_cost()

    def record(self, failure: Failure | None, usage: Usage = NOTHING) -> None:
        """Count one artefact: its failure, or None for a success, and what it has cost."""
        self._spent += usage
        self._month.spent += usage.cost_usd
        if failure is None:
            self._failures = self._bugs = 0
        elif failure.code == FailureCode.INTERNAL:
            self._bugs += 1
            if self._bugs >= BUGS:
                self.reason = failure
        elif failure.code.stops_the_run:
            self._failures += 1
            if self._failures >= self._threshold:
                self.reason = failure
        self._check_cost()

    def _check_cost(self) -> None:
        if self.reason is None and _is_reached(self._max_cost_usd, self._spent.cost_usd):
            self.reason = failure(FailureCode.BUDGET, self._language, limit=f"{self._max_cost_usd:.2f}")
        if self.reason is None and _is_reached(self._month.limit, self._month.spent):
            limit = f"{self._month.limit:.2f}"
            self.reason = failure(FailureCode.BUDGET, self._language, case="month", limit=limit)


def _is_reached(limit: float | None, spent: float) -> bool:
    return limit is not None and spent >= limit
