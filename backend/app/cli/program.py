"""Puts the commands together, and turns errors into one plain sentence and an exit code."""

import importlib
import os
import sys
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup
from typer.main import get_command as command_of

from app.cli.output import print_what_can_be_printed
from app.cli.url_option import add_url_option
from app.core.errors import GreenwayError
from app.core.garbage import uncollected

COMMANDS = {
    "up_command": {"up": "Start everything: database, Valkey, API and worker."},
    "create_command": {"create": "Create a roadmap and print its id."},
    "list_command": {"list": "List your roadmaps, newest first."},
    "show_command": {"show": "Show a roadmap's outline and its address in the web app."},
    "watch_command": {"watch": "Watch a roadmap until there is nothing left to do."},
    "reading_commands": {
        "read": "Read a lesson: tutorial, resources and quiz questions.",
        "learned": "Mark a concept as learned.",
    },
    "search_command": {"search": "Search lessons and notes."},
    "steering_commands": {
        "approve": "Approve the outline and start writing its content.",
        "pause": "Pause writing. Finished content is kept.",
        "resume": "Continue after a pause, or write added concepts.",
        "cancel": "Cancel drafting, revising or writing.",
        "retry": "Generate failed and missing content.",
        "rewrite": "Write new versions with the model in use.",
    },
    "outline_commands": {
        "revise": "Ask the author to change the outline.",
        "rename": "Rename a concept.",
        "remove": "Remove a concept from the outline.",
        "add": "Add a concept to the end of a module.",
        "undo": "Undo the last edit of the outline.",
        "redo": "Redo the last undone edit.",
    },
    "concept_commands": {
        "prioritise": "Write a waiting concept next.",
        "regenerate": "Write a new version of a concept.",
        "versions": "List the versions of a concept.",
        "restore": "Restore an earlier version of a concept.",
    },
    "keeping_commands": {
        "delete": "Move a roadmap to the trash.",
        "undelete": "Restore a roadmap from the trash.",
        "export": "Export a roadmap with everything in it.",
        "import": "Import an exported roadmap.",
        "duplicate": "Copy a roadmap.",
    },
    "model_command": {"model": "Show, find, test or choose the model that writes."},
    "doctor_command": {"doctor": "Check the settings, database, Redis, worker, API and author."},
    "api_command": {"api": "Run the API alone."},
    "worker_command": {"worker": "Run a worker alone."},
    "migrate_command": {"migrate": "Create or update the database schema."},
}
"""The commands of each module, in the order of `greenway --help`, and what that says of them. The module has a function
of the command's name; `_` follows where Python has taken the name."""

PARTS = {"up_command", "api_command", "worker_command", "migrate_command"}
"""What Greenway consists of; all others are its clients."""

_MODULES = {command: module for module, commands in COMMANDS.items() for command in commands}


class _LazyCommandGroup(TyperGroup):
    """Imports the module of the command that is called, and no other: a worker must not carry the API along, and
    `greenway --help` nothing at all."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(_MODULES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name not in _MODULES:
            return None
        single = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        with uncollected():
            module = importlib.import_module(f"app.cli.{_MODULES[cmd_name]}")
        single.command(cmd_name)(getattr(module, cmd_name, None) or getattr(module, f"{cmd_name}_"))
        command = command_of(single)
        if _MODULES[cmd_name] not in PARTS:
            add_url_option(command)
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for commands in COMMANDS.values() for name, text in commands.items()])


program = typer.Typer(
    name="greenway",
    cls=_LazyCommandGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@program.callback()
def greenway() -> None:
    """Turn a learning goal into a roadmap that fills itself in while you watch."""


def main() -> None:
    print_what_can_be_printed()
    try:
        try:
            program()
        finally:
            sys.stdout.flush()
    except GreenwayError as error:
        _fail(error.message)
    except UnicodeEncodeError:
        # What is printed never raises it, see `output`.
        _fail("The command line is not valid UTF-8.")
    except BrokenPipeError:
        _write_no_more()  # the reader has closed the pipe
        sys.exit(1)
    except OSError as error:
        _write_no_more()
        what = f" ({error.filename!r})" if error.filename else ""
        _fail(f"The operating system reported an error{what}: {(error.strerror or str(error)).lower()}.")
    except Exception as error:
        # The one handler of this process: a bug is told in one sentence, and with its traceback where that is wanted.
        if os.environ.get("LOG_LEVEL", "").upper() == "DEBUG":
            raise
        _fail(f"Something went wrong inside Greenway ({type(error).__name__}); LOG_LEVEL=DEBUG shows where.")


def _write_no_more() -> None:
    """What could not be written is dropped, or Python would try it again at its end, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(sentence: str) -> NoReturn:
    sys.stderr.write(f"greenway: {sentence}\n")
    sys.exit(1)
