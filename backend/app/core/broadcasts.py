"""What comes to all workers at once through Redis (remote control, monitors' events) may be anything: it is read with
care, so that no message ends a worker."""

from collections.abc import Mapping
from typing import Any

from kombu.transport import redis
from kombu.utils.json import loads

from app.core.seldom import Seldom

_MESSAGES = frozenset({"message", "pmessage", b"message", b"pmessage"})

_NUMBERS = ("clock", "timestamp", "utcoffset", "local_received", "pid", "freq")
_WORDS = ("type", "hostname", "method")

_ignored = Seldom()


class CarefulChannel(redis.Channel):
    """Kombu lets an error in such a message out into Celery's loop, where it ends the worker."""

    def _handle_message(self, client: Any, response: Any) -> Any:
        payload = super()._handle_message(client, response)  # type: ignore[misc]
        if payload["data"] and payload["type"] in _MESSAGES and not self._is_readable(payload["data"]):
            _ignored.warn("broadcast_ignored", reason="it cannot be read")
            return {**payload, "data": None}
        return payload

    def _is_readable(self, data: Any) -> bool:
        try:
            message = self.message_to_python(loads(data))
            message.accept = {"application/json"}
            body = message.decode()
            parts = body if isinstance(body, list) else [body]
            return isinstance(message.headers, Mapping) and all(map(_has_known_types, parts))
        except Exception:  # noqa: BLE001 - anybody may write anything
            return False

    def _deliver_fanout_message(self, message: Any, exchange: str) -> bool:
        try:
            return bool(super()._deliver_fanout_message(message, exchange))  # type: ignore[misc]
        except Exception as error:
            # Kombu counts a KeyError among those of the connection, and would make it anew.
            if isinstance(error, redis.Transport.connection_errors) and not isinstance(error, KeyError):
                raise
            _ignored.warn("broadcast_ignored", reason=type(error).__name__)
            return True


class CarefulTransport(redis.Transport):
    Channel = CarefulChannel


def _has_known_types(part: object) -> bool:
    """Whether what Celery computes with, in an event, can be computed with."""
    if not isinstance(part, Mapping):
        return False
    numbers = all(isinstance(part.get(name) or 0, int | float) for name in _NUMBERS)
    return numbers and all(isinstance(part.get(name) or "", str) for name in _WORDS)
