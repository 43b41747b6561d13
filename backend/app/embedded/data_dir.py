"""The data directory of `greenway up`: whose it is, who uses it now, its secrets, and what is running in it."""

import errno
import os
import secrets
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from app.core.errors import ConfigurationError
from app.embedded.leftovers import ProcessRecord, still_runs

if sys.platform != "win32":
    import fcntl

_FORMAT = 1
_MARKER = "greenway.json"
_SECRETS = "secrets.json"
_RUN = "run.json"
_POSTGRES = "postgres"
"""Where root lets another user keep the database."""


class _Marker(BaseModel):
    format: int


class Secrets(BaseModel):
    """Made once for each data directory."""

    model_config = ConfigDict(frozen=True)

    postgres_password: str
    valkey_password: str
    secret_key: str

    @classmethod
    def make(cls) -> Self:
        return cls(
            postgres_password=secrets.token_urlsafe(24),
            valkey_password=secrets.token_urlsafe(24),
            secret_key=secrets.token_urlsafe(48),
        )


class Run(BaseModel):
    """Where a running `greenway up` has put its parts; it holds passwords."""

    model_config = ConfigDict(frozen=True)

    url: str
    database_url: str
    redis_url: str
    processes: tuple[ProcessRecord, ...] = ()
    supervisor: ProcessRecord | None = None
    """The `greenway up` that has written this; another one may hold the directory before it writes its own."""


class DataDirectory:
    """A data directory that this process alone uses, from `open` on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.postgres = path / _POSTGRES
        self.valkey = path / "valkey"
        self.logs = path / "logs"

    @classmethod
    @contextmanager
    def open(cls, path: Path, warn: Callable[[str], None] = lambda _: None) -> Iterator[Self]:
        """Makes or takes `path`, and holds it; `ConfigurationError` if it is in use, not Greenway's or not ours."""
        path = path.absolute()
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            _check_owner(path)
            if not (path / _MARKER).exists() and any(path.iterdir()):
                raise ConfigurationError(
                    f"{path} contains other files; choose a new or empty directory with --data-dir."
                )
            _close_to_others(path, warn)
            marker = os.open(path / _MARKER, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be used as the data directory: {error.strerror}.") from error
        try:
            _lock(marker, path)
            _check_format(marker, path)
            yield cls(path)
        finally:
            os.close(marker)

    def secrets(self) -> Secrets:
        """The secrets, made on the first call."""
        path = self.path / _SECRETS
        try:
            return Secrets.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            made = Secrets.make()
            _write_private(path, made.model_dump_json())
            return made
        except ValidationError as error:
            raise ConfigurationError(f"{path} cannot be read; restore it, or choose another --data-dir.") from error

    def last_run(self) -> Run | None:
        """What the last `greenway up` wrote, if it didn't come to an orderly end."""
        return _read_run(self.path)

    def write_run(self, run: Run) -> None:
        _write_private(self.path / _RUN, run.model_dump_json(indent=2))

    def clear_run(self) -> None:
        (self.path / _RUN).unlink(missing_ok=True)


def running_instance(path: Path) -> Run | None:
    """What runs in the data directory now, or None; None also when the directory may not be looked into, or others
    decide what is in it."""
    try:
        run = _read_run(path)
        # The lock is only tried where something seems to run: holding it for a moment could stop a start.
        if run is None or not (run.supervisor is None or still_runs(run.supervisor)):
            return None
        _check_owner(path)
        if _is_open_to_others(path):
            return None
        marker = os.open(path / _MARKER, os.O_RDONLY)
    except (OSError, ConfigurationError):
        return None
    try:
        return run if _is_locked(marker) else None
    finally:
        os.close(marker)


def _close_to_others(path: Path, warn: Callable[[str], None]) -> None:
    """What others could change would decide which processes we end, which passwords hold and what is served."""
    if not _is_open_to_others(path):
        return
    # Again once no other process can add anything.
    _check_entries(path)
    path.chmod(0o700)
    _check_entries(path)
    warn(f"Other users could write to {path}; now only you can use it.")


def _check_owner(path: Path) -> None:
    if path.stat().st_uid != os.geteuid():
        raise ConfigurationError(f"{path} belongs to another user; choose another --data-dir.")


def _check_entries(path: Path) -> None:
    for entry in path.iterdir():
        if entry != path / _POSTGRES and entry.lstat().st_uid != os.geteuid():
            raise ConfigurationError(
                f"Other users can write to {path}, and {entry.name} in it is not yours; choose another --data-dir."
            )


def _is_open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH))


def _lock(marker: int, path: Path) -> None:
    if _is_locked(marker):
        run = _read_run(path)
        where = f" at {run.url}" if run else ""
        raise ConfigurationError(f"Greenway is already running in {path}{where}; choose another --data-dir.")


def _is_locked(marker: int) -> bool:
    """Whether another process holds the lock; if not, we hold it now, until the file is closed."""
    try:
        fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno != errno.EWOULDBLOCK:
            raise
        return True
    return False


def _check_format(marker: int, path: Path) -> None:
    written = os.read(marker, 1000)
    if not written:
        # New, or the process that made it died here.
        os.write(marker, _Marker(format=_FORMAT).model_dump_json().encode())
        return
    try:
        found = _Marker.model_validate_json(written).format
    except ValidationError as error:
        raise ConfigurationError(f"{path / _MARKER} was not created by Greenway; choose another --data-dir.") from error
    if found != _FORMAT:
        raise ConfigurationError(f"{path} was created by another version of Greenway; choose another --data-dir.")


def _read_run(path: Path) -> Run | None:
    with suppress(FileNotFoundError, ValidationError):
        return Run.model_validate_json((path / _RUN).read_bytes())
    return None


def _write_private(path: Path, text: str) -> None:
    """Replaces the file as a whole, so that a crash leaves the old one or the new one."""
    unfinished = path.with_name(f"{path.name}.new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    unfinished.replace(path)
