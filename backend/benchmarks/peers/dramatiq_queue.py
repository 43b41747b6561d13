"""dramatiq on Redis: messages of a worker whose heartbeat is too old are delivered again by a maintenance that some
commands trigger by chance."""

import asyncio
import sys
import threading
from typing import Any

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from benchmarks.peers.job import BEST, redis_url, write

SETTINGS: dict[str, Any] = {"heartbeat_timeout": 3000, "maintenance_chance": 1_000_000} if BEST else {}
broker = RedisBroker(url=redis_url(7), **SETTINGS)
dramatiq.set_broker(broker)


@dramatiq.actor
def run(task_id: str) -> None:
    asyncio.run(write(task_id))


if __name__ == "__main__":
    if sys.argv[1] == "send":
        run.send(sys.argv[2])
    else:
        dramatiq.Worker(broker, worker_threads=1).start()
        threading.Event().wait()
