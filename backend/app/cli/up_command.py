"""`greenway up`: all of Greenway with one command."""

import asyncio
from importlib import import_module
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app.agents.checking import check_author
from app.cli.options import DataDir, Host, Port
from app.core.errors import Unavailable
from app.core.settings import environment_for_children, load_settings
from app.embedded.options import Services, UpOptions
from app.embedded.supervisor import run_up
from app.embedded.terminal import Terminal
from app.embedded.waiting import imported


def up(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    data_dir: DataDir = Path(".greenway"),
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many worker processes to run.")] = 1,
) -> None:
    """Start everything: database, Valkey, API and worker. Data stays in the data directory."""
    settings = load_settings()
    if settings.database_url:
        settings.require_database_url()
    if settings.redis_url:
        settings.require_redis_url()
    check_author(settings)
    options = UpOptions(
        host=host,
        port=port,
        data_dir=data_dir,
        workers=workers,
        database_url=settings.database_url.get_secret_value() if settings.database_url else None,
        redis_url=settings.redis_url.get_secret_value() if settings.redis_url else None,
        env=environment_for_children(),
        root_path=settings.root_path or "",
    )
    services = Services(migrate=_migrate, workers_ready=_workers_ready, hand_back=_hand_back)
    raise typer.Exit(asyncio.run(run_up(options, services, Terminal())))


# What is needed later, or never, is imported then, so that the processes are started sooner.

_ASKING_ONCE = "app.db.asking_once"


def _migrate(database_url: str) -> None:
    # The parts write the log; this process talks to a person. Nothing before this logs anything.
    import_module("app.core.logging").configure_logging(format="console", level="CRITICAL")
    if not asyncio.run(_needs_nothing(database_url)):
        import_module("app.db.migrate").upgrade(database_url)


async def _needs_nothing(database_url: str) -> bool:
    try:
        return bool(await (await imported(_ASKING_ONCE)).schema_is_current(database_url))
    except Unavailable:
        return False  # the migration says why


async def _hand_back(launch_id: UUID, pid: int, database_url: str, redis_url: str) -> None:
    dead_workers = await imported("app.services.dead_workers")
    worker_id = dead_workers.worker_id(launch_id, pid)
    await dead_workers.hand_back_tasks_of(worker_id, database_url=database_url, redis_url=redis_url)


async def _workers_ready(database_url: str, workers: int) -> bool:
    return bool(await (await imported(_ASKING_ONCE)).workers_alive(database_url) >= workers)
