"""The application's role in the embedded PostgreSQL, in new data directories and in those of earlier versions."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import asyncpg
import pytest

from app.core.errors import ConfigurationError
from app.db.migrate import upgrade
from app.embedded.child import Child
from app.embedded.command import run_as
from app.embedded.ports import LOOPBACK, free_port
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.postgres_account import ENV, account_for, seen_from_inside
from app.embedded.postgres_install import postgres_programs
from app.embedded.running import running

PASSWORD = "it's secret"
RIGHTS = "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = $1"
OWNED = """
CREATE TABLE kept (id bigint GENERATED ALWAYS AS IDENTITY, number int PRIMARY KEY, free serial);
INSERT INTO kept (number) VALUES (7);
CREATE TABLE parted (a int) PARTITION BY RANGE (a);
CREATE VIEW seen AS SELECT * FROM kept;
CREATE MATERIALIZED VIEW stored AS SELECT * FROM kept;
CREATE SEQUENCE counted;
CREATE TYPE mood AS ENUM ('fine');
CREATE FUNCTION doubled(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1';
CREATE SCHEMA "Other";
CREATE TABLE "Other"."Odd name" (a int);
"""
DROPPED = """
DROP VIEW seen; DROP MATERIALIZED VIEW stored; DROP TABLE kept, parted, "Other"."Odd name"; DROP SEQUENCE counted;
DROP TYPE mood; DROP FUNCTION doubled(int); DROP SCHEMA "Other"; DROP TABLE roadmaps CASCADE;
"""


def postgres(directory: Path, password: str = PASSWORD) -> EmbeddedPostgres:
    return EmbeddedPostgres(directory / "postgres", free_port(), password, durable=False)


def made_by_an_earlier_version(directory: Path) -> None:
    """initdb as it was called: the application's role is the superuser, and may log in at every database."""
    data = directory / "postgres"
    data.mkdir(mode=0o700)
    account = account_for(data)
    if account:
        os.chown(data, account.uid, account.gid)
    # A nameless file that the server's user owns can be opened through its descriptor wherever it lies.
    with tempfile.TemporaryFile() as password:
        password.write(PASSWORD.encode())
        password.seek(0)
        if account:
            os.fchown(password.fileno(), account.uid, account.gid)
        subprocess.run(
            [
                postgres_programs(account) / "initdb",
                f"--pgdata={seen_from_inside(data, account)}",
                "--username=greenway",
                f"--pwfile=/dev/fd/{password.fileno()}",
                *("--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin"),
                *("--builtin-locale=C.UTF-8", "--locale=C", "--no-sync"),
            ],
            cwd=data,
            env=ENV,
            pass_fds=(password.fileno(),),
            check=True,
            capture_output=True,
            **run_as(account),
        )


async def fill(directory: Path) -> None:
    """With Greenway's schema, and things that people have made beside it."""
    server = postgres(directory)
    child = await Child.spawn(server.command())  # not prepared: that would upgrade it
    try:
        address = server.url.rpartition("/")[0]
        while True:
            try:
                connection = await asyncpg.connect(f"{address}/postgres")
                break
            except (OSError, asyncpg.CannotConnectNowError):
                await asyncio.sleep(0.02)
        await connection.execute("CREATE DATABASE greenway")
        await connection.close()
        await asyncio.to_thread(upgrade, server.url)
        connection = await asyncpg.connect(server.url)
        assert tuple(await connection.fetchrow(RIGHTS, "greenway") or ()) == (True,) * 5
        await connection.execute(OWNED)
        await connection.close()
    finally:
        await child.stop(10)


async def rights(server: EmbeddedPostgres) -> tuple[bool, ...]:
    connection = await asyncpg.connect(server.url)
    try:
        return tuple(await connection.fetchrow(RIGHTS, "greenway") or ())
    finally:
        await connection.close()


async def test_the_role_of_the_application_has_no_rights_beyond_its_database(tmp_path: Path) -> None:
    async with running(postgres(tmp_path)) as server:
        assert await rights(server) == (False,) * 5
        await asyncio.to_thread(upgrade, server.url)
        connection = await asyncpg.connect(server.url)
        for forbidden in (
            "CREATE DATABASE another",
            "CREATE ROLE another",
            "ALTER ROLE greenway SUPERUSER",
            "SET ROLE postgres",
            "COPY users TO PROGRAM 'cat'",
            "COPY users TO '/tmp/users'",
            "SELECT pg_read_file('/etc/passwd')",
            "ALTER SYSTEM SET log_statement = 'all'",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(forbidden)
        await connection.close()


async def test_nobody_connects_as_superuser(tmp_path: Path) -> None:
    async with running(postgres(tmp_path)) as server:
        port = int(server.url.rpartition(":")[2].partition("/")[0])
        for password in (PASSWORD, "", "postgres"):
            with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError, match="rejects"):
                await asyncpg.connect(
                    host=LOOPBACK, port=port, user="postgres", password=password, database="postgres", ssl=False
                )


async def test_a_directory_of_an_earlier_version_is_upgraded_in_place(tmp_path: Path) -> None:
    made_by_an_earlier_version(tmp_path)
    await fill(tmp_path)
    for _ in range(2):
        async with running(postgres(tmp_path)) as server:
            assert await rights(server) == (False,) * 5
            await asyncio.to_thread(upgrade, server.url)
            connection = await asyncpg.connect(server.url)
            assert await connection.fetchval("SELECT number FROM kept") == 7
            await connection.execute("INSERT INTO kept (number) VALUES (8); DELETE FROM kept WHERE number = 8")
            await connection.execute("ALTER TABLE roadmaps ADD COLUMN IF NOT EXISTS another int")
            owners = await connection.fetch(
                "SELECT relname FROM pg_class WHERE oid >= 16384 AND relowner <> 'greenway'::regrole"
                " AND relnamespace IN ('public'::regnamespace, '\"Other\"'::regnamespace)"
            )
            assert owners == []
            await connection.close()
    async with running(postgres(tmp_path)) as server:
        connection = await asyncpg.connect(server.url)
        await connection.execute(DROPPED)
        await connection.close()


async def test_one_that_had_no_database_yet_gets_it(tmp_path: Path) -> None:
    made_by_an_earlier_version(tmp_path)
    async with running(postgres(tmp_path)) as server:
        assert await rights(server) == (False,) * 5


async def test_an_upgrade_that_was_interrupted_is_finished(tmp_path: Path) -> None:
    made_by_an_earlier_version(tmp_path)
    logins = (tmp_path / "postgres" / "pg_hba.conf").read_text()
    await fill(tmp_path)
    postgres(tmp_path).prepare()
    (tmp_path / "postgres" / "pg_hba.conf").write_text(logins)
    async with running(postgres(tmp_path)) as server:
        assert await rights(server) == (False,) * 5


def test_what_goes_wrong_is_one_sentence_without_the_password(tmp_path: Path) -> None:
    made_by_an_earlier_version(tmp_path)
    shutil.rmtree(tmp_path / "postgres" / "global")
    with pytest.raises(ConfigurationError, match="could not set up its roles") as caught:
        postgres(tmp_path).prepare()
    assert PASSWORD not in caught.value.message
