"""A PostgreSQL address as libpq reads it: hosts, and the parameters behind the question mark."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

from app.core.errors import ConfigurationError
from app.core.files import why_unreadable
from app.core.service_file import parameters_of_service

DEFAULT_PORT = 5432
SYSTEM_CAS: Final = "system"
"""As `sslrootcert`: the certificate authorities that this machine trusts."""

_ENCODE = "characters such as / ? # @ : in a name or password must be written as %2F %3F %23 %40 %3A"

_SCHEMES = {"postgres", "postgresql", "postgresql+asyncpg"}

_TLS_VERSIONS = ("tlsv1", "tlsv1.1", "tlsv1.2", "tlsv1.3")

_CHOICES: dict[str, tuple[str, ...]] = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "sslnegotiation": ("postgres", "direct"),
    "channel_binding": ("disable", "prefer", "require"),
    "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
    "pgbouncer": ("true", "false"),
    "ssl_min_protocol_version": _TLS_VERSIONS,
    "ssl_max_protocol_version": _TLS_VERSIONS,
    # Parameters of which Greenway's driver has only one behaviour: the values that ask for it.
    "client_encoding": ("auto", "utf8", "utf-8", "unicode"),
    "gssencmode": ("disable", "allow", "prefer"),
    "sslcertmode": ("allow", "disable", "require"),
    "sslcompression": ("0", "1"),
    "sslsni": ("1",),
    "load_balance_hosts": ("disable", "random"),
    "prepared_statement_cache_size": ("0",),
    "statement_cache_size": ("0",),
    "keepalives": ("0", "1"),
}
_NUMBERS = ("connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout")
_LARGEST_NUMBER = 2**31 - 1
_FILES = ("sslcert", "sslkey", "sslrootcert", "sslcrl", "passfile")
_TEXTS = (
    *("host", "hostaddr", "port", "dbname", "database", "user", "password", "service", "servicefile"),
    *("sslpassword", "krbsrvname", "gsslib"),
    *("application_name", "fallback_application_name", "options", "min_protocol_version", "max_protocol_version"),
)
_OURS_ALONE = {
    *("channel_binding", "pgbouncer", "client_encoding", "gssencmode", "sslcertmode", "sslcompression", "sslsni"),
    *("load_balance_hosts", "prepared_statement_cache_size", "statement_cache_size", "connect_timeout", "keepalives"),
    *("keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout", "application_name"),
    *("fallback_application_name", "options", "min_protocol_version", "max_protocol_version", "host", "hostaddr"),
    *("port", "dbname", "database", "service", "servicefile"),
}
"""Parameters that are not handed on to the driver in the address."""
_IMPOSSIBLE = ("require_auth", "requirepeer", "sslcrldir", "replication", "gssdelegation", "passwordcommand")
"""Parameters of libpq that the driver cannot do; leaving them out silently could be unsafe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseAddress:
    """`hosts` are names, addresses or directories of sockets, each with a port; none stands for libpq's default."""

    dsn: str = field(repr=False)
    """What the driver reads: user, password, and the parameters that it knows itself."""
    hosts: tuple[tuple[str, int], ...]
    database: str | None
    application_name: str | None
    options: str | None
    """Command-line options for the server, such as `-c search_path=mine`."""
    connect_timeout: float | None
    keepalive: Mapping[str, int]
    tcp_user_timeout: int | None
    """Milliseconds."""
    behind_pooler: bool | None
    """What the address says; None if it says nothing, and the server has to show it."""
    session_attributes: str
    """Which of several servers is wanted, as `target_session_attrs` names them."""
    any_host_first: bool
    trusts_system_cas: bool


