"""Where `greenway up` may listen, and how its parts are told apart from others on the machine."""

import socket
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from app.core.errors import ConfigurationError
from app.embedded.options import UpOptions
from app.embedded.ports import LOOPBACK, check_answers, free_port


def options(*, host: str = LOOPBACK, port: int = 8000, env: Mapping[str, str] | None = None) -> UpOptions:
    return UpOptions(
        host=host,
        port=port,
        data_dir=Path("unused"),
        workers=2,
        database_url=None,
        redis_url=None,
        env=env or {},
    )


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("localhost", "http://localhost:8000"),
        ("::1", "http://[::1]:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
    ],
)
def test_the_url_is_one_that_a_browser_here_can_open(host: str, url: str) -> None:
    assert options(host=host).url == url


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "greenway.example"])
def test_other_machines_are_kept_out_by_default(host: str) -> None:
    with pytest.raises(ConfigurationError, match="GREENWAY_LISTEN_ANY=1"):
        options(host=host).check_address()


def test_other_machines_are_let_in_when_asked_for() -> None:
    options(host="0.0.0.0", port=free_port(), env={"GREENWAY_LISTEN_ANY": "1"}).check_address()


def test_an_address_of_another_machine_can_not_be_opened() -> None:
    with pytest.raises(ConfigurationError, match=r"^Port 8000 on 192\.0\.2\.1 cannot be opened"):
        options(host="192.0.2.1", env={"GREENWAY_LISTEN_ANY": "1"}).check_address()


def test_workers_count_up_from_the_metrics_port_that_was_asked_for() -> None:
    asked = options(env={"GREENWAY_WORKER_METRICS_PORT": "9200"})
    assert [asked.metrics_port(index) for index in range(2)] == [9200, 9201]
    assert options(env={"GREENWAY_WORKER_METRICS_PORT": "0"}).metrics_port(1) == 0


def test_a_default_metrics_port_gives_way_to_another_greenway() -> None:
    with ExitStack() as stack:
        # Another Greenway on this machine may really have it.
        with suppress(OSError):
            stack.enter_context(socket.create_server((LOOPBACK, 9101)))
        assert options().metrics_port(0) != 9101


def test_a_url_that_is_none_is_said_without_showing_it() -> None:
    with pytest.raises(ConfigurationError) as caught:
        check_answers("DATABASE_URL", "postgresql://someone:secret@host:port/greenway")
    assert str(caught.value).startswith("DATABASE_URL: the port is not a number")
    assert "secret" not in str(caught.value)
