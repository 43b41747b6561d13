"""Keeps connections within bounds: how many there are, and how long they may keep the server waiting."""

import asyncio
import sys
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import takewhile
from typing import Protocol, cast

from app.core import metrics
from app.core.errors import ConfigurationError, GreenwayError, TooManyConnections, TooSlow, Unavailable
from app.core.rate_limited_log import RateLimitedLog
from app.core.serving_settings import LOOPBACK, Network, is_within, networks_of
from app.core.settings import Settings

if sys.platform != "win32":
    import resource

RESERVED_DESCRIPTORS = 96
"""Files that the process can open besides its clients' connections and its connections to the database: Redis, logs,
files of the web app, and connections that are about to be refused."""
FEWEST = 16
"""Connections with which a page and a command still work side by side."""
_STREAMS = 0.75
"""The part of all connections that event streams may take."""
_SWEEP_EVERY = 1.0
_RETRY_AFTER = 5


class Limit(StrEnum):
    """What a connection has run into; each is a label of the metric and a word in the log."""

    CONNECTIONS = "connections"
    ADDRESS = "address"
    HEAD = "head"
    TIMEOUT = "timeout"
    PIPELINE = "pipeline"
    SYNTAX = "syntax"
    FRAME = "frame"
    FRAMES = "frames"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """`timeout` is in seconds. Addresses of `exempt` networks may have as many connections as there are."""

    connections: int
    per_address: int = 100
    head_bytes: int = 32_768
    timeout: float = 20
    frame_bytes: int = 4096
    frames_per_second: int = 20
    exempt: tuple[Network, ...] = LOOPBACK
    origin: str = "GREENWAY_MAX_CONNECTIONS"
    """What the number of connections follows from."""


def limits_of(settings: Settings) -> ConnectionLimits:
    """What the settings say, and no more connections than the process has descriptors for.

    Raises:
        ConfigurationError: it may open too few files.
    """
    reserve = RESERVED_DESCRIPTORS + settings.db_pool_size
    files = _open_files()
    possible = settings.max_connections if files is None else files - reserve
    if possible < FEWEST:
        raise ConfigurationError(
            f"The process may open {files} files, but needs {reserve + FEWEST}; raise the limit (ulimit -n)."
        )
    return ConnectionLimits(
        connections=min(settings.max_connections, possible),
        origin="GREENWAY_MAX_CONNECTIONS" if settings.max_connections <= possible else f"ulimit -n {files}",
        per_address=settings.max_connections_per_address,
        head_bytes=settings.max_head_bytes,
        timeout=settings.client_timeout,
        frame_bytes=settings.max_frame_bytes,
        frames_per_second=settings.max_frames_per_second,
        exempt=LOOPBACK + networks_of(settings.trusted_proxies),
    )


def streams_of(settings: Settings) -> int:
    """How many event streams there may be at once: a part of the connections, so that requests have theirs.

    Raises:
        ConfigurationError: the process may open too few files.
    """
    return min(settings.max_event_streams, int(limits_of(settings).connections * _STREAMS))


def _open_files() -> int | None:
    """How many files the process may open; None for any number."""
    if sys.platform == "win32":
        return None
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if files == resource.RLIM_INFINITY else files


class PendingConnection(Protocol):
    """A connection that waits for its client."""

    transport: asyncio.Transport

    def end(self, error: GreenwayError) -> bool:
        """End the connection, and tell the client why; False where nothing was under way."""


