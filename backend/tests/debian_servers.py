"""Debian's own PostgreSQL, Redis and PgBouncer, each started for a test on a free port of loopback, as nobody."""

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import redis
from processes import TETHERED

from app.embedded.command import Account, run_as
from app.embedded.ports import free_port

POSTGRES_15 = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "for-tests-only"
DEADLINE = 30.0
_NOBODY = Account(uid=65534, gid=65534)
_ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


def missing_programs() -> str | None:
    """What is not installed, in a line."""
    found = (POSTGRES_15 / "postgres").exists() and shutil.which("redis-server") and pgbouncer_program()
    return None if found else "`apt-get install postgresql-15 redis-server pgbouncer` lets these tests run."


def pgbouncer_program() -> str | None:
    return shutil.which("pgbouncer", path="/usr/sbin:/usr/bin")


@contextmanager
def postgres_15() -> Iterator[str]:
    """The address of an empty database of PostgreSQL 15."""
    with _directory() as directory, _postgres(_initialised(directory), directory) as url:
        yield url


@contextmanager
def postgres_with_standby(certificate: Path) -> Iterator[tuple[int, int]]:
    """The ports of a primary server that speaks TLS with a certificate, which holds its key, and of its hot standby."""
    with _directory() as directory, _directory() as other_directory:
        data = _initialised(directory)
        with (data / "postgresql.conf").open("a") as settings:
            settings.write("\nssl = on\nssl_cert_file = 'server.pem'\nssl_key_file = 'server.pem'\n")
        own = data / "server.pem"
        own.write_bytes(certificate.read_bytes())
        own.chmod(0o600)
        if account := _account():
            os.chown(own, account.uid, account.gid)
        with _postgres(data, directory) as primary:
            copy = other_directory / "data"
            command = [
                str(POSTGRES_15 / "pg_basebackup"),
                f"--dbname={primary}",
                f"--pgdata={copy}",
                "--write-recovery-conf",
            ]
            subprocess.run(
                [*command, "--checkpoint=fast", "--no-sync"],
                cwd=other_directory,
                env=_ENV,
                check=True,
                capture_output=True,
                **run_as(account),
            )
            with _postgres(copy, other_directory) as standby:
                yield urlsplit(primary).port or 0, urlsplit(standby).port or 0


def _initialised(directory: Path) -> Path:
    """The data directory of a new server."""
    password = directory / "password"
    password.write_text(PASSWORD)
    password.chmod(0o644)
    data = directory / "data"
    options = (
        "--username=postgres",
        f"--pwfile={password}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--no-sync",
    )
    subprocess.run(
        [POSTGRES_15 / "initdb", f"--pgdata={data}", "--locale=C.UTF-8", *options],
        cwd=directory,
        env=_ENV,
        check=True,
        capture_output=True,
        **run_as(_account()),
    )
    return data


@contextmanager
def _postgres(data: Path, directory: Path) -> Iterator[str]:
    port = free_port()
    url = f"postgresql://postgres:{PASSWORD}@127.0.0.1:{port}/postgres"
    command = [str(POSTGRES_15 / "postgres"), f"-D{data}", f"-p{port}", "-k", "", "-c", "fsync=off"]
    with _running(command, directory, lambda: answers(url)):
        yield url


@contextmanager
def redis_7() -> Iterator[str]:
    port = free_port()
    url = f"redis://:{PASSWORD}@127.0.0.1:{port}/0"
    options = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--requirepass", PASSWORD)
    with _directory() as directory:
        command = [str(shutil.which("redis-server")), "--port", str(port), *options]
        with _running(command, directory, lambda: _pings(url)):
            yield url


@contextmanager
def pgbouncer(database_url: str, *, pool_mode: str = "transaction", servers: int = 5) -> Iterator[str]:
    """The address of the same database behind a pooler with few connections, which is set up as Debian does it."""
    port = free_port()
    behind = urlsplit(database_url)
    name = behind.path.removeprefix("/")
    login = f"user={behind.username} password={behind.password}"
    url = f"postgresql://{behind.username}:{behind.password}@127.0.0.1:{port}/{name}"
    with _directory() as directory:
        settings = directory / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\n{name} = host=127.0.0.1 port={behind.port} {login}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
            f"pool_mode = {pool_mode}\ndefault_pool_size = {servers}\nmax_client_conn = 200\n"
        )
        settings.chmod(0o644)
        user = ("-u", "nobody") if os.geteuid() == 0 else ()
        with _running([str(pgbouncer_program()), *user, str(settings)], directory, lambda: answers(url), drop=False):
            yield url


def answers(url: str) -> bool:
    async def ask() -> None:
        await (await asyncpg.connect(url, statement_cache_size=0)).close()

    try:
        asyncio.run(ask())
    except (OSError, asyncpg.PostgresError):
        return False
    return True


def _pings(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _account() -> Account | None:
    return _NOBODY if os.geteuid() == 0 else None


@contextmanager
def _directory() -> Iterator[Path]:
    """Where nobody may go, which is not so below pytest's own directories."""
    with tempfile.TemporaryDirectory(prefix="greenway-test-") as name:
        Path(name).chmod(0o755)
        if account := _account():
            os.chown(name, account.uid, account.gid)
        yield Path(name)


@contextmanager
def _running(
    command: Sequence[str], directory: Path, ready: Callable[[], bool], *, drop: bool = True
) -> Iterator[None]:
    log = directory / "log"
    account = _account() if drop else None
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=directory, env=_ENV, stdout=output, stderr=output, **run_as(account), **TETHERED
        )
    try:
        deadline = time.monotonic() + DEADLINE
        while not ready():
            assert process.poll() is None and time.monotonic() < deadline, log.read_text(errors="replace")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        try:
            process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
