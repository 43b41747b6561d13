"""`greenway worker`: a worker alone."""

import os
import warnings
from typing import Annotated, Literal

import typer
from celery.concurrency import get_implementation
from celery.exceptions import SecurityWarning
from celery.utils.nodenames import default_nodename, host_format

from app.agents.factory import import_author
from app.cli.options import WhenTold
from app.core.celery_app import CONTENT_QUEUE, DRAFTING_QUEUE
from app.core.celery_app import app as celery
from app.core.garbage import uncollected
from app.core.settings import load_settings
from app.embedded.starting_gate import wait_until_told


def worker(
    concurrency: Annotated[int, typer.Option(min=1, max=1024, help="How many roadmaps to work on at once.")] = 128,
    pool: Annotated[Literal["threads", "prefork"], typer.Option(help="Celery's pool.")] = "threads",
    events: Annotated[
        bool, typer.Option("--task-events", "-E", help="Send Celery's task events, for monitors such as Flower.")
    ] = False,
    when_told: WhenTold = False,
) -> None:
    """Run a worker alone, with DATABASE_URL and REDIS_URL set."""
    settings = load_settings()  # the rest of them is checked when the worker starts
    # Celery warns of root because messages may be pickled; ours are JSON, and hold an id.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    with uncollected():
        celery.loader.init_worker()
        program, pool_class = celery.Worker, get_implementation(pool)
        import_author(settings)
    if when_told:
        wait_until_told()
    # As Celery's own command does it, which would import all other commands, too.
    running = program(
        hostname=host_format(default_nodename(f"greenway-{os.getpid()}@%h")),
        queues=[CONTENT_QUEUE, DRAFTING_QUEUE],
        concurrency=concurrency,
        pool_cls=pool_class,
        loglevel=settings.log_level,
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        task_events=events,
    )
    running.start()
    raise typer.Exit(running.exitcode or 0)
