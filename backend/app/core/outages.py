"""Whether the database and Redis answer this process: the log says once that one is away, and once that it is back."""

import threading
import time

import structlog

log = structlog.get_logger()


class Outage:
    """Told of every call that fails for it, and of every one that does not; from any thread."""

    def __init__(self, dependency: str) -> None:
        self._dependency = dependency
        self._since: float | None = None
        self._failed = 0
        self._lock = threading.Lock()

    def noticed(self, error: BaseException) -> None:
        """A call has failed because the dependency is away."""
        with self._lock:
            first = self._since is None
            if first:
                self._since, self._failed = time.monotonic(), 0
            self._failed += 1
        if first:
            log.warning("dependency_unavailable", dependency=self._dependency, error=type(error).__name__)

    def over(self) -> None:
        """A call has been answered."""
        if self._since is None:
            return
        with self._lock:
            since, self._since = self._since, None
        if since is not None:
            seconds = round(time.monotonic() - since, 1)
            log.info("dependency_recovered", dependency=self._dependency, seconds=seconds, failed_calls=self._failed)


database = Outage("database")
redis = Outage("redis")
