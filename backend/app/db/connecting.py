"""How connections to PostgreSQL are opened: as DATABASE_URL asks, directly or through a pooler such as PgBouncer.

A pooler in transaction mode may hand every transaction to another server connection. So nothing may be kept in a
session there: no named statement, and no setting beyond the end of its transaction.
"""

import asyncio
import errno
import os
import random
import socket
import ssl
from typing import Any

import asyncpg
import structlog
from asyncpg.transaction import Transaction

from app.core.database_address import DatabaseAddress

CONNECT_TIMEOUT = 5.0
"""Seconds to wait for a new connection, unless DATABASE_URL has `connect_timeout`."""

IDLE_TIMEOUT = 5.0
"""Seconds that the server lets a transaction wait for its next statement. A client that has stood still, or has gone
without a word, must not keep others from the rows that it has locked."""

TRANSACTION_LIMIT = 60.0
"""Seconds that a transaction may take on PostgreSQL 17 or newer. A client that hangs between two parts of a statement
is not idle for the server, and would keep its locks for as long as the connection seems to be there: for hours."""

_KNOWS_TRANSACTION_LIMIT = 17

_KEEPALIVE = {
    "keepalives": (socket.SOL_SOCKET, "SO_KEEPALIVE"),
    "keepalives_idle": (socket.IPPROTO_TCP, "TCP_KEEPIDLE"),
    "keepalives_interval": (socket.IPPROTO_TCP, "TCP_KEEPINTVL"),
    "keepalives_count": (socket.IPPROTO_TCP, "TCP_KEEPCNT"),
}

log = structlog.get_logger()
_REFUSALS = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class CannotConnect(OSError):
    """No connection could be opened; the text is the reason, in the words of the server or of the system."""


class _PooledTransaction(Transaction):
    """A transaction that brings its settings along."""

    def __init__(self, connection: "Connection", **how: Any) -> None:
        super().__init__(connection, **how)
        self._over = connection

    async def start(self) -> None:
        await super().start()
        try:
            for limit in self._over.limits:
                await self._over.execute(f"SET LOCAL {limit}")
        except BaseException:
            await self.rollback()
            raise


class Connection(asyncpg.Connection):
    """A connection that knows whether a pooler is in between."""

    behind_pooler = False
    limits: tuple[str, ...] = ()
    """Settings that keep what has been left alone from holding locks."""

    def transaction(self, *, isolation: Any = None, readonly: bool = False, deferrable: bool = False) -> Transaction:
        kind = _PooledTransaction if self.behind_pooler else Transaction
        return kind(self, isolation=isolation, readonly=readonly, deferrable=deferrable)


async def connect(address: DatabaseAddress, *, application_name: str, command_timeout: float | None) -> Connection:
    """Open a connection that is ready for use.

    Raises:
        CannotConnect: there is no answer, or a refusal.
    """
    timeout = address.connect_timeout or CONNECT_TIMEOUT
    try:
        connection: Connection = await asyncpg.connect(
            **_arguments(address),
            timeout=timeout,
            command_timeout=command_timeout,
            statement_cache_size=0,  # SQLAlchemy keeps the statements of direct connections
            connection_class=Connection,
            # Nothing else: poolers refuse parameters that they do not know.
            server_settings={
                "application_name": address.application_name or application_name,
                **({"options": address.options} if address.options else {}),
            },
        )
    except asyncpg.TargetServerAttributeNotMatched as error:
        wanted = f"target_session_attrs={address.session_attributes}"
        raise CannotConnect(f"none of the servers is one that DATABASE_URL asks for ({wanted})") from error
    except _REFUSALS as error:
        raise CannotConnect(_reason(error, timeout)) from error
    except ValueError as error:  # how the driver says that a parameter's value is wrong
        raise CannotConnect(str(error)) from error
    try:
        _keep_alive(connection, address)
        await _settle(connection, address, is_patient=command_timeout is None)
    except _REFUSALS as error:
        connection.terminate()
        raise CannotConnect(_reason(error, timeout)) from error
    except BaseException:
        connection.terminate()
        raise
    return connection


def _arguments(address: DatabaseAddress) -> dict[str, Any]:
    hosts = list(address.hosts)
    if address.any_host_first:
        random.shuffle(hosts)
    where = {"host": [host for host, _ in hosts], "port": [port for _, port in hosts]} if hosts else {}
    encrypted = {"ssl": ssl.create_default_context()} if address.trusts_system_cas else {}
    return {"dsn": address.dsn, "database": address.database, **where, **encrypted}


async def _settle(connection: Connection, address: DatabaseAddress, *, is_patient: bool) -> None:
    """Find out who is at the other end: a pooler gives a key of its own, not its server's process. A migration is
    patient: it may take as long as it takes."""
    connection.limits = (f"idle_in_transaction_session_timeout = {IDLE_TIMEOUT * 1000:.0f}",)
    if not is_patient and connection.get_server_version().major >= _KNOWS_TRANSACTION_LIMIT:
        connection.limits += (f"transaction_timeout = {TRANSACTION_LIMIT * 1000:.0f}",)
    if address.behind_pooler is not None:
        connection.behind_pooler = address.behind_pooler
    else:
        process = await connection.fetchval("SELECT pg_backend_pid()")
        connection.behind_pooler = process != connection.get_server_pid()
    if not connection.behind_pooler:
        await connection.execute("; ".join(f"SET {limit}" for limit in connection.limits))


def _keep_alive(connection: Connection, address: DatabaseAddress) -> None:
    transport: asyncio.Transport = connection._transport  # type: ignore[attr-defined]
    wire = transport.get_extra_info("socket")
    if wire is None or wire.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    options = [(*_KEEPALIVE[name], value) for name, value in address.keepalive.items()]
    if address.tcp_user_timeout is not None:
        options.append((socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", address.tcp_user_timeout))
    for level, name, value in options:
        if hasattr(socket, name):  # not every system has every option
            wire.setsockopt(level, getattr(socket, name), value)


def _reason(error: BaseException, timeout: float) -> str:
    """The server's or system's own words, in one line."""
    if isinstance(error, TimeoutError):
        return f"no answer within {timeout:g} s"
    if isinstance(error, ssl.SSLCertVerificationError):
        told = error.verify_message.removesuffix(".")
        return f"its certificate is not accepted: {told}; sslrootcert names the file of its authority"
    if isinstance(error, ssl.SSLError):
        return f"no TLS connection is possible, or a file of certificates cannot be read ({error.reason or error})"
    if isinstance(error, socket.gaierror):
        return "its name cannot be looked up"
    if isinstance(error, OSError) and error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno).lower()
    if isinstance(error, ConnectionError) and not str(error):
        return "the server closed the connection"
    return " ".join(str(error).split()) or type(error).__name__
