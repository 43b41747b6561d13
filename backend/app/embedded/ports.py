"""TCP ports: a free one on this machine, whether ours is free, and whether another program's server answers."""

import errno
import ipaddress
import socket
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

from app.core.database_address import parse_database_address
from app.core.errors import ConfigurationError

LOOPBACK = "127.0.0.1"
_REDIS_PORT = 6379
_ANSWER_SECONDS = 5


def free_port() -> int:
    """A TCP port on loopback, which this process reserves for its children for as long as it lives.

    On Linux a socket that is bound with SO_REUSEADDR and does not listen keeps the kernel from giving the port to
    a program that asks for any port, while a server that asks for this one and sets SO_REUSEADDR, as all of ours do,
    gets it. Until then, connections are refused. Other systems know no such reservation; there the port is only free
    now.
    """
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind((LOOPBACK, 0))
    port: int = probe.getsockname()[1]
    if sys.platform == "linux":
        probe.detach()  # stays open until this process ends
    else:
        probe.close()
    return port


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_free(host: str, port: int) -> None:
    """`ConfigurationError` if we could not listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"Port {port} on {host} is in use"
        else:
            reason = f"Port {port} on {host} cannot be opened ({error.strerror})"
        raise ConfigurationError(f"{reason}; choose another with --port.") from error


def check_answers(setting: str, url: str) -> None:
    """`ConfigurationError`, without the password, if nothing answers at the server that `setting` names, or at any of
    them if it names several."""
    servers = list(_servers(setting, url))
    faults = list(filter(None, (_fault(setting, host, port) for host, port in servers)))
    if servers and len(faults) == len(servers):
        raise ConfigurationError(faults[-1])


def _servers(setting: str, url: str) -> Iterator[tuple[str, int]]:
    """Those that are reached over TCP; what is wrong with a socket in the file system, its client reports."""
    if setting == "DATABASE_URL":
        yield from ((host, port) for host, port in parse_database_address(url).hosts if not host.startswith("/"))
        return
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _REDIS_PORT
    except ValueError as error:
        raise ConfigurationError(f"{setting} is not a valid URL.") from error
    if host is not None:
        yield host, port


def _fault(setting: str, host: str, port: int) -> str | None:
    try:
        socket.create_connection((host, port), timeout=_ANSWER_SECONDS).close()
    except (socket.gaierror, UnicodeError):
        return f"{setting} names the host {host}, which does not exist."
    except OSError:
        return f"{setting} names {host}:{port}, but no server answers there."
    return None
