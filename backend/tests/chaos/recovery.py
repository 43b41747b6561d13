"""How long learners wait after a fault: from the fault to the next call of an author for their roadmap.

`python -m chaos.recovery` prints the median and the longest of many rounds, for each fault, and fails where an aim is
missed.
"""

import argparse
import asyncio
import json
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2

from app.cli.endpoint import API
from chaos.audit import read_all
from chaos.history import read_calls
from chaos.processes import ManagedProcess, worker
from chaos.system import System, a_system

CONCEPTS = 300
"""Of a roadmap that is still being written when the fault strikes."""
POLL = 0.05
"""Seconds between two looks into the logs."""
PATIENCE = 90.0
MEDIAN_AIM, LONGEST_AIM = 6.0, 8.0
"""Seconds within which a roadmap goes on: half of the times, and always."""


class Observer:
    """One roadmap on a system, and the calls that are made for it."""

    def __init__(self, system: System, http: httpx2.AsyncClient) -> None:
        self.system = system
        self._http = http

    async def create(self, concepts: int = CONCEPTS) -> UUID:
        body = {"goal": "Learn Git", "concepts": concepts, "auto_approve": True}
        answer = await self._http.post(f"{self.system.urls[0]}{API}/roadmaps", json=body)
        assert answer.status_code == 202, answer.text
        return UUID(answer.json()["roadmap_id"])

    async def holder(self, roadmap_id: UUID) -> ManagedProcess:
        """The worker that is asking for the roadmap's artefacts, once it does."""
        marks = self.system.marks()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            calls = read_calls(self.system.logs_since(marks), [roadmap_id])
            if len(calls) > 20:
                return next(process for process in self.system.workers if process.name == calls[-1].process)
            await asyncio.sleep(POLL)
        raise AssertionError("nobody writes the roadmap")

    async def next_call(self, roadmap_id: UUID, marks: dict[Path, int], *, since: float, besides: str = "") -> float:
        """Seconds from `since` to the next call that is made by another process than `besides`."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for call in read_calls(self.system.logs_since(marks), [roadmap_id]):
                if call.asked > since and call.process != besides:
                    return call.asked - since
            await asyncio.sleep(POLL)
        raise AssertionError("nobody goes on with the roadmap")

    async def cancel(self, roadmap_id: UUID) -> None:
        await self._http.post(f"{self.system.urls[0]}{API}/roadmaps/{roadmap_id}/cancel")
        await asyncio.sleep(1)


async def after_a_kill(observer: Observer) -> float:
    roadmap_id = await observer.create()
    victim = await observer.holder(roadmap_id)
    marks, struck = observer.system.marks(), time.time()
    victim.send_to_all(signal.SIGKILL)
    seconds = await observer.next_call(roadmap_id, marks, since=struck)
    await observer.cancel(roadmap_id)
    return seconds


async def after_a_stop(observer: Observer) -> float:
    roadmap_id = await observer.create()
    victim = await observer.holder(roadmap_id)
    marks, struck = observer.system.marks(), time.time()
    victim.send_to_all(signal.SIGSTOP)
    seconds = await observer.next_call(roadmap_id, marks, since=struck, besides=victim.name)
    victim.resume()
    await observer.cancel(roadmap_id)
    return seconds


async def after_an_emptied_valkey(observer: Observer) -> float:
    """The roadmap is approved while Valkey is away, so that its doorbell is lost; counted from Valkey's return."""
    await observer.system.valkey.kill()
    marks = observer.system.marks()
    roadmap_id = await observer.create()
    await asyncio.sleep(3)
    await observer.system.valkey.start()
    seconds = await observer.next_call(roadmap_id, marks, since=time.time())
    await observer.cancel(roadmap_id)
    return seconds


async def after_a_child_has_died(observer: Observer) -> float:
    roadmap_id = await observer.create()
    victim = await observer.holder(roadmap_id)
    child = await _busy_child(observer.system, roadmap_id, victim)
    marks = observer.system.marks()
    victim.kill_child(child)
    seconds = await observer.next_call(roadmap_id, marks, since=time.time())
    await observer.cancel(roadmap_id)
    return seconds


async def _busy_child(system: System, roadmap_id: UUID, process: ManagedProcess) -> int:
    stored = await read_all(system.postgres.url, [roadmap_id])
    holder = next(write.holder for write in reversed(stored.task_writes) if write.status == "running")
    assert holder is not None
    child = int(holder.rpartition(":")[2])
    assert child in process.children()
    return child


async def measure(name: str, times: int, once: Callable[[Observer], Awaitable[float]], pool: str) -> dict[str, Any]:
    """On a system of its own, with two workers of one kind."""
    directory = Path(tempfile.mkdtemp(prefix="greenway-recovery-"))
    directory.chmod(0o755)
    workers = [worker(f"worker-{number}", pool=pool, concurrency=2 if pool == "prefork" else 16) for number in (1, 2)]
    seconds: list[float] = []
    async with (
        a_system(directory, workers) as system,
        httpx2.AsyncClient(trust_env=False, timeout=30) as http,
    ):
        observer = Observer(system, http)
        for _ in range(times):
            await system.until_ready()
            await asyncio.sleep(6)  # whoever takes over must have held its lease for 5 s
            seconds.append(round(await once(observer), 2))
            print(f"{name}: {seconds[-1]} s", file=sys.stderr, flush=True)
    return {
        "fault": name,
        "times": times,
        "median_s": statistics.median(seconds),
        "longest_s": max(seconds),
        "each_s": seconds,
    }


FAULTS: dict[str, tuple[Callable[[Observer], Awaitable[float]], str]] = {
    "kill -9 of a worker": (after_a_kill, "threads"),
    "SIGSTOP of a worker": (after_a_stop, "threads"),
    "Valkey back, and empty": (after_an_emptied_valkey, "threads"),
    "kill -9 of a prefork child": (after_a_child_has_died, "prefork"),
}


async def main(arguments: argparse.Namespace) -> int:
    results = [
        await measure(name, arguments.times, once, pool)
        for name, (once, pool) in FAULTS.items()
        if arguments.only is None or arguments.only in name
    ]
    for result in results:
        print(f"{result['fault']:28} median {result['median_s']:5.2f} s, longest {result['longest_s']:5.2f} s")
    if arguments.out:
        arguments.out.write_text(json.dumps(results, indent=1) + "\n")
    missed = [one["fault"] for one in results if one["median_s"] > MEDIAN_AIM or one["longest_s"] > LONGEST_AIM]
    if missed:
        print(f"The aims of {MEDIAN_AIM:g} s and {LONGEST_AIM:g} s are missed: {', '.join(missed)}.")
    return int(bool(missed))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="chaos.recovery", description=__doc__)
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--only", help="part of a fault's name")
    parser.add_argument("--out", type=Path)
    sys.exit(asyncio.run(main(parser.parse_args())))
