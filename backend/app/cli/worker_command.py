"""`greenway worker`: a worker alone."""

import os
import warnings
from typing import Annotated, Literal

import typer
from celery.exceptions import SecurityWarning

from app.core.celery_app import CONTENT_QUEUE, DRAFTING_QUEUE
from app.core.celery_app import app as celery
from app.core.settings import load_settings


def worker(
    concurrency: Annotated[int, typer.Option(min=1, max=1024, help="How many roadmaps to work on at once.")] = 128,
    pool: Annotated[Literal["threads", "prefork"], typer.Option(help="Celery's pool.")] = "threads",
    events: Annotated[
        bool, typer.Option("--task-events", "-E", help="Send Celery's task events, for monitors such as Flower.")
    ] = False,
) -> None:
    """Run a worker alone, with DATABASE_URL and REDIS_URL set."""
    settings = load_settings()  # the rest of them is checked when the worker starts
    # Celery warns of root because messages may be pickled; ours are JSON, and hold an id.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    celery.start(
        argv=[
            "--quiet",
            "worker",
            f"--hostname=greenway-{os.getpid()}@%h",
            f"--queues={CONTENT_QUEUE},{DRAFTING_QUEUE}",
            f"--concurrency={concurrency}",
            f"--pool={pool}",
            f"--loglevel={settings.log_level}",
            "--without-gossip",
            "--without-mingle",
            *(["--task-events"] if events else []),
        ]
    )
