"""How many connections there may be, whose, and which of them make place for a new one."""

import asyncio
from typing import Any, cast

import pytest

from app.api import connections as module
from app.api.connections import RESERVED_DESCRIPTORS, ConnectionLimits, Connections, limits_of
from app.core.errors import ConfigurationError, GreenwayError, TooManyConnections, Unavailable
from app.core.serving_settings import LOOPBACK, networks_of
from app.core.settings import load_settings

STRANGER = "203.0.113.7"


class FakeTransport:
    def __init__(self, address: str) -> None:
        self.address = address
        self.aborted = self.closing = False
        self.unsent = 0
        self.protocol: FakeConnection | None = None

    def get_extra_info(self, name: str) -> Any:
        assert name == "peername"
        return (self.address, 50000)

    def is_closing(self) -> bool:
        return self.closing

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def get_protocol(self) -> Any:
        return self.protocol

    def abort(self) -> None:
        self.aborted = True


class FakeConnection:
    def __init__(self, address: str = "127.0.0.1") -> None:
        self.wire = FakeTransport(address)
        self.wire.protocol = self
        self.transport = cast(asyncio.Transport, self.wire)
        self.ended: GreenwayError | None = None

    def end(self, error: GreenwayError) -> bool:
        self.ended = error
        return True


def connections(count: int = 100, **limits: Any) -> Connections:
    return Connections(ConnectionLimits(connections=count, **limits))


def opened(all_of_them: Connections, address: str = "127.0.0.1") -> FakeConnection:
    connection = FakeConnection(address)
    assert all_of_them.admit(connection.transport) is None
    all_of_them.wait_for(connection)
    return connection


async def test_an_address_has_its_share_and_others_have_theirs() -> None:
    some = connections(per_address=2)
    first = opened(some, STRANGER)
    opened(some, STRANGER)
    refusal = some.admit(FakeConnection(STRANGER).transport)
    assert isinstance(refusal, TooManyConnections)
    assert "GREENWAY_MAX_CONNECTIONS_PER_ADDRESS" in refusal.message
    opened(some, "203.0.113.8")
    some.forget(first)
    opened(some, STRANGER)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "172.18.0.2"])
async def test_loopback_and_trusted_proxies_speak_for_many(address: str) -> None:
    some = connections(per_address=1, exempt=LOOPBACK + networks_of("172.18.0.0/16"))
    for _ in range(3):
        opened(some, address)


async def test_the_connection_that_has_waited_for_longest_makes_place() -> None:
    some = connections(2)
    first, second = opened(some), opened(some)
    some.wait_for(first)  # it has had an answer since
    third = opened(some)
    assert isinstance(second.ended, Unavailable)
    assert "GREENWAY_MAX_CONNECTIONS" in second.ended.message
    assert first.ended is third.ended is None


async def test_a_connection_at_work_makes_no_place() -> None:
    some = connections(1)
    busy = opened(some)
    some.stop_waiting(busy)
    refusal = some.admit(FakeConnection().transport)
    assert isinstance(refusal, Unavailable)
    assert busy.ended is None
    some.forget(busy)
    opened(some)


async def test_those_that_wait_for_too_long_are_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SWEEP_EVERY", 0.01)
    some = connections(timeout=0.05)
    idle, busy = opened(some), opened(some)
    some.stop_waiting(busy)
    async with asyncio.timeout(10):
        while idle.ended is None:
            await asyncio.sleep(0.01)
    assert "GREENWAY_CLIENT_TIMEOUT" in idle.ended.message
    assert busy.ended is None


async def test_a_client_may_take_its_answer_slowly_but_not_never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SWEEP_EVERY", 0.01)
    some = connections(timeout=0.05)
    slow, stuck, gone = opened(some), opened(some), opened(some)
    some.stop_waiting(gone)
    gone.wire.closing = True  # and yet it is still there
    slow.wire.unsent = stuck.wire.unsent = gone.wire.unsent = 1_000_000
    async with asyncio.timeout(10):
        while not (stuck.wire.aborted and gone.wire.aborted):
            slow.wire.unsent -= 1
            await asyncio.sleep(0.001)
    assert slow.wire.aborted is False
    assert slow.ended is None


def with_files(monkeypatch: pytest.MonkeyPatch, files: int) -> ConnectionLimits:
    monkeypatch.setattr(module, "_open_files", lambda: files)
    return limits_of(load_settings())


def test_some_files_are_kept_for_the_servers_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    assert with_files(monkeypatch, 300).connections == 300 - RESERVED_DESCRIPTORS - load_settings().db_pool_size
    assert with_files(monkeypatch, 100_000).connections == load_settings().max_connections


def test_with_too_few_files_it_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match=r"may open 64 files.*ulimit -n"):
        with_files(monkeypatch, 64)
