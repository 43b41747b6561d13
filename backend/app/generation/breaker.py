"""The circuit breaker: notices that the run must pause, before every further call fails or costs too much."""

from app.domain.failures import Failure, FailureCode, failure
from app.domain.usage import NOTHING, Usage

BUGS = 6
"""Bugs of the author in a row after which the run pauses: those of two concepts, as one may be the concept's own."""


class CircuitBreaker:
    """Trips after `threshold` authentication or quota failures without a success in between, after `BUGS` bugs, or
    when what was spent reaches `max_cost_usd` (US dollars; None for no limit). `language` is the learner's."""

    def __init__(
        self,
        *,
        threshold: int = 3,
        max_cost_usd: float | None = None,
        spent: Usage = NOTHING,
        language: str = "en",
    ) -> None:
        self._threshold = threshold
        self._max_cost_usd = max_cost_usd
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
        limit = self._max_cost_usd
        if self.reason is None and limit is not None and self._spent.cost_usd >= limit:
            self.reason = failure(FailureCode.BUDGET, self._language, limit=f"{limit:.2f}")
