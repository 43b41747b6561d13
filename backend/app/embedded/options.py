"""What `greenway up` is asked to do, and the product's own processes that it starts."""

import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from app.core.errors import ConfigurationError
from app.embedded.ports import LOOPBACK, check_free, free_port, is_loopback

_FIRST_METRICS_PORT = 9101
_YES = {"1", "true", "yes", "on"}


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOptions:
    """The options of `greenway up`."""

    host: str
    port: int
    data_dir: Path
    workers: int
    database_url: str | None
    """A server of the user's own; without it PostgreSQL is embedded."""
    redis_url: str | None
    """A server of the user's own; without it Valkey is embedded."""
    env: Mapping[str, str]
    """What the processes inherit: the environment, and `.env` where the environment is silent."""
    root_path: str = ""
    """The sub-path under which the API answers."""

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the API."""
        host = LOOPBACK if self.host in {"0.0.0.0", "::"} else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}{self.root_path}"

    @property
    def is_quiet(self) -> bool:
        """Whether the console shows warnings and errors only: people have not asked for more, nor do machines read."""
        return not self.env.get("LOG_LEVEL") and self.env.get("LOG_FORMAT") != "json"

    def check_address(self) -> None:
        """`ConfigurationError` if the API may not or can't listen there."""
        if not is_loopback(self.host) and self.env.get("GREENWAY_LISTEN_ANY", "").lower() not in _YES:
            raise ConfigurationError(
                f"{self.host} can be reached from other machines, and Greenway has no accounts; "
                "set GREENWAY_LISTEN_ANY=1 if that is what you want."
            )
        check_free(self.host, self.port)

    def metrics_port(self, index: int) -> int:
        """The metrics port of a worker: one of those that were asked for, or, by default, one that is free."""
        asked_for = self.env.get("GREENWAY_WORKER_METRICS_PORT")
        if asked_for:
            return int(asked_for) + index if asked_for != "0" else 0
        try:
            check_free(LOOPBACK, _FIRST_METRICS_PORT + index)
        except ConfigurationError:
            # Another Greenway on this machine has it.
            return free_port()
        return _FIRST_METRICS_PORT + index


async def _hand_back_nothing(_launch_id: UUID, _pid: int, _database_url: str, _redis_url: str) -> None:
    pass


async def _assume_ready(_database_url: str, _workers: int) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The product's own parts, so that tests can put small programs in their place."""

    migrate: Callable[[str], None]
    """Brings the database with this URL to the current schema; may block."""
    workers_ready: Callable[[str, int], Awaitable[bool]] = _assume_ready
    """Whether this many workers have announced themselves in the database with this URL."""
    hand_back: Callable[[UUID, int, str, str], Awaitable[None]] = _hand_back_nothing
    """Puts the tasks of a dead worker, known by its launch and its pid, back into the queue (database URL, Redis
    URL)."""
    # -P: a package named `app` in the user's working directory must not take the place of ours.
    program: tuple[str, ...] = (sys.executable, "-P", "-m", "app.cli")
    """The program that has the commands `api --host --port` and `worker`."""
