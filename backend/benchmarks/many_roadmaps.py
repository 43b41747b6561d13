"""Many roadmaps at once in one worker process: time, processor time, memory and connections."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID

from benchmarks.comparison import OURS, Comparison, Measured, in_turn, values
from benchmarks.order import Order, concept_ids
from benchmarks.programs import carry_out, is_installed
from benchmarks.report import Figure, Finding
from benchmarks.servers import bench, run

ROADMAPS, CONCEPTS, SECONDS = 120, 30, 0.5
FLOOR = "the floor"
MEBIBYTE = 2**20


def measure() -> list[Finding]:
    """Each side is a fresh process in each round, with roadmaps of its own."""
    measured = in_turn(_sides())
    ideal = math.ceil(CONCEPTS / 5) * SECONDS
    concepts = ROADMAPS * CONCEPTS
    name = f"{ROADMAPS} roadmaps of {CONCEPTS} concepts, agents of {SECONDS:g} s, one worker process"
    return [
        Comparison(
            question=f"{name}: how long, as a multiple of the {ideal:g} s that the agents alone take?",
            unit="x",
            sides={side: values(rounds, "seconds", ideal) for side, rounds in measured.items()},
            beside=FLOOR,
            at_most=1.1,
        ),
        Comparison(
            question=f"{name}: how much of its processor time does a concept take?",
            unit="ms",
            sides={side: values(rounds, "cpu", concepts / 1000) for side, rounds in measured.items()},
            beside=FLOOR,
            at_most=3,
        ),
        Figure("many roadmaps", "memory of the worker (RSS)", "MiB", values(measured[OURS], "rss", MEBIBYTE), 200),
        Figure("many roadmaps", "database connections of the worker", "", values(measured[OURS], "connections"), 10),
    ]


def _sides() -> Mapping[str, Callable[[], Measured]]:
    programs = {OURS: "benchmarks.ours", FLOOR: "benchmarks.floor"}
    if is_installed("arq", "arq"):
        programs["arq"] = "benchmarks.peers.arq_worker"
    if is_installed("taskiq", "taskiq_redis"):
        programs["taskiq"] = "benchmarks.peers.taskiq_worker"
    return {side: partial(_round, program) for side, program in programs.items()}


def _round(program: str) -> Measured:
    tasks = [str(task_id) for task_id in run(_prepare())]
    return carry_out(Order(tasks=tasks, concepts=concept_ids(CONCEPTS), seconds=SECONDS), program)


async def _prepare() -> list[UUID]:
    async with bench() as setting:
        return [(await setting.approved(CONCEPTS))[1] for _ in range(ROADMAPS)]
