"""Processes that a killed supervisor left behind, where the kernel has not ended them."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from app.embedded.child import Child
from app.embedded.command import ProcessCommand
from app.embedded.leftovers import end_leftovers, record


@pytest.fixture
async def child(tmp_path: Path) -> AsyncIterator[Child]:
    child = await Child.spawn(
        ProcessCommand(
            name="sleeper",
            argv=(sys.executable, "-c", "import threading; threading.Event().wait()"),
            stop_signal=signal.SIGTERM,
            death_signal=signal.SIGKILL,
            env={},
        )
    )
    yield child
    child.signal(signal.SIGKILL)
    await child.wait()


async def test_they_are_ended(child: Child) -> None:
    left = record(child)
    assert left
    await asyncio.to_thread(end_leftovers, [left])
    assert not psutil.pid_exists(child.pid)


async def test_a_process_that_only_has_the_same_number_is_left_alone(child: Child) -> None:
    left = record(child)
    assert left
    end_leftovers([left.model_copy(update={"created": left.created - 60})])
    assert child.returncode is None


async def test_one_that_has_ended_is_no_leftover(child: Child) -> None:
    left = record(child)
    assert left
    await child.stop(10)
    end_leftovers([left])
