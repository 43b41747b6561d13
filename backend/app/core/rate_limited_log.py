"""Warnings about what clients send: at most one line a minute, however much they send."""

import time

import structlog

QUIET_FOR = 60.0
"""Seconds between two lines."""
SHOWN = 200
"""Characters that a field shows at most; others choose what is in it."""

log = structlog.get_logger()


class RateLimitedLog:
    """Counts what it does not say, and tells how many there were with the next line."""

    def __init__(self) -> None:
        self._quiet_until = 0.0
        self._messages = 0

    def warn(self, event: str, **fields: str) -> None:
        self._messages += 1
        now = time.monotonic()
        if now >= self._quiet_until:
            shown = {name: value[:SHOWN] for name, value in fields.items()}
            log.warning(event, **shown, messages=self._messages)
            self._quiet_until, self._messages = now + QUIET_FOR, 0
