"""arq: a job is delivered again ten seconds after the longest time that it may take."""

import asyncio
import sys
from typing import Any

from arq.connections import RedisSettings, create_pool
from arq.worker import Worker, func

from benchmarks.peers.job import AT_MOST, BEST, redis_url, write

ADDRESS = RedisSettings.from_dsn(redis_url(6))


async def _run(context: dict[str, Any], task_id: str) -> None:  # noqa: ARG001
    await write(task_id)


async def _send(task_id: str) -> None:
    await (await create_pool(ADDRESS)).enqueue_job("write", task_id)


async def _work() -> None:
    settings: dict[str, Any] = {"job_timeout": AT_MOST} if BEST else {}
    await Worker([func(_run, name="write")], redis_settings=ADDRESS, handle_signals=False, **settings).async_run()


if __name__ == "__main__":
    asyncio.run(_send(sys.argv[2]) if sys.argv[1] == "send" else _work())
