"""The floor's roadmaps as jobs of arq, in one worker process: an order on standard input, figures on standard
output."""

import asyncio
import json
import sys
import time
from typing import Any
from uuid import UUID, uuid4

import uvloop
from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.worker import Worker, func

from app.core.settings import load_settings
from benchmarks.floor import Roadmap, connected
from benchmarks.order import Order

QUEUE = f"bench:{uuid4()}"


async def write(context: dict[str, Any], task_id: str) -> None:
    await Roadmap(context["database"], UUID(task_id), context["order"]).run()


async def _carry_out(order: Order) -> dict[str, float]:
    address = RedisSettings.from_dsn(load_settings().require_redis_url())
    address.max_connections = 2 * len(order.tasks)
    redis = await create_pool(address)
    async with connected() as database:
        await asyncio.gather(*(redis.enqueue_job("write", one, _queue_name=QUEUE) for one in order.tasks))
        worker = _worker(redis, {"database": database, "order": order}, len(order.tasks))
        began, cpu = time.perf_counter(), time.process_time()
        await worker.async_run()
        figures = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}
        assert worker.jobs_complete == len(order.tasks), "every job has been carried out"
        await worker.close()
    return figures


def _worker(redis: ArqRedis, context: dict[str, Any], jobs: int) -> Worker:
    """It ends when the queue is empty. It keeps no results, and runs all jobs at once."""
    return Worker(
        [func(write, name="write", keep_result=0)],
        redis_pool=redis,
        queue_name=QUEUE,
        burst=True,
        max_jobs=jobs,
        ctx=context,
        handle_signals=False,
    )


if __name__ == "__main__":
    json.dump(uvloop.run(_carry_out(Order.from_stdin())), sys.stdout)
