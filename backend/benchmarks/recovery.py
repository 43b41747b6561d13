"""A worker is killed in the middle of a roadmap: how long until another one goes on, and what is paid for twice.

Greenway as it is installed, and task queues with the shortest timeouts that the same job allows; all of them side by
side, since they mostly wait.
"""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from benchmarks.comparison import OURS, ROUNDS, Comparison, Measured, values
from benchmarks.order import Call, Order, concept_ids, read_calls
from benchmarks.programs import is_installed
from benchmarks.report import Figure, Finding
from benchmarks.servers import bench, connect, execute, run

CONCEPTS, SECONDS, AT_MOST = 30, 0.3, 1.2
KILLED_AFTER = 3.0
PATIENCE, PATIENCE_BY_DEFAULT = 90.0, 400.0
"""Seconds that a roadmap is waited for."""
POLL = 0.05
ARTEFACTS = 3
DATABASE = "bench_procrastinate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A module that is started as a worker, and one that is told of a task; Greenway's database tells its workers."""

    worker: Sequence[str]
    sender: Sequence[str] | None = None
    is_best: bool = False


def measure() -> list[Finding]:
    """With the best settings of each."""
    with _procrastinate():
        queues = _queues(is_best=True)
        rounds: dict[str, list[Measured]] = {name: [] for name in queues}
        for number in range(ROUNDS):
            sys.stderr.write(f"  round {number + 1} of {ROUNDS}: {', '.join(queues)}, side by side\n")
            for name, measured in _side_by_side(queues, PATIENCE).items():
                assert measured is not None, f"{name} has not gone on"
                rounds[name].append(measured)
    name = "kill -9 of the worker in the middle of a roadmap"
    return [
        Comparison(
            question=f"{name}: how long until another worker asks an agent?",
            unit="s",
            sides={side: values(measured, "idle") for side, measured in rounds.items()},
        ),
        Comparison(
            question=f"{name}: how many of {ARTEFACTS * CONCEPTS} artefacts were asked for twice?",
            unit="",
            sides={side: values(measured, "twice") for side, measured in rounds.items()},
        ),
    ]


def measure_by_default() -> list[Finding]:
    """One round with the settings that each has when it is installed; waiting is all that it takes."""
    with _procrastinate():
        queues = _queues(is_best=False)
        measured = _side_by_side(queues, PATIENCE_BY_DEFAULT)
    figures = []
    for name, one in measured.items():
        if one is None:
            figures.append(Figure("recovery", f"{name}: nobody had gone on within", "s", (PATIENCE_BY_DEFAULT,)))
        else:
            figures.append(Figure("recovery", f"{name}: until another worker asks an agent", "s", (one["idle"],)))
            figures.append(Figure("recovery", f"{name}: artefacts asked for twice", "", (one["twice"],)))
    return list(figures)


def _queues(*, is_best: bool) -> dict[str, Queue]:
    queues = {OURS: Queue(worker=("benchmarks.timed_worker",))}
    for name in ("Celery", "arq", "dramatiq", "procrastinate"):
        if is_installed(name, name.lower()):
            module = f"benchmarks.peers.{name.lower()}_queue"
            queues[name] = Queue(worker=(module, "work"), sender=(module, "send"), is_best=is_best)
    return queues


def _side_by_side(queues: Mapping[str, Queue], patience: float) -> dict[str, Measured | None]:
    with ThreadPoolExecutor(len(queues)) as threads:
        return dict(zip(queues, threads.map(partial(_round, patience=patience), queues.values()), strict=True))


def _round(queue: Queue, patience: float) -> Measured | None:
    """None when nobody has gone on."""
    task_id = run(_prepare(queue))
    order = Order(tasks=[task_id], concepts=concept_ids(CONCEPTS), seconds=SECONDS, at_most=AT_MOST)
    with tempfile.TemporaryDirectory() as folder:
        notes, path = Path(folder, "notes"), Path(folder, "order")
        notes.touch()
        path.write_text(replace(order, notes=str(notes)).to_json())
        env = {
            **os.environ,
            "BENCH_ORDER": str(path),
            "BENCH_SETTINGS": "best" if queue.is_best else "default",
            "GREENWAY_WORKER_METRICS_PORT": "0",
        }
        with _workers(queue, env) as workers:
            if queue.sender is not None:
                subprocess.run([sys.executable, "-m", *queue.sender, task_id], env=env, check=True)
            return run(_kill_one(task_id, workers, notes, patience))


async def _kill_one(task_id: str, workers: Sequence[int], notes: Path, patience: float) -> Measured | None:
    async with asyncio.timeout(PATIENCE):
        while not (calls := read_calls(notes)):  # noqa: ASYNC110 - another process writes them
            await asyncio.sleep(POLL)
    await asyncio.sleep(calls[0].asked + KILLED_AFTER - time.monotonic())
    before = read_calls(notes)
    victim = next(group for group in workers if os.getpgid(before[-1].process) == group)
    os.killpg(victim, signal.SIGKILL)
    killed = time.monotonic()
    try:
        async with asyncio.timeout(patience):
            while not (later := _later(read_calls(notes), killed)):  # noqa: ASYNC110
                await asyncio.sleep(POLL)
        await _until_saved(task_id)
    except TimeoutError:
        return None
    asked = read_calls(notes)
    distinct = {(call.concept_id, call.kind) for call in asked}
    return {"idle": later[0].asked - killed, "twice": len(asked) - len(distinct)}


def _later(calls: Sequence[Call], moment: float) -> list[Call]:
    return [call for call in calls if call.asked > moment]


async def _until_saved(task_id: str) -> None:
    database = await connect()
    try:
        async with asyncio.timeout(PATIENCE):
            query = "SELECT count(DISTINCT (concept_id, kind)) FROM artefacts WHERE task_id = $1"
            while await database.fetchval(query, task_id) < ARTEFACTS * CONCEPTS:  # noqa: ASYNC110
                await asyncio.sleep(POLL)
    finally:
        await database.close()


@contextmanager
def _workers(queue: Queue, env: Mapping[str, str]) -> Iterator[list[int]]:
    """Two workers, each a group of processes; gives the groups."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", *queue.worker, *([str(number)] if len(queue.worker) > 1 else [])],
            env=env,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for number in range(2)
    ]
    try:
        yield [process.pid for process in processes]
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


async def _prepare(queue: Queue) -> str:
    async with bench() as setting:
        task_id = str((await setting.approved(CONCEPTS))[1])
    if queue.sender is not None:  # Greenway's workers, in the same database, take it for announced, and leave it alone
        await execute(f"UPDATE tasks SET rung_at = now() + interval '1 day' WHERE id = '{task_id}'")
    return task_id


@contextmanager
def _procrastinate() -> Iterator[None]:
    """A database for procrastinate's own tables, when it is there."""
    if not is_installed("procrastinate", "procrastinate"):
        yield
        return
    run(execute(f"CREATE DATABASE {DATABASE}"))
    url = urlsplit(os.environ["DATABASE_URL"].replace("+asyncpg", ""))
    os.environ["BENCH_PROCRASTINATE"] = urlunsplit(url._replace(path=f"/{DATABASE}"))
    try:
        subprocess.run([sys.executable, "-m", "benchmarks.peers.procrastinate_queue", "prepare"], check=True)
        yield
    finally:
        run(execute(f"DROP DATABASE {DATABASE} WITH (FORCE)"))
