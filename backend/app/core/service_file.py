"""libpq's file of connection services: parameters of DATABASE_URL under a name, kept elsewhere."""

import configparser
import os
from collections.abc import Mapping
from pathlib import Path

from app.core.errors import ConfigurationError
from app.core.files import read_bounded

_LONGEST = 1_000_000
"""Bytes of such a file that are read."""


def parameters_of_service(given: Mapping[str, str]) -> dict[str, str]:
    """What the service file says under the name `service`, if DATABASE_URL has one; `servicefile` may name the file.

    Raises:
        ConfigurationError: there is no such service, or the file cannot be read.
    """
    name = given.get("service")
    if not name:
        return {}
    for path in _files(given.get("servicefile")):
        services = _read(path)
        if services.has_section(name):
            return {key: value for key, value in services.items(name) if value}
    raise ConfigurationError(f"DATABASE_URL: the service {ascii(name[:60])[1:-1]} is not in any service file.")


def _files(named: str | None) -> list[Path]:
    """Where libpq looks: in the file that is named, else in the user's own; then in the system's."""
    own = named or os.environ.get("PGSERVICEFILE") or "~/.pg_service.conf"
    files = [Path(os.path.expanduser(own))]  # noqa: PTH111  # `Path.expanduser` fails for users who do not exist
    if system := os.environ.get("PGSYSCONFDIR"):
        files.append(Path(system) / "pg_service.conf")
    return [file for file in files if named or file.exists()]


def _read(path: Path) -> configparser.ConfigParser:
    services = configparser.ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    try:
        services.read_string(read_bounded(path, _LONGEST).decode())
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or "it is not in UTF-8"
        raise ConfigurationError(
            f"DATABASE_URL: the service file {ascii(str(path)[:60])[1:-1]} cannot be read: {reason.lower()}."
        ) from None
    except configparser.Error:
        raise ConfigurationError(
            f"DATABASE_URL: the service file {ascii(str(path)[:60])[1:-1]} has a line that is neither"
            " [service] nor name=value."
        ) from None
    return services
