"""Celery with its own redelivery: `acks_late`, and the visibility timeout of Redis."""

import asyncio
import sys

from celery import Celery

from benchmarks.peers.job import AT_MOST, BEST, redis_url, write

app = Celery("bench", broker=redis_url(5))
app.conf.update(task_acks_late=True, worker_hijack_root_logger=False)
if BEST:
    app.conf.worker_prefetch_multiplier = 1
    app.conf.broker_transport_options = {
        "visibility_timeout": AT_MOST,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
    }


@app.task(name="write")
def run(task_id: str) -> None:
    asyncio.run(write(task_id))


if __name__ == "__main__":
    if sys.argv[1] == "send":
        run.delay(sys.argv[2])
    else:
        app.start(["--quiet", "worker", f"--hostname={sys.argv[2]}@bench", "--concurrency=1", "--loglevel=ERROR"])
