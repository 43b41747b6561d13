"""One round: learners at work, faults from a seed, and the verdict."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from chaos.audit import read_all
from chaos.checker import Verdict, check
from chaos.faults import FAULTS, Battlefield, Fault
from chaos.generator import Generator
from chaos.history import History, read_bugs, read_calls
from chaos.system import System

HEAD_START = 2.0
"""Seconds that learners are undisturbed at first."""
SETTLING_TIME = 150.0
"""Seconds within which everything must come to rest once nothing is broken any more."""
HEARING_TIME = 20.0
"""Seconds within which the clients must have heard of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    seed: int
    seconds: float
    faults: Sequence[str]
    history: History
    verdict: Verdict

    def summary(self) -> dict[str, object]:
        history = self.history
        assert history.stored is not None
        return {
            "seed": self.seed,
            "seconds": round(self.seconds, 1),
            "faults": list(self.faults),
            "without_effect": [strike.fault for strike in history.strikes if not strike.took_effect],
            "failpoints": [
                strike.fault.removeprefix("failpoint_")
                for strike in history.strikes
                if strike.fault.startswith("failpoint_") and strike.took_effect
            ],
            "roadmaps": len(history.roadmap_ids),
            "commands": len(history.orders),
            "calls": len(history.calls),
            "artefacts": len(history.stored.artefact_writes),
            "events": sum(history.stored.positions.values()),
            "reconnects": sum(seen.reconnects for seen in history.seen),
            "repeated": dict(self.verdict.repeats),
            "not_stored": dict(self.verdict.not_stored),
            "parked": self.verdict.parked,
            "huge_answers": history.huge_answers,
            "grew_by_mb": [round((one.most - one.before) / 2**20) for one in history.footprints],
            "violations": self.verdict.violations,
        }


def choose(rng: random.Random, system: System, only: Sequence[str]) -> list[Fault]:
    """One to three faults; of those that strike a server, one for each."""
    possible = [fault for fault in FAULTS if fault.is_possible(system) and (not only or fault.name in only)]
    chosen: list[Fault] = []
    for _ in range(rng.choice((1, 2, 2, 3))):
        (fault,) = rng.choices(possible, [fault.weight for fault in possible])
        if fault.server is None or fault.server not in {other.server for other in chosen}:
            chosen.append(fault)
    return chosen


async def play(system: System, seed: int, *, only: Sequence[str] = ()) -> Round:
    """Play a round on a system where nothing is broken; it is left so."""
    rng = random.Random(seed)
    began = time.monotonic()
    marks, history = system.marks(), History()
    faults = choose(rng, system, only)
    generator = Generator(system, history, random.Random(rng.random()))
    try:
        await generator.create(rng.randint(3, 6))
        commands = asyncio.create_task(generator.give_commands())
        await asyncio.sleep(HEAD_START)
        strikes = []
        for fault in faults:  # each has dice of its own: what one does to time changes nothing for the others
            field = Battlefield(system, history, random.Random(rng.random()), generator.create)
            strikes.append(_strike(fault, field, delay=rng.uniform(0, 4)))
        await asyncio.gather(*strikes)
        generator.stop_commands()
        await commands
        await system.heal()
        await system.until_ready()
        await generator.settle(SETTLING_TIME)
        await generator.until_clients_agree(HEARING_TIME)
    finally:
        await generator.close()
    history.stored = await read_all(system.postgres.url, history.roadmap_ids)
    logs = system.logs_since(marks)
    history.calls = read_calls(logs, history.roadmap_ids)
    history.bugs = read_bugs(logs)
    return Round(
        seed=seed,
        seconds=time.monotonic() - began,
        faults=[fault.name for fault in faults],
        history=history,
        verdict=check(history),
    )


async def _strike(fault: Fault, field: Battlefield, *, delay: float) -> None:
    await asyncio.sleep(delay)
    await fault.strike(field)
