"""A worker of Greenway as `greenway worker` starts it, but for its author, which takes as long as an order says."""

import os

from app.cli.worker_command import worker
from app.core.settings import Settings
from app.tasks.runtime import WorkerRuntime
from benchmarks.order import Order
from benchmarks.ours import OrderedAuthor


async def open_author(_: Settings) -> OrderedAuthor:
    return OrderedAuthor(Order.from_environment())


if __name__ == "__main__":
    # Celery makes the runtime, and gives it no author.
    WorkerRuntime.__init__.__kwdefaults__ = {
        **(WorkerRuntime.__init__.__kwdefaults__ or {}),
        "make_author": open_author,
    }
    worker(concurrency=int(os.environ.get("BENCH_CONCURRENCY", "128")), pool="threads", events=False)
