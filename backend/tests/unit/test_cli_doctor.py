"""`greenway doctor`: each check a sentence, each fault with what to do."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from factories import an_outline
from fakes_api import FakeApi, serving
from watched_runs import Run

from app.cli.doctor_checks import (
    Addresses,
    check_api,
    check_dependencies,
    check_the_author,
    find_addresses,
)
from app.cli.endpoint import Endpoint
from app.core.settings import Settings, load_settings
from app.embedded.data_dir import Run as Instance
from app.embedded.data_dir import running_instance
from app.embedded.ports import free_port
from app.reading.health import Check

BACKEND = str(Path(__file__).parents[2])
INSTANCE = Instance(
    url="http://127.0.0.1:8123", database_url="postgresql://u:secret@h/d", redis_url="redis://:secret@h"
)


def settings(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def shown(checks: list[Check]) -> list[tuple[str, bool]]:
    return [(check.name, check.ok) for check in checks]


def test_addresses_come_from_the_settings_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = settings(monkeypatch, DATABASE_URL="postgresql://mine")
    expected = Addresses(database_url="postgresql://mine", redis_url=INSTANCE.redis_url)
    assert find_addresses(own, INSTANCE, tmp_path) == expected


def test_missing_addresses_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    checks = find_addresses(settings(monkeypatch, REDIS_URL="redis://mine"), None, tmp_path)
    assert checks == [
        Check(
            "database",
            False,
            f"DATABASE_URL is not set, and Greenway is not running in {tmp_path}; set it, or run `greenway up`.",
        )
    ]


def test_nothing_runs_in_a_directory_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert running_instance(tmp_path / "file") is None
    assert running_instance(tmp_path / "missing") is None


async def test_what_cannot_be_reached_comes_with_advice() -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    checks = await check_dependencies(
        Addresses(database_url=f"postgresql://u:secret@{nowhere}/d", redis_url=f"redis://:secret@{nowhere}")
    )
    messages = [check.message for check in checks]
    assert messages.pop(1).startswith(f"Redis cannot be reached (Error 111 connecting to {nowhere}")
    assert messages == [
        "The database cannot be reached (connection refused); start it, or check DATABASE_URL.",
        "Workers cannot be checked until the database and its schema are ready.",
    ]


@pytest.mark.parametrize(
    ("database_url", "redis_url", "name"),
    [
        ("mysql://u:secret@h/d", "redis://h", "database"),
        ("postgresql://u:secret@h:port/d", "redis://h", "database"),
        ("postgresql://h/d", "http://:secret@h", "redis"),
        ("postgresql://h/d", "redis://:secret@h:port", "redis"),
    ],
)
async def test_addresses_that_cannot_be_read(database_url: str, redis_url: str, name: str) -> None:
    [check] = await check_dependencies(Addresses(database_url=database_url, redis_url=redis_url))
    assert (check.name, check.ok) == (name, False)
    assert "secret" not in check.message


async def test_the_api_says_whether_it_is_ready() -> None:
    async with serving(FakeApi(Run(an_outline(1)), seen=0)) as api:
        endpoint = Endpoint(url=api.url)
        assert shown(await check_api(endpoint, None)) == [("api", True), ("ready", True)]
        api.ready = False
        assert shown(await check_api(endpoint, None)) == [("api", True), ("ready", False)]


async def test_an_api_elsewhere_is_pointed_to() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    [check] = await check_api(Endpoint(url=url), INSTANCE)
    assert check.message == (
        f"Greenway is not responding at {url}, but it is running at http://127.0.0.1:8123; set GREENWAY_URL=http://127.0.0.1:8123."
    )


async def test_the_author(monkeypatch: pytest.MonkeyPatch) -> None:
    [check] = await check_the_author(settings(monkeypatch))
    assert check.message == "The built-in author is in use; it needs no key."
    assert shown(await check_the_author(settings(monkeypatch, GREENWAY_MODEL="nobody:knows"))) == [("author", False)]


async def doctor(tmp_path: Path, **environment: str) -> tuple[int | None, str, str]:
    """In a process of its own, since the command sets up logging."""
    inherited = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "app.cli", "doctor", "--data-dir", "nothing-here"),
        cwd=tmp_path,
        env={**inherited, "PYTHONPATH": BACKEND, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_every_check_is_one_line_and_no_password_is_shown(tmp_path: Path) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    code, out, err = await doctor(
        tmp_path,
        DATABASE_URL=f"postgresql://u:secret@{nowhere}/d",
        REDIS_URL=f"redis://:secret@{nowhere}",
        GREENWAY_URL=f"http://{nowhere}",
    )
    assert (code, err) == (1, "")
    assert [line[:16].rstrip() for line in out.splitlines()] == [
        "ok      settings",
        "not ok  database",
        "not ok  redis: R",
        "not ok  worker:",
        "not ok  api: Gre",
        "ok      author:",
    ]
    assert "secret" not in out


async def test_wrong_settings_are_the_only_line(tmp_path: Path) -> None:
    code, out, err = await doctor(tmp_path, GREENWAY_MODLE="builtin:outline")
    assert (code, err) == (1, "")
    assert out == "not ok  settings: Unknown setting GREENWAY_MODLE; doc/configuration.md lists all settings.\n"
