"""procrastinate: workers have heartbeats, and a periodic task of one's own takes up the jobs of those that have died.

Its documentation shows such a task that runs every ten minutes; without one, nobody does.
"""

import asyncio
import logging
import os
import sys
from typing import Any

import procrastinate
from procrastinate.exceptions import ConnectorException

from benchmarks.peers.job import BEST, write

DEAD_AFTER = 3 if BEST else 30
HEARTBEATS: dict[str, Any] = {"update_heartbeat_interval": 1, "stalled_worker_timeout": DEAD_AFTER} if BEST else {}
logging.disable(logging.WARNING)  # it warns of an app in the main module
app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=os.environ["BENCH_PROCRASTINATE"]))


@app.task(name="write")
async def run(task_id: str) -> None:
    await write(task_id)


@app.periodic(cron="* * * * * */1" if BEST else "*/10 * * * *")
@app.task(name="retry_stalled", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER):
        await app.job_manager.retry_job(job)


async def main(verb: str, *arguments: str) -> None:
    async with app.open_async():
        if verb == "prepare":
            await app.schema_manager.apply_schema_async()
        elif verb == "send":
            await run.defer_async(task_id=arguments[0])
        else:
            await app.run_worker_async(concurrency=2, install_signal_handlers=False, **HEARTBEATS)


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:]))
    except ConnectorException as error:
        sys.exit(str(error))
