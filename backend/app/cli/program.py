"""Puts the commands together, and turns errors into one plain sentence and an exit code."""

import importlib
import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command as command_of

from app.cli.output import print_what_can_be_printed
from app.core.errors import GreenwayError

_COMMANDS = {
    **{name: f"{name}_command" for name in ("up", "create", "list", "show", "watch")},
    **dict.fromkeys(("approve", "pause", "resume", "cancel", "retry"), "steering_commands"),
    **dict.fromkeys(("revise", "rename", "remove", "add", "undo", "redo"), "outline_commands"),
    **dict.fromkeys(("prioritise", "regenerate", "versions", "restore"), "concept_commands"),
    **dict.fromkeys(("delete", "undelete", "export", "import", "duplicate"), "keeping_commands"),
    **{name: f"{name}_command" for name in ("doctor", "api", "worker", "migrate")},
}
"""The module of each command, which has a function of its name; `_` follows where Python has taken the name."""


class _CommandsWhenNeeded(TyperGroup):
    """Imports the module of the command that is called, and no other: a worker must not carry the API along."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        single = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        module = importlib.import_module(f"app.cli.{_COMMANDS[cmd_name]}")
        single.command(cmd_name)(getattr(module, cmd_name, None) or getattr(module, f"{cmd_name}_"))
        return command_of(single)


program = typer.Typer(
    name="greenway",
    cls=_CommandsWhenNeeded,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@program.callback()
def greenway() -> None:
    """Turns a learning goal into a roadmap that fills itself in while you watch."""


def main() -> None:
    print_what_can_be_printed()
    try:
        program()
    except GreenwayError as error:
        sys.stderr.write(f"greenway: {error.message}\n")
        sys.exit(1)
    except Exception as error:
        # The one handler of this process: a bug is told in one sentence, and with its traceback where that is wanted.
        if os.environ.get("LOG_LEVEL", "").upper() == "DEBUG":
            raise
        sys.stderr.write(
            f"greenway: Something went wrong on our side ({type(error).__name__}); LOG_LEVEL=DEBUG shows where.\n"
        )
        sys.exit(1)
