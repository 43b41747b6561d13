"""`--url`: the API that a single command is for."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from typer.main import get_command as command_of

from app.core.errors import ConfigurationError


def add_url_option(command: Any) -> None:
    """Let a command take `--url`, which is GREENWAY_URL in the environment of that command: what holds for the setting
    holds for it."""
    command.params += [one for one in command_of(_declared).params if one.name == "url"]


def _use(ctx: typer.Context, value: str | None) -> None:
    if value is None:
        return
    if not value.strip():  # a variable of the shell that is not set; the environment would pass it over
        raise ConfigurationError("--url must be an address like http://127.0.0.1:8000.")
    ctx.with_resource(_greenway_url(value))


_declared = typer.Typer(add_completion=False)


@_declared.command()
def _command(
    url: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Where Greenway is, instead of GREENWAY_URL.", callback=_use, expose_value=False
        ),
    ] = None,
) -> None:
    """Typer makes an option only for a function's parameter."""


@contextmanager
def _greenway_url(value: str) -> Iterator[None]:
    before = os.environ.get("GREENWAY_URL")
    os.environ["GREENWAY_URL"] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ["GREENWAY_URL"]
        else:
            os.environ["GREENWAY_URL"] = before
