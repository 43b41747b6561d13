"""The Celery application: a doorbell. Messages carry a task id and nothing else; Postgres is the queue of record."""

from typing import Any

from celery import Celery, signals
from prometheus_client import values

from app.core.errors import ConfigurationError
from app.core.metrics_directory import choose_directory
from app.core.settings import load_settings

CONTENT_QUEUE = "content_generation"
DRAFTING_QUEUE = "roadmap_drafting"

RESTORED_AT_ONCE = 100
"""Messages of dead workers that are looked at in one go: dead workers may leave any number of them."""

GENERATE_CONTENT = "greenway.generate_content"
DRAFT_ROADMAP = "greenway.draft_roadmap"

app = Celery(
    "greenway",
    amqp="app.core.broker:EagerAMQP",
    control="app.core.remote_control:GuardedControl",
    include=["app.tasks.content_generation_tasks", "app.tasks.worker_signals"],
)


def _configuration() -> dict[str, Any]:
    """Read when first needed: importing this module opens nothing and requires no setting."""
    try:
        settings = load_settings()
        redis_url = settings.require_redis_url()
    except ConfigurationError as error:
        # Greenway's commands have looked before. Celery's own would show a traceback.
        raise SystemExit(f"greenway: {error.message}") from error
    return {
        "broker_url": redis_url,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_connection_timeout": 2,
        "broker_transport_options": {
            "max_retries": 0,
            "socket_connect_timeout": 2,
            "socket_timeout": 10,
            "socket_keepalive": True,
            "unacked_restore_limit": RESTORED_AT_ONCE,
        },
        "task_ignore_result": True,
        "task_acks_late": False,
        "task_default_queue": CONTENT_QUEUE,
        "task_routes": {
            GENERATE_CONTENT: {"queue": CONTENT_QUEUE},
            DRAFT_ROADMAP: {"queue": DRAFTING_QUEUE},
        },
        "task_create_missing_queues": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "worker_prefetch_multiplier": 1,
        "worker_enable_prefetch_count_reduction": False,
        "worker_consumer": "app.tasks.consumer:CarefulConsumer",
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "worker_enable_remote_control": settings.celery_control != "off",
        "worker_send_task_events": False,
    }


app.add_defaults(_configuration)


@signals.import_modules.connect
def _count_in_every_process(sender: Celery, **_: Any) -> None:
    """Give the metrics of a worker, before it imports them, a place that forked children share. Monitors that Celery
    loads beside the worker, such as Flower, may have imported prometheus_client already, which has then made its
    choice without such a place."""
    if not sender.loader.worker_initialized:
        return
    choose_directory()
    values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]
