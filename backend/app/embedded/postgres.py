"""The embedded PostgreSQL server: its data directory, how to start it, and when it is ready."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

import asyncpg

from app.core.errors import ConfigurationError
from app.embedded.command import Account, Command, run_as
from app.embedded.ports import LOOPBACK
from app.embedded.postgres_install import postgres_programs
from app.embedded.postgres_lock import clear_previous_server

_MAJOR = "18"
_USER = _DATABASE = "greenway"
_NOBODY = Account(uid=65534, gid=65534)
_POLL_SECONDS = 0.05
# Nothing of the caller's environment (PGPORT, PGOPTIONS, an unknown LANG) may change the server.
_ENV = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
}
_UNSAFE_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class EmbeddedPostgres:
    """One PostgreSQL 18 server on loopback; call `prepare`, start `command`, then await `wait_ready`."""

    name = "PostgreSQL"

    def __init__(
        self, directory: Path, port: int, password: str, *, durable: bool = True, log: Path | None = None
    ) -> None:
        """`durable=False` trades the data's survival of a crash for speed, which only tests may do."""
        self._directory = directory.absolute()
        self._port = port
        self._password = password
        self._durable = durable
        self.log = log or self._directory.with_name(f"{self._directory.name}.log")

    @property
    def url(self) -> str:
        return f"postgresql://{_USER}:{quote(self._password, safe='')}@{LOOPBACK}:{self._port}/{_DATABASE}"

    def prepare(self) -> None:
        """Makes the data directory on first use, later sees off what an earlier server left; may be repeated."""
        version = self._directory / "PG_VERSION"
        if not version.exists():
            self._initialise()
        elif (major := version.read_text().strip()) != _MAJOR:
            raise ConfigurationError(
                f"The data in {self._directory} was made by PostgreSQL {major}, and this is PostgreSQL {_MAJOR}; "
                "choose another --data-dir."
            )
        else:
            clear_previous_server(self._directory)
        account = _account(self._directory)
        if account and self._directory.stat().st_uid != account.uid:
            _give(self._directory, account)

    def command(self) -> Command:
        account = _account(self._directory)
        settings = _SETTINGS | {"port": str(self._port)} | ({} if self._durable else _UNSAFE_SETTINGS)
        return Command(
            name=self.name,
            argv=(
                str(postgres_programs(account) / "postgres"),
                f"-D{_seen_from_inside(self._directory, account)}",
                *(f"--{name}={value}" for name, value in settings.items()),
            ),
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
            env=_ENV,
            cwd=self._directory,
            account=account,
            log=self.log,
        )

    async def wait_ready(self) -> None:
        """Waits until it answers, for as long as it takes; creates the database on the first start."""
        while True:
            try:
                connection = await self._connect(_DATABASE)
            except asyncpg.InvalidCatalogNameError:
                await self._create_database()
            except asyncpg.InvalidPasswordError as error:
                raise ConfigurationError(
                    f"The password that was kept for the database in {self._directory} does not open it."
                ) from error
            except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
                await asyncio.sleep(_POLL_SECONDS)
            else:
                await connection.close()
                return

    async def _create_database(self) -> None:
        connection = await self._connect("postgres")
        try:
            await connection.execute(f"CREATE DATABASE {_DATABASE}")
        finally:
            await connection.close()

    async def _connect(self, database: str) -> asyncpg.Connection:
        return await asyncpg.connect(
            host=LOOPBACK,
            port=self._port,
            user=_USER,
            password=self._password,
            database=database,
            ssl=False,
            timeout=10,
        )

    def _initialise(self) -> None:
        """Runs initdb under another name first, so that a directory with its final name is complete."""
        if self._directory.exists() and any(self._directory.iterdir()):
            raise ConfigurationError(f"{self._directory} holds something else than a PostgreSQL database.")
        parent, prefix = self._directory.parent, f"{self._directory.name}-initdb-"
        parent.mkdir(parents=True, exist_ok=True)
        for unfinished in parent.glob(f"{prefix}*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=prefix, dir=parent) as scratch:
            directory = Path(scratch, "data")
            directory.mkdir(mode=0o700)
            account = _account(directory)
            if account:
                os.chown(directory, account.uid, account.gid)
            self._initdb(directory, account)
            # Takes the place of an empty directory, too.
            directory.rename(self._directory)

    def _initdb(self, directory: Path, account: Account | None) -> None:
        # A nameless file that the server's user owns can be opened through its descriptor wherever it lies.
        with tempfile.TemporaryFile() as password_file:
            password_file.write(self._password.encode())
            password_file.seek(0)
            if account:
                os.fchown(password_file.fileno(), account.uid, account.gid)
            result = subprocess.run(
                [
                    postgres_programs(account) / "initdb",
                    f"--pgdata={_seen_from_inside(directory, account)}",
                    f"--username={_USER}",
                    f"--pwfile=/dev/fd/{password_file.fileno()}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C",
                    *(() if self._durable else ("--no-sync",)),
                ],
                cwd=directory,
                env=_ENV,
                pass_fds=(password_file.fileno(),),
                capture_output=True,
                text=True,
                check=False,
                **run_as(account),
            )
        if result.returncode != 0:
            reason = (result.stderr.strip() or result.stdout.strip()).splitlines()[-1:]
            raise ConfigurationError(f"PostgreSQL could not set up {self._directory}: {''.join(reason)}")


def _account(directory: Path) -> Account | None:
    """Whom to run the server as: ourselves or, as PostgreSQL refuses root, the directory's owner or nobody."""
    if os.geteuid() != 0:
        return None
    if sys.platform != "linux":
        raise ConfigurationError("PostgreSQL can't run as root; start Greenway as yourself.")
    owner = directory.stat()
    return Account(uid=owner.st_uid, gid=owner.st_gid) if owner.st_uid != 0 else _NOBODY


def _give(directory: Path, account: Account) -> None:
    for path in (directory, *directory.rglob("*")):
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _seen_from_inside(directory: Path, account: Account | None) -> Path:
    """A path to `directory` that works for a process that runs in it.

    Another user may be unable to pass through the directories above. Its working directory, which it enters
    before its user changes, has a name that needs no passing through.
    """
    return Path("/proc/self/cwd") if account else directory
