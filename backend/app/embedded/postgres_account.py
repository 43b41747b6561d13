"""Whom the embedded PostgreSQL runs as, and how that user finds its data directory."""

import os
import sys
from pathlib import Path

from app.core.errors import ConfigurationError
from app.embedded.command import Account

_NOBODY = Account(uid=65534, gid=65534)
# Nothing of the caller's environment (PGPORT, PGOPTIONS, an unknown LANG) may change the server.
ENV = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}


def account_for(directory: Path) -> Account | None:
    """Whom to run the server as: ourselves or, as PostgreSQL refuses root, the directory's owner or nobody."""
    if os.geteuid() != 0:
        return None
    if sys.platform != "linux":
        raise ConfigurationError("PostgreSQL cannot run as root; start Greenway as an ordinary user.")
    owner = directory.stat()
    return Account(uid=owner.st_uid, gid=owner.st_gid) if owner.st_uid != 0 else _NOBODY


def give(directory: Path, account: Account) -> None:
    for path in (directory, *directory.rglob("*")):
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def seen_from_inside(directory: Path, account: Account | None) -> Path:
    """A path to `directory` that works for a process that runs in it.

    Another user may be unable to pass through the directories above. Its working directory, which it enters
    before its user changes, has a name that needs no passing through.
    """
    return Path("/proc/self/cwd") if account else directory
