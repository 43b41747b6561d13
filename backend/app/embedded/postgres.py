"""The embedded PostgreSQL server: its data directory, how to start it, and when it is ready."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

from app.core.errors import ConfigurationError
from app.embedded.command import Account, ProcessCommand, run_as
from app.embedded.ports import LOOPBACK
from app.embedded.postgres_account import ENV, account_for, give, seen_from_inside
from app.embedded.postgres_install import postgres_programs
from app.embedded.postgres_lock import clear_previous_server
from app.embedded.postgres_roles import APPLICATION, DATABASE, SUPERUSER, has_roles, set_up_roles
from app.embedded.waiting import imported

_MAJOR = "18"
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

_FAULT = re.compile(r"^.*?\b(?:error|FATAL|PANIC):\s*")


class EmbeddedPostgres:
    """One PostgreSQL 18 server on loopback; call `prepare`, start `command`, then await `wait_ready`."""

    name = "PostgreSQL"

    def __init__(
        self,
        directory: Path,
        port: int,
        password: str,
        *,
        durable: bool = True,
        creates_databases: bool = False,
        log: Path | None = None,
    ) -> None:
        """`durable=False` trades the data's survival of a crash for speed, which only tests may do; only they and the
        benchmarks need a role that `creates_databases` and asks for checkpoints, too."""
        self._directory = directory.absolute()
        self._port = port
        self._password = password
        self._durable = durable
        self._creates_databases = creates_databases
        self.log = log or self._directory.with_name(f"{self._directory.name}.log")

    @property
    def url(self) -> str:
        return f"postgresql://{APPLICATION}:{quote(self._password, safe='')}@{LOOPBACK}:{self._port}/{DATABASE}"

    def prepare(self) -> None:
        """Makes the data directory on first use, later sees off what an earlier server left; may be repeated."""
        version = self._directory / "PG_VERSION"
        if not version.exists():
            self._initialise()
        elif (major := version.read_text().strip()) != _MAJOR:
            raise ConfigurationError(
                f"The data in {self._directory} was created by PostgreSQL {major}, but this is PostgreSQL {_MAJOR}; "
                "choose another --data-dir."
            )
        else:
            clear_previous_server(self._directory)
        account = account_for(self._directory)
        if account and self._directory.stat().st_uid != account.uid:
            give(self._directory, account)
        if not has_roles(self._directory):
            self._set_up_roles(self._directory, account)

    def command(self) -> ProcessCommand:
        account = account_for(self._directory)
        settings = _SETTINGS | {"port": str(self._port)} | self._unsafe_settings
        return ProcessCommand(
            name=self.name,
            argv=(
                str(postgres_programs(account) / "postgres"),
                f"-D{seen_from_inside(self._directory, account)}",
                *(f"--{name}={value}" for name, value in settings.items()),
            ),
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
            env=ENV,
            cwd=self._directory,
            account=account,
            log=self.log,
        )

    async def wait_ready(self) -> None:
        """Waits until it answers, for as long as it takes."""
        readiness = await imported("app.embedded.postgres_readiness")
        await readiness.wait_until_it_answers(self._directory, self._port, self._password)

    @property
    def _unsafe_settings(self) -> dict[str, str]:
        return {} if self._durable else _UNSAFE_SETTINGS

    def _set_up_roles(self, directory: Path, account: Account | None) -> None:
        set_up_roles(
            directory,
            account,
            self._password,
            creates_databases=self._creates_databases,
            settings=[f"-c{name}={value}" for name, value in self._unsafe_settings.items()],
        )

    def _initialise(self) -> None:
        """Runs initdb under another name first, so that a directory with its final name is complete."""
        if self._directory.exists() and any(self._directory.iterdir()):
            raise ConfigurationError(f"{self._directory} contains something other than a PostgreSQL database.")
        parent, prefix = self._directory.parent, f"{self._directory.name}-initdb-"
        parent.mkdir(parents=True, exist_ok=True)
        for unfinished in parent.glob(f"{prefix}*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=prefix, dir=parent) as scratch:
            directory = Path(scratch, "data")
            directory.mkdir(mode=0o700)
            account = account_for(directory)
            if account:
                os.chown(directory, account.uid, account.gid)
            self._initdb(directory, account)
            self._set_up_roles(directory, account)
            # Takes the place of an empty directory, too.
            directory.rename(self._directory)

    def _initdb(self, directory: Path, account: Account | None) -> None:
        result = subprocess.run(
            [
                postgres_programs(account) / "initdb",
                f"--pgdata={seen_from_inside(directory, account)}",
                f"--username={SUPERUSER}",
                "--auth=reject",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                *(() if self._durable else ("--no-sync",)),
            ],
            cwd=directory,
            env=ENV,
            capture_output=True,
            text=True,
            check=False,
            **run_as(account),
        )
        if result.returncode != 0:
            reason = why_it_failed(result.stderr.strip() or result.stdout.strip())
            raise ConfigurationError(f"PostgreSQL could not set up {self._directory}: {reason}.")


def why_it_failed(output: str) -> str:
    """The line with which a program of PostgreSQL's says what was wrong; what it did about that comes later."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    told = next((line for line in lines if _FAULT.search(line)), lines[-1] if lines else "it gave no reason")
    return _FAULT.sub("", told).removesuffix(".")
