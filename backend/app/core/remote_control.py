"""Celery's remote control: monitors may look, and messages that stop or change a worker need a setting.

Who may do what is decided here, in the mailbox's node, before Celery looks a command up: what is not named is refused.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from celery.app.control import Control
from celery.worker import state as requests_of_worker
from celery.worker.control import Panel, inspect_command
from kombu.exceptions import OperationalError
from kombu.pidbox import Mailbox, Node
from kombu.utils.functional import maybe_list
from redis.exceptions import RedisError

from app.core.rate_limited_log import RateLimitedLog
from app.core.settings import load_settings

CONTROL_SETTING = "GREENWAY_CELERY_CONTROL"

LOOKS = frozenset(
    {"active", "active_queues", "clock", "conf", "hello", "memsample", "ping", "query_task", "registered"}
)
LOOKS |= {"report", "reserved", "revoked", "scheduled", "stats"}
LOOKS |= {"dump_active", "dump_conf", "dump_reserved", "dump_revoked", "dump_schedule", "dump_tasks"}
"""They read, in memory, and answer."""
TELLS = frozenset({"enable_events", "disable_events", "heartbeat"})
"""Of Celery's type `control`, but they only decide what monitors hear; Flower sends the first one by itself."""
NEVER = frozenset({"objgraph", "memdump"})
"""They write files, need libraries that are not installed, or print to the worker's output."""

_SECRET = re.compile("pass|secret|token|credential", re.IGNORECASE)
_MASK = "********"

_complaints = RateLimitedLog()

log = structlog.get_logger()


@inspect_command(args=[("ids", str)], variadic="ids", signature="[id1 [id2 [... [idN]]]]")
def query_task(_: Any, ids: str | Sequence[str], **__: Any) -> dict[str, tuple[str, Any]]:
    """In place of Celery's, which forgets a task that runs once another message with its id has been answered: a task
    that has to wait is rung for again."""
    held = {
        "scheduled": requests_of_worker.scheduled_requests,  # type: ignore[attr-defined]
        "reserved": requests_of_worker.reserved_requests,
        "active": requests_of_worker.active_requests,  # they are among the reserved ones, too
    }
    asked = set(maybe_list(ids))
    return {one.id: (state, one.info()) for state, all_ in held.items() for one in list(all_) if one.id in asked}


class GuardedNode(Node):
    """A worker's end of the mailbox. It answers every message, and raises nothing but Celery's orders to stop."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._allows_all = load_settings().celery_control == "all"

    def handle_message(self, body: Any, message: Any = None) -> None:
        try:
            self._handle_message(body, message)
        except (OperationalError, OSError, RedisError):
            # The answer found no broker. The worker's own connection notices, and is made anew.
            log.debug("control_reply_failed")
        except Exception as error:  # noqa: BLE001 - every client of Redis may write anything into the mailbox
            _complaints.warn("control_message_ignored", reason=type(error).__name__)

    def _handle_message(self, body: Any, message: Any) -> None:
        if not isinstance(body, Mapping) or not isinstance(body.get("method"), str):
            _complaints.warn("control_message_ignored", reason="not a command")
            return
        super().handle_message(body, message)

    def dispatch(
        self,
        method: str,
        arguments: Mapping[str, Any] | None = None,
        reply_to: Mapping[str, str] | None = None,
        ticket: str | None = None,
        **_: Any,
    ) -> Any:
        try:
            answer = self._answer(method, dict(arguments or {}))
        except Exception as error:  # noqa: BLE001 - wrong arguments, and their consequences, are the sender's
            answer = {"error": f"{method} failed: {error}"}
        if isinstance(answer, dict) and "error" in answer:
            _complaints.warn("control_command_refused", command=method, reason=str(answer["error"]))
        if reply_to:
            exchange, routing_key = reply_to["exchange"], reply_to["routing_key"]
            self.reply({self.hostname: answer}, exchange=exchange, routing_key=routing_key, ticket=ticket)
        return answer

    def _answer(self, method: str, arguments: dict[str, Any]) -> Any:
        if method in NEVER:
            return {"error": f"{method} is not supported by Greenway's workers."}
        if method not in Panel.data:
            return {"error": f"There is no command {method}."}
        if method not in LOOKS | TELLS and not self._allows_all:
            reason = "it could stop or change this worker"
            return {"error": f"{method} is not allowed: {reason}. {CONTROL_SETTING}=all allows it."}
        if method == "hello":
            arguments.pop("revoked", None)  # it would make this worker deaf to those tasks
        return _masked(self.handle(method, arguments))


class GuardedMailbox(Mailbox):
    node_cls = GuardedNode


class GuardedControl(Control):
    Mailbox = GuardedMailbox


def _masked(answer: Any) -> Any:
    """Celery masks the passwords in addresses; this masks those in options, such as a certificate's."""
    if isinstance(answer, Mapping):
        return {
            name: _MASK if value and isinstance(name, str) and _SECRET.search(name) else _masked(value)
            for name, value in answer.items()
        }
    return [_masked(one) for one in answer] if isinstance(answer, list | tuple) else answer
