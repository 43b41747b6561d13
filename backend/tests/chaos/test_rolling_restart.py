"""Every process is replaced, one after the other, while 20 roadmaps are written and 200 clients watch."""

import asyncio
import random
import sys
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from app.cli.endpoint import API
from chaos.audit import read_all
from chaos.checker import check
from chaos.generator import Generator
from chaos.history import History, read_bugs, read_calls
from chaos.processes import worker
from chaos.system import System, a_system

ROADMAPS, CLIENTS_EACH = 20, 10


async def read_on(system: System, history: History, answers: list[int], unanswered: list[UUID]) -> None:
    """A client without patience: what the API processes answer, and what neither of them has answered."""
    async with httpx2.AsyncClient(trust_env=False, timeout=10) as http:
        while True:
            for roadmap_id in history.roadmap_ids[:3]:
                before = len(answers)
                for url in system.urls:
                    with suppress(httpx2.TransportError):  # it is being replaced; the other one answers
                        answers.append((await http.get(f"{url}{API}/roadmaps/{roadmap_id}")).status_code)
                if len(answers) == before:
                    unanswered.append(roadmap_id)
            await asyncio.sleep(0.1)


@pytest.mark.slow
async def test_a_rolling_restart_under_load(tmp_path: Path) -> None:
    history = History()
    workers = [worker(f"worker-{number}", concurrency=32) for number in (1, 2)]
    async with a_system(tmp_path, workers) as system:
        generator = Generator(system, history, random.Random(1), clients_each=CLIENTS_EACH)
        answers: list[int] = []
        unanswered: list[UUID] = []
        reading = asyncio.create_task(read_on(system, history, answers, unanswered))
        try:
            await generator.create(ROADMAPS)
            await asyncio.sleep(1)
            for process in [*system.workers, *system.apis]:
                await process.replace()
                await system.until_ready()
            await generator.settle(200)
            await generator.until_clients_agree(30)
        finally:
            reading.cancel()
            await generator.close()
        history.stored = await read_all(system.postgres.url, history.roadmap_ids)
        logs = system.logs_since({})
        history.calls, history.bugs = read_calls(logs, history.roadmap_ids), read_bugs(logs)
    verdict = check(history)
    assert verdict.violations == []
    assert not verdict.repeats, "what is in flight is finished before a worker goes"
    assert set(answers) == {200}
    assert not unanswered
    assert len(history.seen) == ROADMAPS * CLIENTS_EACH
    reconnects = sum(seen.reconnects for seen in history.seen)
    assert reconnects > 0
    sys.stdout.write(
        f"{len(history.calls)} calls, {len(verdict.repeats)} repeated; {reconnects} reconnects of "
        f"{len(history.seen)} clients; {len(answers)} reads, all answered\n"
    )
