"""Hands the tasks of a dead worker process back at once: its parent knows of the end before its lease runs out."""

import os
import socket
from uuid import UUID, uuid5

import structlog
from sqlalchemy.exc import DBAPIError

from app.core.settings import sqlalchemy_url
from app.db.session import DatabaseUnavailable, create_engine, create_sessions
from app.db.task_store import hand_back
from app.messaging.redis_client import create_redis
from app.messaging.sealed_events import EventSeal
from app.services.notification_service import NotificationService

log = structlog.get_logger()


def worker_id(launch_id: UUID, pid: int | None = None) -> UUID:
    """The id of a worker process, by default this one: its parent can tell it by the pid, in a launch of its own."""
    return uuid5(launch_id, f"{socket.gethostname()}:{pid or os.getpid()}")


async def hand_back_tasks_of(worker_id: UUID, *, database_url: str, redis_url: str) -> None:
    """For a process that has been waited for. Never fails: without a database the lease runs out, as it does for
    workers whose end is not noticed. Opens connections of its own, for callers that have none."""
    engine = create_engine(sqlalchemy_url(database_url), pool_size=1, application_name="greenway-parent")
    redis = create_redis(redis_url)
    try:
        sessions = create_sessions(engine)
        events = await hand_back(sessions, worker_id)
        await NotificationService(redis, EventSeal(sessions)).publish(events)
    except (DatabaseUnavailable, DBAPIError, OSError) as error:
        log.info("tasks_requeue_failed", error=type(error).__name__)
    else:
        if events:
            log.info("tasks_requeued", tasks=len(events))
    finally:
        await redis.aclose()
        await engine.dispose()
