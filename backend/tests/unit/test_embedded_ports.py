"""A port is reserved until its server takes it."""

import socket
import sys

import pytest

from app.embedded.ports import LOOPBACK, free_port


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux reserves a port in this way.")
def test_a_reserved_port_goes_to_the_server_that_asks_for_it_and_to_nobody_else() -> None:
    port = free_port()
    with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
        stranger.bind((LOOPBACK, port))  # as the kernel's own choice would
    with socket.socket() as client:
        assert client.connect_ex((LOOPBACK, port)) != 0, "nothing listens yet"
    for _ in range(2):  # also when it is started again
        with socket.create_server((LOOPBACK, port)), socket.create_connection((LOOPBACK, port)):
            pass


def test_no_port_is_given_out_twice() -> None:
    ports = [free_port() for _ in range(100)]
    assert len(set(ports)) == 100
