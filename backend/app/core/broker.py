"""Celery's connection: got back every second, with one line in the log instead of one a try, and read with care."""

from collections.abc import Callable
from typing import Any

from celery.app.amqp import AMQP
from kombu import Connection
from kombu.transport.virtual import Transport

from app.core.redis_transport import CarefulTransport

RECONNECT_EVERY = 1
"""Seconds between two tries. Kombu's own pauses grow to 30 s, which tasks would have to wait once Redis is back."""


class EagerConnection(Connection):
    def get_transport_cls(self) -> type[Transport]:
        """Redis, read with care."""
        return CarefulTransport

    def ensure_connection(self, *args: Any, **kwargs: Any) -> "EagerConnection":
        """Takes what kombu's method takes, of which the callers only use `errback`, `max_retries` and `callback`."""
        errback, *rest = args or (kwargs.pop("errback", None),)
        kwargs |= {"interval_start": RECONNECT_EVERY, "interval_step": 0, "interval_max": RECONNECT_EVERY}
        super().ensure_connection(_once(errback), *rest, **kwargs)
        return self


class EagerAMQP(AMQP):
    Connection = EagerConnection


def _once(errback: Callable[[Exception, float], None] | None) -> Callable[[Exception, float], None]:
    told = errback is None

    def tell(error: Exception, interval: float) -> None:
        nonlocal told
        if not told and errback is not None:
            errback(error, interval)
        told = True

    return tell