@dataclass(slots=True, eq=False)
class Connections:
    """All connections of a server. One that waits for its client (for a whole request, or to take an answer) is ended
    after a while, and makes place for a new one when there are too many: the one that has waited for longest first."""

    limits: ConnectionLimits
    _open: dict[asyncio.Transport, str | None] = field(default_factory=dict)
    _of_address: Counter[str] = field(default_factory=Counter)
    _waiting: dict[PendingConnection, float] = field(default_factory=dict)
    """Since when, the longest first."""
    _unsent: dict[PendingConnection, int] = field(default_factory=dict)
    """Bytes that a client had not taken when it was looked at last."""
    _sweep: asyncio.TimerHandle | None = None
    _seldom: dict[Limit, RateLimitedLog] = field(default_factory=lambda: {limit: RateLimitedLog() for limit in Limit})

    def admit(self, transport: asyncio.Transport) -> GreenwayError | None:
        """Count a new connection, or say why there is no place for it."""
        limits = self.limits
        address = self._counted_address(transport)
        if address is not None and self._of_address[address] >= limits.per_address:
            message = (
                f"{limits.per_address} connections from one address are open (GREENWAY_MAX_CONNECTIONS_PER_ADDRESS)."
            )
            self.note(Limit.ADDRESS, message, transport)
            return TooManyConnections(message, retry_after=_RETRY_AFTER)
        if len(self._open) >= limits.connections:
            message = f"{limits.connections} connections are open ({limits.origin})."
            self.note(Limit.CONNECTIONS, message, transport)
            if not self._waiting:
                return Unavailable(message, retry_after=_RETRY_AFTER)
            longest = next(iter(self._waiting))
            why = Unavailable(f"{message[:-1]}, and this one was idle the longest.", retry_after=_RETRY_AFTER)
            _end(longest, why)
            self.forget(longest)
        self._open[transport] = address
        if address is not None:
            self._of_address[address] += 1
        if self._sweep is None:
            self._schedule()
        return None

    def wait_for(self, connection: PendingConnection) -> None:
        """From now on the connection waits for its client."""
        self._waiting.pop(connection, None)  # it goes to the end
        self._waiting[connection] = asyncio.get_running_loop().time()

    def stop_waiting(self, connection: PendingConnection) -> None:
        self._waiting.pop(connection, None)
        self._unsent.pop(connection, None)

    def forget(self, connection: PendingConnection) -> None:
        """The connection has ended."""
        self.stop_waiting(connection)
        address = self._open.pop(connection.transport, None)
        if address is not None:
            self._of_address[address] -= 1
            if not self._of_address[address]:
                del self._of_address[address]

    def note(self, limit: Limit, message: str, transport: asyncio.Transport) -> None:
        """Count it, and log it once in a while."""
        metrics.connections_refused.labels(limit).inc()
        self._seldom[limit].warn(
            "connection_limit_reached", limit=limit, message=message, client=_address_of(transport)
        )

    def _counted_address(self, transport: asyncio.Transport) -> str | None:
        address = _address_of(transport)
        return None if is_within(address, self.limits.exempt) else address

    def _schedule(self) -> None:
        self._sweep = asyncio.get_running_loop().call_later(_SWEEP_EVERY, self._end_those_that_wait)

    def _end_those_that_wait(self) -> None:
        self._sweep = None
        seconds = self.limits.timeout
        latest = asyncio.get_running_loop().time() - seconds
        message = f"The client has kept the connection waiting for {seconds:g} s (GREENWAY_CLIENT_TIMEOUT)."
        for connection in [*takewhile(lambda waiting: self._waiting[waiting] <= latest, self._waiting)]:
            if self._takes_something(connection):
                self.wait_for(connection)
                continue
            self.stop_waiting(connection)
            if _end(connection, TooSlow(message)):
                self.note(Limit.TIMEOUT, message, connection.transport)
        for transport in self._open:
            # Closed, but the client has not taken all that was sent.
            if (
                transport.is_closing()
                and (closing := cast(PendingConnection, transport.get_protocol())) not in self._waiting
            ):
                self.wait_for(closing)
        if self._open:
            self._schedule()

    def _takes_something(self, connection: PendingConnection) -> bool:
        """Whether a client, however slowly, takes what is sent to it."""
        unsent = connection.transport.get_write_buffer_size()
        before = self._unsent.get(connection)
        self._unsent[connection] = unsent
        return unsent > 0 and (before is None or unsent < before)


def _end(connection: PendingConnection, error: GreenwayError) -> bool:
    transport = connection.transport
    if transport.is_closing() or transport.get_write_buffer_size():
        transport.abort()  # a client that reads nothing cannot be told why
        return True
    return connection.end(error)


def _address_of(transport: asyncio.Transport) -> str:
    peer = transport.get_extra_info("peername")
    return str(peer[0]) if isinstance(peer, tuple) else ""
