"""Sides of a benchmark that are processes of their own: each takes an order, and gives what it has measured."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec

import psutil

from benchmarks.order import Order


def carry_out(order: Order, *program: str) -> dict[str, float]:
    """Run a module of `benchmarks` until it has carried out the order."""
    answer = subprocess.run(
        [sys.executable, "-m", *program], input=order.to_json(), stdout=subprocess.PIPE, text=True, check=True
    )
    figures: dict[str, float] = json.loads(answer.stdout)
    return figures


def begin(order: Order, *program: str) -> subprocess.Popen[str]:
    """The same, without waiting for its end. What it prints is lost."""
    process = subprocess.Popen(
        [sys.executable, "-m", *program], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    assert process.stdin is not None
    process.stdin.write(order.to_json())
    process.stdin.close()
    return process


@contextmanager
def running(*program: str, env: Mapping[str, str] | None = None) -> Iterator[psutil.Process]:
    """A server or worker, until it is needed no more; `env` is added to the environment."""
    process = subprocess.Popen([sys.executable, "-m", *program], env={**os.environ, **(env or {})})
    try:
        yield psutil.Process(process.pid)
    finally:
        process.kill()
        process.wait()


def processor_time(process: psutil.Process) -> float:
    """Seconds."""
    times = process.cpu_times()
    return float(times.user + times.system)


def is_installed(peer: str, package: str) -> bool:
    """Whether a peer can be measured; says so where it cannot."""
    if find_spec(package) is not None:
        return True
    sys.stderr.write(f"{peer} is not installed, and is left out; `make bench` installs it.\n")
    return False
