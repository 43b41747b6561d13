"""Takes Celery's messages apart before Celery does: a doorbell is made anew from the little that it says, and all
else is dropped."""

from collections.abc import Callable, Mapping
from typing import Any

from celery.utils.log import get_logger
from celery.worker.consumer import Consumer
from kombu import Message
from kombu.utils.json import dumps

from app.core.celery_app import DRAFT_ROADMAP, GENERATE_CONTENT
from app.core.redis_transport import ignore

log = get_logger(__name__)

LONGEST_BODY = 4096
"""Bytes of a message; a doorbell has about a hundred."""
LONGEST_ID = 100
"""Characters of a task's id, and of a message's."""

NO_LIMITS: dict[str, Any] = {
    "retries": 0,
    "eta": None,
    "expires": None,
    "timelimit": [None, None],
    "group": None,
    "parent_id": None,
}
NOTHING_FOLLOWS = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}


class CarefulConsumer(Consumer):
    """Celery trusts the form of a message, and ends the worker when it is another."""

    def create_task_handler(self, *args: Any, **kwargs: Any) -> Callable[[Message], None]:
        handle = super().create_task_handler(*args, **kwargs)

        def on_task_received(message: Message) -> None:
            if _is_doorbell(message):
                handle(message)
            else:
                message.reject_log_error(log, self.connection_errors)  # type: ignore[attr-defined]
                ignore("message_ignored", "no doorbell")

        return on_task_received

    def on_decode_error(self, message: Message, exc: Exception) -> None:
        """Celery would write all that the message holds into the log."""
        message.reject_log_error(log, self.connection_errors)  # type: ignore[attr-defined]
        ignore("message_ignored", type(exc).__name__)


def _is_doorbell(message: Message) -> bool:
    try:
        return _made_anew(message)
    except Exception:  # noqa: BLE001 - every client of Redis may write anything into a queue
        return False


def _made_anew(message: Message) -> bool:
    """Remove everything from a message but which task is to be run. False when it does not say that."""
    headers, body = message.headers, message.body
    if not isinstance(headers, Mapping) or not isinstance(body, str | bytes) or len(body) > LONGEST_BODY:
        return False
    name, call = headers.get("task"), message.payload
    if name not in (GENERATE_CONTENT, DRAFT_ROADMAP) or not isinstance(call, list) or len(call) != 3:
        return False
    task_id = _task_id(*call[:2])
    if task_id is None:
        return False
    own_id = headers.get("id")
    message_id = own_id if isinstance(own_id, str) and 0 < len(own_id) <= LONGEST_ID else task_id
    message.headers = {
        **NO_LIMITS,
        "lang": "py",
        "task": name,
        "id": message_id,
        "root_id": message_id,
        "argsrepr": repr((task_id,)),
        "kwargsrepr": "{}",
    }
    message.body = dumps([[task_id], {}, NOTHING_FOLLOWS])
    message.properties = {**message.properties, "reply_to": "", "correlation_id": message_id}
    message.content_encoding = "utf-8"
    message._decoded_cache = None  # type: ignore[attr-defined]
    return True


def _task_id(args: object, kwargs: object) -> str | None:
    if not isinstance(args, list) or not isinstance(kwargs, Mapping):
        return None
    values = [*args, *kwargs.values()]
    named = not kwargs or list(kwargs) == ["task_id"]
    if not named or len(values) != 1 or not isinstance(values[0], str) or len(values[0]) > LONGEST_ID:
        return None
    return values[0]
