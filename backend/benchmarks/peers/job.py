"""A roadmap as a job of a task queue: what is delivered again after a `kill -9`."""

import os
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from app.core.settings import load_settings
from benchmarks.floor import Roadmap, connected
from benchmarks.order import Order

BEST = os.environ.get("BENCH_SETTINGS") == "best"
"""Whether timeouts are as short as they can be for this job, and the job asks for what is saved. Else everything is as
it is installed, and the job starts over."""
AT_MOST = 10
"""Seconds that the job is known to take at most. A queue that has a timeout for jobs must not have a shorter one."""


async def write(task_id: str) -> None:
    order = Order.from_environment()
    async with connected() as database:
        if BEST:
            saved = await database.fetch("SELECT DISTINCT concept_id FROM artefacts WHERE task_id = $1", task_id)
            done = {row["concept_id"] for row in saved}
            order = replace(order, concepts=[one for one in order.concepts if one not in done])
        else:
            await database.execute("DELETE FROM artefacts WHERE task_id = $1", task_id)
        await Roadmap(database, UUID(task_id), order).run()


def redis_url(database: int) -> str:
    """A database of Valkey that the queue has for itself."""
    return urlunsplit(urlsplit(load_settings().require_redis_url())._replace(path=f"/{database}"))
