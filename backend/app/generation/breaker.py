"""The circuit breaker: notices that every further call to the model would fail too."""

from app.domain.content import Failure


class CircuitBreaker:
    """Trips after `threshold` authentication or quota failures without a success in between."""

    def __init__(self, threshold: int = 3) -> None:
        self._threshold = threshold
        self._failures = 0
        self.reason: Failure | None = None
        """Why it has tripped; None while it has not."""

    def record(self, failure: Failure | None) -> None:
        """Count one call: its failure, or None for a success."""
        if failure is None:
            self._failures = 0
        elif failure.code.stops_the_run:
            self._failures += 1
            if self._failures >= self._threshold:
                self.reason = failure
