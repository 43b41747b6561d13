"""Tests cannot reach another machine."""

import asyncio
import socket

import pytest
from pydantic_ai import models


def test_a_socket_to_another_machine_is_refused() -> None:
    with socket.socket() as outside, pytest.raises(PermissionError, match=r"192\.0\.2\.1"):
        outside.connect(("192.0.2.1", 80))


async def test_the_event_loop_is_held_back_too() -> None:
    with pytest.raises(PermissionError):
        await asyncio.open_connection("192.0.2.1", 80)


def test_models_are_not_asked_unless_a_test_says_so() -> None:
    with pytest.raises(RuntimeError):
        models.check_allow_model_requests()
