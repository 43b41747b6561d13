"""Kombu's transport over Redis, where every client may write anything: it is read with care, so that nothing ends
a worker. That goes for queues and for what all workers hear at once (remote control, monitors' events)."""

from collections.abc import Mapping
from queue import Empty
from typing import Any

from celery.utils.dispatch import Signal
from kombu.transport import redis
from kombu.utils.json import loads
from redis.exceptions import ResponseError

from app.core.rate_limited_log import RateLimitedLog
from app.core.redis_types import CarefulRedis, remove_of_other_types

_MESSAGES = frozenset({"message", "pmessage", b"message", b"pmessage"})

_NUMBERS = ("clock", "timestamp", "utcoffset", "local_received", "pid", "freq")
_WORDS = ("type", "hostname", "method")

_ignored = RateLimitedLog()

message_ignored = Signal(name="message_ignored")
"""Sent for every message that was dropped since it cannot be read."""


def ignore(event: str, reason: str) -> None:
    """Say, once in a while, and count that a message was dropped."""
    _ignored.warn(event, reason=reason)
    message_ignored.send(sender=event.removesuffix("_ignored"))


class CarefulQoS(redis.QoS):
    def restore_by_tag(self, tag: str, client: Any = None, leftmost: bool = False) -> None:
        """Put a message back that was not acknowledged in time; one that cannot be read is dropped."""
        try:
            super().restore_by_tag(tag, client=client, leftmost=leftmost)
        except Exception as error:
            if _is_of_the_connection(error):
                raise
            self._remove_from_indices(tag).execute()  # type: ignore[attr-defined]
            ignore("message_ignored", type(error).__name__)


class CarefulChannel(redis.Channel):
    """Kombu lets an error in a message out into Celery's loop, where it ends the worker."""

    QoS = CarefulQoS

    def _get_client(self) -> type[CarefulRedis]:
        return CarefulRedis

    def get_table(self, exchange: str) -> list[Any]:
        """The queues that are bound to an exchange; what is no binding is left out."""
        return [binding for binding in super().get_table(exchange) if len(binding) == len(("key", "pattern", "queue"))]

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[misc]
        except Empty:
            raise
        except ResponseError:
            if not self._remove_what_is_no_queue():
                raise
            ignore("message_ignored", "no queue")
            return True
        except Exception as error:
            if _is_of_the_connection(error):
                raise
            ignore("message_ignored", type(error).__name__)
            return True

    def _remove_what_is_no_queue(self) -> int:
        """What has the name of a queue and is none refuses every read; gives how many there were."""
        names = ((queue, step) for queue in self.active_queues for step in self.priority_steps)
        keys = [self._q_for_pri(*name) for name in names]  # type: ignore[attr-defined]
        with self.conn_or_acquire() as client:
            return remove_of_other_types(client, keys)

    def _handle_message(self, client: Any, response: Any) -> Any:
        payload = super()._handle_message(client, response)  # type: ignore[misc]
        if payload["data"] and payload["type"] in _MESSAGES and not self._is_readable(payload["data"]):
            ignore("broadcast_ignored", "it cannot be read")
            return {**payload, "data": None}
        return payload

    def _is_readable(self, data: Any) -> bool:
        try:
            message = self.message_to_python(loads(data))
            message.accept = {"application/json"}
            body = message.decode()
            parts = body if isinstance(body, list) else [body]
            return isinstance(message.headers, Mapping) and all(map(_has_known_types, parts))
        except Exception:  # noqa: BLE001 - every client may write anything
            return False

    def _deliver_fanout_message(self, message: Any, exchange: str) -> bool:
        try:
            return bool(super()._deliver_fanout_message(message, exchange))  # type: ignore[misc]
        except Exception as error:
            if _is_of_the_connection(error):
                raise
            ignore("broadcast_ignored", type(error).__name__)
            return True


class CarefulTransport(redis.Transport):
    Channel = CarefulChannel


def _is_of_the_connection(error: Exception) -> bool:
    """Kombu counts a KeyError among those, and would make the connection anew."""
    return isinstance(error, redis.Transport.connection_errors) and not isinstance(error, KeyError)


def _has_known_types(part: object) -> bool:
    """Whether what Celery computes with, in an event, can be computed with."""
    if not isinstance(part, Mapping):
        return False
    numbers = all(isinstance(part.get(name) or 0, int | float) for name in _NUMBERS)
    return numbers and all(isinstance(part.get(name) or "", str) for name in _WORDS)
