"""The floor's roadmaps as tasks of taskiq, in one worker process: an order on standard input, figures on standard
output."""

import asyncio
import json
import sys
import time
from uuid import UUID, uuid4

import uvloop
from taskiq.api import run_receiver_task
from taskiq_redis import RedisStreamBroker

from app.core.settings import load_settings
from benchmarks.floor import Roadmap, connected
from benchmarks.order import Order


async def _carry_out(order: Order) -> dict[str, float]:
    broker = RedisStreamBroker(load_settings().require_redis_url(), queue_name=f"bench:{uuid4()}", consumer_id="0")
    left, done = len(order.tasks), asyncio.Event()
    async with connected() as database:

        @broker.task
        async def write(task_id: str) -> None:
            nonlocal left
            await Roadmap(database, UUID(task_id), order).run()
            left -= 1
            if not left:
                done.set()

        await broker.startup()
        await asyncio.gather(*(write.kiq(one) for one in order.tasks))
        began, cpu = time.perf_counter(), time.process_time()
        working = asyncio.create_task(run_receiver_task(broker, max_async_tasks=len(order.tasks)))
        await done.wait()
        figures = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}
        working.cancel()
        await asyncio.wait({working})
        await broker.shutdown()
    return figures


if __name__ == "__main__":
    json.dump(uvloop.run(_carry_out(Order.from_stdin())), sys.stdout)
