"""What the containers' servers are told, by programs of this machine in the place of those of the images."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
import yaml
from debian_servers import POSTGRES_15, postgres_15
from processes import TETHERED
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError
from redis.exceptions import ConnectionError as RedisConnectionError

from app.embedded.ports import free_port
from app.embedded.valkey import EmbeddedValkey

COMPOSE: dict[str, Any] = yaml.safe_load((Path(__file__).parents[3] / "docker-compose.yml").read_text())


def with_secrets_in(directory: Path, text: str) -> str:
    return text.replace("/run/secrets", str(directory)).replace("$$", "$")


@pytest.fixture
def valkey_container(tmp_path: Path) -> "Iterator[tuple[subprocess.Popen[bytes], int]]":
    """The command of the service, and the port at which it listens here."""
    (tmp_path / "valkey_password").write_text("a-secret")
    port = free_port()
    program = EmbeddedValkey(tmp_path / "embedded", port, "").command().argv[0]
    entrypoint = tmp_path / "docker-entrypoint.sh"
    entrypoint.write_text(f'#!/bin/sh\nshift\nexec {program} "$@" --port {port} --bind 127.0.0.1\n')
    entrypoint.chmod(0o755)
    command = [with_secrets_in(tmp_path, part) for part in COMPOSE["services"]["valkey"]["command"]]
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.Popen(
        command, env={"PATH": path, "LC_ALL": "C"}, cwd=tmp_path, stdout=subprocess.DEVNULL, **TETHERED
    )
    yield process, port
    process.kill()
    process.wait()


async def test_valkey_asks_for_the_password_which_no_argument_shows(
    valkey_container: "tuple[subprocess.Popen[bytes], int]",
) -> None:
    process, port = valkey_container
    async with asyncio.timeout(30), Redis(port=port, password="a-secret") as client:
        while True:
            try:
                assert await client.ping()
                break
            except RedisConnectionError:
                assert process.poll() is None
                await asyncio.sleep(0.02)
        assert await client.config_get("maxmemory-policy") == {"maxmemory-policy": "volatile-lru"}
        assert await client.config_get("appendonly") == {"appendonly": "yes"}
    async with Redis(port=port) as client:
        with pytest.raises(AuthenticationError):
            await client.ping()
    seen = psutil.Process(process.pid)
    assert "a-secret" not in str(seen.cmdline()) + str(seen.environ())


@pytest.fixture
def postgres_container(debian_servers: None, tmp_path: Path) -> Iterator[str]:
    """The superuser's address at a server that has read the script for new databases."""
    (tmp_path / "postgres_password").write_text("it's a-secret")
    with postgres_15() as url:
        subprocess.run(
            [POSTGRES_15 / "psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", f"--dbname={url}"],
            input=with_secrets_in(tmp_path, COMPOSE["configs"]["roles"]["content"]),
            text=True,
            check=True,
            capture_output=True,
        )
        yield url


async def test_the_role_of_a_new_database_is_no_superuser(postgres_container: str) -> None:
    host = postgres_container.partition("@")[2].partition("/")[0]
    connection = await asyncpg.connect(f"postgresql://greenway:it%27s%20a-secret@{host}/greenway")
    await connection.execute("CREATE TABLE made (number int)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("CREATE DATABASE another")
    assert not await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = 'greenway'")
    await connection.close()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres_container)
