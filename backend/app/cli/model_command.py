"""`greenway model`: which model writes; found, tested and chosen."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from app.agents.models.names import parse_model_name
from app.agents.models.providers import PROVIDERS
from app.cli.api_client import ApiClient
from app.cli.asking import ask
from app.cli.watching.words import one_line
from app.core.errors import InvalidInput
from app.domain.model_settings import LONGEST_KEY
from app.reading.model_views import Discovered, ModelAnswer, ModelView


class Action(StrEnum):
    SHOW = "show"
    DISCOVER = "discover"
    TEST = "test"
    USE = "use"
    CLEAR = "clear"


def model(
    action: Annotated[
        Action, typer.Argument(help="show, discover (servers on this machine), test, use or clear.")
    ] = Action.SHOW,
    name: Annotated[
        str | None, typer.Argument(metavar="[PROVIDER:MODEL]", help="For test and use, for example openai:gpt-5.")
    ] = None,
    address: Annotated[
        str | None, typer.Option(help="Where the provider is reached, if not at its own address.")
    ] = None,
) -> None:
    """Show which model writes, find servers on this machine, test a model, use it, or go back to the default.

    If the provider needs a key that is not saved yet, `use` asks for it, or reads it from a pipe.
    """
    match action:
        case Action.SHOW:
            _show(ask(lambda api: api.model()))
        case Action.DISCOVER:
            _show_servers(ask(lambda api: api.discover()))
        case Action.TEST:
            _tell(ask(lambda api: _test(api, name, address)))
        case Action.USE:
            _show(ask(lambda api: _use(api, _required(name), address)))
        case Action.CLEAR:
            ask(lambda api: api.forget_model())
            typer.echo("Cleared, with all saved keys.")


async def _test(api: ApiClient, name: str | None, address: str | None) -> ModelAnswer:
    tested = name or (await api.model()).model
    if tested.startswith("builtin:"):
        raise InvalidInput("The built-in author writes; there is no model to test. Name one, for example openai:gpt-5.")
    return await api.test_model({"model": tested, "address": address})


async def _use(api: ApiClient, name: str, address: str | None) -> ModelView:
    now = await api.model()
    changed = now.saved.model_dump(mode="json") | {"model": name}
    keys = {}
    if not name.startswith("builtin:"):
        wanted = parse_model_name(name)
        account = PROVIDERS[wanted.provider].account
        provider = next(one for one in (await api.providers()).providers if one.account == account)
        if address is not None:
            changed["addresses"] = {**changed["addresses"], account: address}
        has_key = any(key.account == account for key in now.keys) and address is None
        if provider.needs_key and not provider.from_environment and not has_key:
            keys = {account: _read_key(provider.label)}
    return await api.choose_model({**changed, "keys": keys, "revision": now.revision})


def _read_key(label: str) -> str:
    """From the terminal, where it is not shown, or from a pipe."""
    if sys.stdin.isatty():
        key: str = typer.prompt(f"Key for {label}", hide_input=True)
    else:
        key = sys.stdin.readline(LONGEST_KEY + 2)
    if not key.strip():
        raise InvalidInput(f"{label} needs a key; enter it, or pipe it in.")
    return key.strip()


def _required(name: str | None) -> str:
    if name is None:
        raise InvalidInput("Name the model, for example: greenway model use openai:gpt-5.")
    return name


def _show(now: ModelView) -> None:
    where = {
        "environment": f"set by {now.setting}",
        "settings": "chosen in the app or with `greenway model use`",
        "default": "the default; `greenway model use` chooses another one",
    }
    typer.echo(f"model     {now.model} ({where[now.source]})")
    for part, name in now.models_for.items():
        typer.echo(f"{part:<9} {name}")
    if now.fallback is not None:
        typer.echo(f"fallback  {now.fallback}")
    for account, address in now.addresses.items():
        typer.echo(f"address   {account}: {one_line(address)}")
    for key in now.keys:
        saved = f"…{key.last_four}" if key.last_four else "saved"
        typer.echo(f"key       {key.account}: {'in the environment' if key.source == 'environment' else saved}")
    if now.limits.max_cost_usd_per_month is not None:
        spent, limit = now.limits.spent_this_month_usd, now.limits.max_cost_usd_per_month
        typer.echo(f"month     ${spent:.2f} of ${limit:.2f}")
    for worker in now.workers:
        if worker.problem is not None:
            typer.echo(f"worker    {worker.name} takes no tasks: {one_line(worker.problem)}")


def _show_servers(found: Discovered) -> None:
    if not found.servers:
        typer.echo("No model server answers at the usual ports of the worker's machine.")
    for server in found.servers:
        typer.echo(f"{server.label} at {server.address}")
        for one in server.models:
            size = f"{one.size_bytes / 1e9:.1f} GB" if one.size_bytes else ""
            room = {True: "fits", False: "larger than the free memory", None: ""}[one.fits]
            typer.echo("  " + "  ".join(part for part in (one_line(one.name), size, room) if part))


def _tell(answer: ModelAnswer) -> None:
    typer.echo(one_line(answer.message))
    raise typer.Exit(0 if answer.ok else 1)
