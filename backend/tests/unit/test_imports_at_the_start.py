"""A process imports what it needs at its start, and nothing else."""

import gc
import subprocess
import sys

import pytest
from processes import BACKEND, environment

from app.core.garbage import uncollected

MODELS = {"anthropic", "genai_prices", "google.genai", "griffe", "openai", "pydantic_ai", "tiktoken", "xllamacpp"}
SEARCH = {"ddgs", "httpx2"}
DATABASE = {"alembic", "sqlalchemy"}
QUEUE = {"celery", "kombu"}
HTTP = {"fastapi", "starlette"}
CELERYS_COMMANDS = {"celery.bin.celery", "click_repl", "flower", "prompt_toolkit"}


def imported(program: str, *arguments: str, **settings: str) -> set[str]:
    """The modules that a process has imported by its end."""
    shown = f"import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); {program}"
    finished = subprocess.run(
        [sys.executable, "-c", shown, *arguments],
        env=environment(**settings),
        cwd=BACKEND,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(finished.stderr.split())


@pytest.mark.parametrize(
    ("program", "not_needed"),
    [
        ("import app.main", MODELS | SEARCH | {"alembic", "app.agents.builtin.author"}),
        ("import app.tasks.worker_signals", MODELS | SEARCH | HTTP - {"starlette"} | CELERYS_COMMANDS | {"alembic"}),
        ("import app.cli.worker_command", MODELS | SEARCH | CELERYS_COMMANDS | {"alembic"}),
        ("import app.cli.up_command", MODELS | SEARCH | DATABASE | QUEUE | HTTP | {"asyncpg", "redis", "structlog"}),
        ("import app.cli.list_command", MODELS | DATABASE | QUEUE | HTTP | {"asyncpg", "redis"}),
        (
            "from app.main import create_app; create_app()",
            MODELS - {"genai_prices"} | {"app.agents.asking.asker", "alembic"},
        ),
    ],
)
def test_only_what_is_needed_is_imported(program: str, not_needed: set[str]) -> None:
    settings = {
        "DATABASE_URL": "postgresql://127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "GREENWAY_MODEL": "openai:gpt-5",
    }
    assert imported(program, **settings) & not_needed == set()


def test_help_imports_no_part_of_greenway_but_the_command_line() -> None:
    modules = imported("from app.cli import main; main()", "--help")
    assert modules & (MODELS | SEARCH | DATABASE | QUEUE | HTTP | {"pydantic", "redis", "asyncpg"}) == set()
    assert {name.split(".")[1] for name in modules if name.startswith("app.")} == {"cli", "core"}


def test_garbage_is_not_looked_for_meanwhile() -> None:
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()
