"""When content is saved: Greenway, all of it at the end, and in batches while the buffer is locked."""

import asyncio
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import asyncpg

from benchmarks.comparison import OURS, Comparison, Measured, in_turn, values
from benchmarks.order import Call, Order, concept_ids, read_calls
from benchmarks.programs import begin
from benchmarks.report import Finding
from benchmarks.servers import bench, connect, execute, run

CONCEPTS, SECONDS, AT_MOST = 30, 0.3, 1.2
KILLED_AFTER = 3.0
"""Seconds: about the middle of a run."""
SLOW = 0.5
"""Seconds that a transaction takes that counts what a roadmap has, in a database that is busy or far away."""
POLL, PATIENCE = 0.005, 60
SETTLE = 0.5
"""Seconds in which a statement that had been sent is carried out, or not."""
ARTEFACTS = 3
"""Of a concept."""

_NAIVE = "benchmarks.peers.naive"
PROGRAMS: Mapping[str, Sequence[str]] = {
    OURS: ("benchmarks.ours",),
    "saved at the end": (_NAIVE, "saved_at_the_end"),
    "locked while saving": (_NAIVE, "locked_while_saving"),
}
_SAVED = "SELECT concept_id, kind FROM artefacts WHERE task_id = $1"
_SLOW_DOWN = f"""
CREATE OR REPLACE FUNCTION bench_slow() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep({SLOW}); RETURN NULL; END';
CREATE TRIGGER bench_slow AFTER UPDATE ON roadmap_progress FOR EACH STATEMENT EXECUTE FUNCTION bench_slow();
"""
_SPEED_UP = "DROP TRIGGER bench_slow ON roadmap_progress"


def measure() -> list[Finding]:
    kept = in_turn(_sides(_whole_run))
    killed = in_turn(_sides(_killed_run))
    run(execute(_SLOW_DOWN))
    try:
        slow = in_turn(_sides(_whole_run))
    finally:
        run(execute(_SPEED_UP))
    name = f"A roadmap of {CONCEPTS} concepts, agents of {SECONDS:g} to {AT_MOST:g} s"
    return [
        _comparison(f"{name}: how long until the first artefact is saved?", "s", kept, "first"),
        _comparison(f"{name}: how long until everything is saved?", "s", kept, "last"),
        _comparison(f"{name}, a save takes {SLOW:g} s: how long until everything is saved?", "s", slow, "last"),
        _comparison(
            f"{name}, kill -9 after {KILLED_AFTER:g} s: how many artefacts that agents had returned are lost?",
            "",
            killed,
            "lost",
        ),
        _comparison(f"{name}: how old was the oldest artefact that was lost?", "s", killed, "age"),
    ]


def _comparison(question: str, unit: str, measured: Mapping[str, list[Measured]], name: str) -> Comparison:
    sides = {side: values(rounds, name) for side, rounds in measured.items()}
    return Comparison(question=question, unit=unit, sides=sides)


def _sides(measure: Callable[[Sequence[str]], Measured]) -> dict[str, Callable[[], Measured]]:
    return {side: partial(measure, program) for side, program in PROGRAMS.items()}


def _whole_run(program: Sequence[str]) -> Measured:
    return run(_until_saved(program))


def _killed_run(program: Sequence[str]) -> Measured:
    return run(_until_killed(program))


async def _until_saved(program: Sequence[str]) -> Measured:
    async with _started(program) as running, asyncio.timeout(PATIENCE):
        first = last = None
        while last is None:
            assert running.process.poll() in {None, 0}, "the program does its work"
            saved, now = len(await running.saved()), time.monotonic()
            first = first or (now if saved else None)
            last = now if saved == ARTEFACTS * CONCEPTS else None
            await asyncio.sleep(POLL)
        running.process.wait()
        assert first is not None, "what is saved at last was first saved before"
        return {"first": first - running.began, "last": last - running.began}


async def _until_killed(program: Sequence[str]) -> Measured:
    async with _started(program) as running:
        while not running.calls:  # noqa: ASYNC110 - another process writes them
            await asyncio.sleep(POLL)
        await asyncio.sleep(running.began + KILLED_AFTER - time.monotonic())
        running.process.kill()
        running.process.wait()
        killed = time.monotonic()
        await asyncio.sleep(SETTLE)
        saved = await running.saved()
        lost = [call.returned for call in running.calls if call.returned and (call.concept_id, call.kind) not in saved]
        return {"lost": len(lost), "age": killed - min(lost, default=killed)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    process: subprocess.Popen[str]
    database: asyncpg.Connection
    task_id: str
    path: Path

    @property
    def calls(self) -> list[Call]:
        return read_calls(self.path)

    @property
    def began(self) -> float:
        return self.calls[0].asked

    async def saved(self) -> set[tuple[str, str]]:
        return {(row["concept_id"], row["kind"]) for row in await self.database.fetch(_SAVED, self.task_id)}


@asynccontextmanager
async def _started(program: Sequence[str]) -> AsyncIterator[_Run]:
    """A program that has just been given one roadmap."""
    async with bench() as setting:
        _, task_id = await setting.approved(CONCEPTS)
    database = await connect()
    with tempfile.NamedTemporaryFile() as file:
        tasks, concepts = [str(task_id)], concept_ids(CONCEPTS)
        order = Order(tasks=tasks, concepts=concepts, seconds=SECONDS, at_most=AT_MOST, notes=file.name)
        process = begin(order, *program)
        try:
            yield _Run(process=process, database=database, task_id=str(task_id), path=Path(file.name))
        finally:
            process.kill()
            process.wait()
            await database.close()
