"""The runtime of this process: made when first needed, and made anew after a fork."""

import os
import threading
from collections.abc import Iterable
from uuid import UUID, uuid4

from app.core.settings import load_settings
from app.services.dead_workers import worker_id
from app.tasks.runtime import WorkerRuntime

_lock = threading.Lock()
_runtime: tuple[int, WorkerRuntime] | None = None
_launch_id: UUID = uuid4()
_capacity = 1
_queues: tuple[str, ...] = ()


def set_launch(launch_id: UUID) -> None:
    """By which a parent knows this process, and this one its children."""
    global _launch_id
    _launch_id = launch_id


def launch_id() -> UUID:
    return _launch_id


def set_capacity(tasks: int) -> None:
    """How many tasks this process runs at once: Celery's threads, or one in a prefork child."""
    global _capacity
    _capacity = tasks


def set_queues(queues: Iterable[str]) -> None:
    """Which queues this worker listens to."""
    global _queues
    _queues = tuple(queues)


def current_runtime() -> WorkerRuntime:
    global _runtime
    with _lock:
        if _runtime is None or _runtime[0] != os.getpid():
            runtime = WorkerRuntime(
                load_settings(), worker_id=worker_id(_launch_id), capacity=_capacity, queues=_queues
            )
            runtime.start()
            _runtime = (os.getpid(), runtime)
        return _runtime[1]


def existing_runtime() -> WorkerRuntime | None:
    """The runtime of this process, if it has one."""
    return _runtime[1] if _runtime is not None and _runtime[0] == os.getpid() else None