def parse_database_address(url: str) -> DatabaseAddress:
    """Read DATABASE_URL.

    Raises:
        ConfigurationError: it is not a PostgreSQL address, or a parameter is unknown or wrong; the sentence names it.
    """
    scheme, separator, rest = url.strip().partition("://")
    if not separator or scheme not in _SCHEMES:
        raise ConfigurationError("DATABASE_URL must start with postgresql://.")
    if not url.strip().isprintable():
        raise ConfigurationError("DATABASE_URL contains an invisible character; type or copy it again.")
    if "%00" in url:
        raise ConfigurationError("DATABASE_URL contains the character %00, which PostgreSQL does not accept.")
    before, _, query = rest.partition("?")
    authority, slash, path = before.partition("/")
    if "@" in query and "@" not in authority:
        raise ConfigurationError(f"DATABASE_URL cannot be read; {_ENCODE}.")
    login, at, hostspec = authority.rpartition("@")
    given = _with_service(_parameters(query), login, hostspec)
    sslmode, channel_binding = given.get("sslmode"), given.get("channel_binding")
    if channel_binding == "require":
        if sslmode in {"disable", "allow"}:
            raise ConfigurationError(
                f"DATABASE_URL: channel_binding=require needs TLS, which sslmode={sslmode} does not ask for."
            )
        # The driver cannot bind the channel. What that protects from, a server in between, a full check of the
        # certificate protects from as well.
        given["sslmode"] = "verify-full"
        given.setdefault("sslrootcert", SYSTEM_CAS)
    trusts_system_cas = given.get("sslrootcert") == SYSTEM_CAS
    if trusts_system_cas:
        given.pop("sslrootcert")
        given["sslmode"] = "verify-full"
    if given.get("sslcertmode") == "disable":
        given.pop("sslcert", None)
        given.pop("sslkey", None)
    for_driver = {name: value for name, value in given.items() if name not in _OURS_ALONE}
    # As for libpq, 0 and less stand for the system's own value.
    numbers = {name: int(given[name]) for name in _NUMBERS if name in given and int(given[name]) > 0}
    keepalive = {name: number for name, number in numbers.items() if name.startswith("keepalives_")}
    timeout = numbers.get("connect_timeout", 0)
    return DatabaseAddress(
        dsn=f"postgresql://{login}{at}" + (f"?{urlencode(for_driver, quote_via=quote)}" if for_driver else ""),
        hosts=_hosts(hostspec, given),
        database=given.get("dbname") or given.get("database") or (unquote(path) if slash and path else None),
        application_name=given.get("application_name") or given.get("fallback_application_name"),
        options=given.get("options"),
        connect_timeout=float(max(timeout, 2)) if timeout > 0 else None,  # libpq's own minimum
        keepalive=MappingProxyType(keepalive if given.get("keepalives") != "0" else {"keepalives": 0}),
        tcp_user_timeout=numbers.get("tcp_user_timeout"),
        behind_pooler=_behind_pooler(given),
        session_attributes=given.get("target_session_attrs", "any"),
        any_host_first=given.get("load_balance_hosts") == "random",
        trusts_system_cas=trusts_system_cas,
    )


def _with_service(given: dict[str, str], login: str, hostspec: str) -> dict[str, str]:
    """With what the service that is named adds.

    Raises:
        ConfigurationError: there is none, its parameters are wrong, or its password would go to another server.
    """
    service = _checked(parameters_of_service(given))
    elsewhere = hostspec or given.keys() & {"host", "hostaddr"}
    if elsewhere and "password" in service and ":" not in login and "password" not in given:
        raise ConfigurationError(
            "DATABASE_URL names a host, and a service whose password is only sent to the service's own host;"
            " remove the host."
        )
    return {**service, **given}


def _parameters(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True) if query else []
    except ValueError:
        raise ConfigurationError("DATABASE_URL: the part after the `?` must look like name=value&name=value.") from None
    given: dict[str, str] = {}
    for name, value in pairs:
        name = "sslmode" if name == "ssl" else name
        given[name] = {"true": "require", "false": "disable"}.get(value, value) if name == "sslmode" else value
    return _checked(given)


def _checked(given: Mapping[str, str]) -> dict[str, str]:
    """Those that say something; words of which there is a list in small letters, as the driver wants them."""
    for name, value in given.items():
        _check(name, value)
    return {name: _in_drivers_case(name, value) for name, value in given.items() if value}


def _in_drivers_case(name: str, value: str) -> str:
    if name in ("ssl_min_protocol_version", "ssl_max_protocol_version"):
        return "TLSv" + value[4:]
    return value.lower() if name in _CHOICES else value


