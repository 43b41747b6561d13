"""Where Celery's life cycle meets ours: when the runtime starts, drains and stops, in threads and after forks."""

import asyncio
import os
import signal
import threading
from typing import Any
from uuid import uuid4

import structlog
from celery import signals
from celery.concurrency.prefork import TaskPool as PreforkPool
from prometheus_client.multiprocess import mark_process_dead
from sqlalchemy.exc import SQLAlchemyError

from app.agents.checking import check_author
from app.agents.factory import import_author
from app.core import metrics
from app.core.errors import ConfigurationError, GreenwayError
from app.core.logging import configure_logging
from app.core.metrics_directory import remove_own_directory
from app.core.redis_transport import message_ignored
from app.core.settings import load_settings
from app.services.dead_workers import hand_back_tasks_of, worker_id
from app.tasks.metrics_server import serve_metrics
from app.tasks.process import current_runtime, existing_runtime, launch_id, set_capacity, set_launch, set_queues

log = structlog.get_logger()


class _Lifeline:
    """A pipe that prefork children inherit: when the parent closes its end, or dies, they drain."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()

    def let_go(self) -> None:
        """In the parent, once: tell the children to drain."""
        if self._write >= 0:
            os.close(self._write)
            self._write = -1

    def watch(self) -> None:
        """In a child: drain when the parent lets go."""
        self.let_go()
        threading.Thread(target=self._wait, name="lifeline", daemon=True).start()

    def _wait(self) -> None:
        os.read(self._read, 1)
        if runtime := existing_runtime():
            runtime.drain()


_lifeline: _Lifeline | None = None


@signals.setup_logging.connect
def _set_up_logging(**_: Any) -> None:
    """The first that a worker does: here it also ends, if its settings cannot be used."""
    try:
        settings = load_settings()
        configure_logging(format=settings.log_format, level=settings.log_level, file=settings.log_file)
        settings.require_database_url()
        check_author(settings)
    except ConfigurationError as error:
        # Celery would log a traceback, and go on.
        raise SystemExit(f"greenway: {error.message}") from error


@signals.worker_init.connect
def _before_the_pool(sender: Any, **_: Any) -> None:
    global _lifeline
    _lifeline = _Lifeline()
    settings = load_settings()
    import_author(settings)
    set_launch(settings.launch_id or uuid4())
    set_capacity(sender.concurrency)
    set_queues(sender.app.amqp.queues.consume_from)


@signals.worker_ready.connect
def _pool_is_there(sender: Any, **_: Any) -> None:
    serve_metrics(load_settings())
    if isinstance(sender.pool, PreforkPool):
        _hand_back_tasks_of_dead_children(sender.pool)
    else:
        # Celery cannot end threads: its cold shutdown fails halfway, and waits for them. Ours drains.
        signal.signal(signal.SIGQUIT, signal.getsignal(signal.SIGTERM))
        _start_runtime()


@signals.worker_process_init.connect
def _in_a_child(**_: Any) -> None:
    set_capacity(1)
    _start_runtime()
    if _lifeline is not None:
        _lifeline.watch()


@signals.worker_process_shutdown.connect
def _child_ends(pid: int, **_: Any) -> None:
    _stop_runtime()
    mark_process_dead(pid)  # type: ignore[no-untyped-call]


@signals.worker_shutting_down.connect
def _asked_to_stop(**_: Any) -> None:
    if _lifeline is not None:
        _lifeline.let_go()
    if runtime := existing_runtime():
        runtime.drain()


@signals.worker_shutdown.connect
def _worker_ends(**_: Any) -> None:
    _stop_runtime()
    remove_own_directory()


def _hand_back_tasks_of_dead_children(pool: PreforkPool) -> None:
    """Celery makes a new process in the place of one that has died, and would leave its task until the lease ends."""
    settings, processes = load_settings(), pool._pool  # type: ignore[attr-defined]
    replace = processes.on_process_down

    def child_is_down(child: Any) -> None:
        replace(child)
        if child.exitcode == 0:
            return
        hand_back = hand_back_tasks_of(
            worker_id(launch_id(), child.pid),
            database_url=settings.require_database_url(),
            redis_url=settings.require_redis_url(),
        )
        threading.Thread(target=asyncio.run, args=(hand_back,), name="hand back", daemon=True).start()

    processes.on_process_down = child_is_down


@message_ignored.connect
def _count(sender: str, **_: Any) -> None:
    metrics.ignored_messages.labels(sender).inc()


def _start_runtime() -> None:
    """Celery only logs what a signal's receiver raises; a worker without a runtime must not pretend to live."""
    try:
        current_runtime()
    except (GreenwayError, SQLAlchemyError, OSError) as error:
        log.error("worker_start_failed", error=str(error))
        raise SystemExit(1) from error


def _stop_runtime() -> None:
    if runtime := existing_runtime():
        runtime.stop()
