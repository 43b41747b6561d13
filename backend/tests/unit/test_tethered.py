"""What the tests start ends with them, whatever ends them."""

import subprocess
import sys
import time

import psutil
import pytest
from processes import BACKEND, TETHERED, environment

STARTS_A_PROCESS = """
import subprocess, sys, time
from pathlib import Path
from e2e.cluster import a_process

with a_process(["sleep", "600"], Path("log")) as process:
    print(process.pid, flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells children of their parent's end on Linux only")
def test_a_process_ends_when_the_tests_are_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTS_A_PROCESS],
        env=environment() | {"PYTHONPATH": f"{BACKEND}:{BACKEND / 'tests'}"},
        stdout=subprocess.PIPE,
        text=True,
        **TETHERED,
    ) as tests:
        assert tests.stdout is not None
        started = psutil.Process(int(tests.stdout.readline()))
        tests.kill()
    deadline = time.monotonic() + 30
    while started.is_running() and started.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "it goes on"
        time.sleep(0.02)