def _check(name: str, value: str) -> None:
    if name in _IMPOSSIBLE:
        raise ConfigurationError(f"DATABASE_URL: Greenway does not support the parameter {name}; remove it.")
    if name not in (*_CHOICES, *_NUMBERS, *_FILES, *_TEXTS):
        raise ConfigurationError(
            f"DATABASE_URL has the unknown parameter {_shown(name)}; doc/configuration.md lists the supported ones."
        )
    if not value:
        return
    if name in _CHOICES and value.lower() not in _CHOICES[name]:
        choices = ", ".join(_CHOICES[name])
        raise ConfigurationError(f"DATABASE_URL: {name} must be {choices}, but is {_shown(value)}.")
    if name in _NUMBERS and not (value.removeprefix("-").isascii() and value.removeprefix("-").isdigit()):
        raise ConfigurationError(f"DATABASE_URL: {name} must be a whole number, but is {_shown(value)}.")
    if name in _NUMBERS and not -_LARGEST_NUMBER <= float(value) <= _LARGEST_NUMBER:
        raise ConfigurationError(f"DATABASE_URL: {name} must be at most {_LARGEST_NUMBER}, but is {_shown(value)}.")
    if name in _FILES and value != SYSTEM_CAS and (reason := why_unreadable(_expanded(value))):
        raise ConfigurationError(
            f"DATABASE_URL: {name} names the file {_shown(value)}, which cannot be read: {reason}."
        )
    if name == "passfile" and Path(_expanded(value)).stat().st_mode & 0o077:
        raise ConfigurationError(
            f"DATABASE_URL: passfile names the file {_shown(value)}, which other users can read, so it is not used;"
            " run chmod 600 on it."
        )


def _expanded(path: str) -> str:
    # `Path.expanduser` fails for users who do not exist.
    return os.path.expanduser(path)  # noqa: PTH111


def _hosts(hostspec: str, given: Mapping[str, str]) -> tuple[tuple[str, int], ...]:
    """Of the authority, else of the parameters; `hostaddr` goes before a name, as nothing has to be looked up then."""
    names = hostspec or given.get("host", "")
    if given.get("hostaddr"):
        if given.get("sslmode") == "verify-full":
            raise ConfigurationError(
                "DATABASE_URL: Greenway does not support hostaddr together with sslmode=verify-full; remove it."
            )
        names, given = _at_address(names, given)
    ports = given.get("port", "").split(",") if given.get("port") else []
    parts = names.split(",") if names else []
    if len(ports) > 1 and len(ports) != len(parts):
        raise ConfigurationError(f"DATABASE_URL names {len(parts)} hosts and {len(ports)} ports.")
    return tuple(
        _host(part, ports[index] if len(ports) > 1 else (ports[0] if ports else "")) for index, part in enumerate(parts)
    )


def _at_address(names: str, given: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """The addresses in place of the names, with the ports that stand behind these."""
    addresses = given["hostaddr"].split(",")
    own = [str(port) for _, port in (_host(part, given.get("port", "")) for part in names.split(","))] if names else []
    if names and len(addresses) != len(own):
        raise ConfigurationError(f"DATABASE_URL names {len(own)} hosts and {len(addresses)} addresses in hostaddr.")
    return given["hostaddr"], {**given, "port": ",".join(own)} if own and "port" not in given else given


def _host(text: str, port: str) -> tuple[str, int]:
    """One of `name`, `name:port`, `1.2.3.4:port`, `[::1]:port`, `::1`, or the directory of a socket."""
    host = unquote(text)
    if host.startswith("["):
        host, bracket, tail = host[1:].partition("]")
        if not bracket or (tail and not tail.startswith(":")):
            raise ConfigurationError("DATABASE_URL: the address in brackets is not closed.")
        port = tail[1:] or port
    elif not host.startswith("/") and host.count(":") == 1:
        host, _, own = host.partition(":")
        port = own or port
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ConfigurationError(f"DATABASE_URL: the port is not a number between 1 and 65535; {_ENCODE}.")
    return host or "localhost", int(port or DEFAULT_PORT)


def _behind_pooler(given: Mapping[str, str]) -> bool | None:
    if "pgbouncer" in given:
        return given["pgbouncer"].lower() == "true"
    return True if {"prepared_statement_cache_size", "statement_cache_size"} & given.keys() else None


def _shown(text: str) -> str:
    """A value in a sentence: short, in ASCII."""
    return ascii(text[:60])[1:-1]
