"""`greenway doctor`: whether all that Greenway needs is there."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app.cli.doctor_checks import (
    WORKERS_UNKNOWN,
    Addresses,
    check_api,
    check_dependencies,
    check_the_author,
    check_what_was_chosen,
    find_addresses,
)
from app.cli.endpoint import Endpoint
from app.core.errors import ConfigurationError
from app.core.logging import configure_logging
from app.core.settings import Settings, load_settings
from app.embedded.data_dir import running_instance
from app.reading.health import Check


def doctor(
    data_dir: Annotated[
        Path, typer.Option(envvar="GREENWAY_DATA_DIR", help="The data directory of `greenway up`.")
    ] = Path(".greenway"),
) -> None:
    """Check settings, database, schema, Redis, worker, API and author; exit code 0 only if all is well."""
    # What the parts below log about a fault is said by the checks.
    configure_logging(format="console", level="CRITICAL")
    checks = _all_checks(data_dir)
    for check in checks:
        typer.echo(f"{'ok' if check.ok else 'not ok':<7} {check.name}: {check.message}")
    raise typer.Exit(0 if all(check.ok for check in checks) else 1)


def _all_checks(data_dir: Path) -> list[Check]:
    try:
        settings = load_settings()
        endpoint = Endpoint.of(settings, data_dir)
    except ConfigurationError as error:
        return [Check("settings", False, error.message)]
    return [Check("settings", True, "The settings are valid."), *asyncio.run(_checks(settings, endpoint, data_dir))]


async def _checks(settings: Settings, endpoint: Endpoint, data_dir: Path) -> list[Check]:
    run = running_instance(data_dir)
    addresses = find_addresses(settings, run, data_dir)
    if isinstance(addresses, Addresses):
        dependencies = await check_dependencies(addresses)
    else:
        dependencies = [*addresses, WORKERS_UNKNOWN]
    author = await check_what_was_chosen(endpoint) or await check_the_author(settings)
    return [*dependencies, *await check_api(endpoint, run), *author]
