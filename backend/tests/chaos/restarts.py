"""How soon a task goes on once `greenway up` has started its workers again, both of which were killed.

`python -m chaos.restarts` prints the median and the longest of many times: from the kill until the first new worker is
ready, and from there until the task is claimed. It fails where the aim is missed.
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg
import httpx2
from processes import BACKEND, TETHERED, environment

from app.cli.endpoint import API
from app.embedded.ports import free_port

AIM = 1.0
"""Seconds from a new worker's being ready to the claim, always."""
BETWEEN_KILLS = 16.0
"""Seconds: a child that ends five times within a minute is given up."""
POLL = 0.1
PATIENCE = 90.0

_ALIVE = "SELECT name FROM workers WHERE expires_at > now()"
_PROGRESS = "SELECT completed FROM roadmap_progress WHERE roadmap_id = $1"
_CLAIMS = "SELECT body ->> 'at' FROM events WHERE roadmap_id = $1 AND body ->> 'type' = 'task_started'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """All in seconds: from the kill to the first ready worker, and from there to the claim."""

    ready: float
    claimed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Up:
    """A `greenway up` with two workers."""

    url: str
    data: Path

    @property
    def database_url(self) -> str:
        return str(json.loads((self.data / "run.json").read_text())["database_url"])

    def ready_times(self) -> Iterator[float]:
        """When workers have become ready."""
        for log in (self.data / "logs").glob("worker*"):
            for line in log.read_text().splitlines():
                if line.startswith("{") and (entry := json.loads(line))["event"] == "worker_started":
                    yield datetime.fromisoformat(entry["timestamp"]).timestamp()


async def restart(up: Up, database: asyncpg.Connection, http: httpx2.AsyncClient) -> Restart:
    """Kill both workers while a roadmap is written, and wait until it goes on."""
    body = {"goal": "Learn Git", "concepts": 30, "auto_approve": True}
    roadmap_id = (await http.post(f"{up.url}{API}/roadmaps", json=body)).json()["roadmap_id"]
    async with asyncio.timeout(PATIENCE):
        while not await database.fetchval(_PROGRESS, roadmap_id):
            await asyncio.sleep(POLL)
        names = [row["name"] for row in await database.fetch(_ALIVE)]
        assert len(names) == 2, names
        killed = time.time()
        for name in names:
            os.kill(int(name.rpartition(":")[2]), signal.SIGKILL)
        while not (claims := [at for at in await _claims(database, roadmap_id) if at > killed]):
            await asyncio.sleep(POLL)
        while len(ready := [at for at in up.ready_times() if at > killed]) < 2:
            await asyncio.sleep(POLL)
    await http.post(f"{up.url}{API}/roadmaps/{roadmap_id}/cancel")
    return Restart(ready=min(ready) - killed, claimed=max(0.0, claims[0] - min(ready)))


async def _claims(database: asyncpg.Connection, roadmap_id: str) -> list[float]:
    return sorted(datetime.fromisoformat(row[0]).timestamp() for row in await database.fetch(_CLAIMS, roadmap_id))


async def main(arguments: argparse.Namespace) -> int:
    restarts: list[Restart] = []
    with tempfile.TemporaryDirectory(prefix="greenway-restarts-") as directory:
        port = free_port()
        up = Up(url=f"http://127.0.0.1:{port}", data=Path(directory) / "data")
        command = ["-m", "app.cli", "up", "--port", str(port), "--data-dir", str(up.data), "--workers", "2"]
        settings = {"GREENWAY_BUILTIN_PACE": "0.3", "LOG_FORMAT": "json", "LOG_LEVEL": "INFO"}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            cwd=BACKEND,
            env=environment(**settings, GREENWAY_WORKER_METRICS_PORT="0"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            **TETHERED,
        )
        try:
            assert process.stdout is not None
            async with asyncio.timeout(PATIENCE):
                while b"Greenway is ready" not in await process.stdout.readline():
                    pass
            database = await asyncpg.connect(up.database_url)
            async with httpx2.AsyncClient(trust_env=False, timeout=30) as http:
                for _ in range(arguments.times):
                    restarts.append(await restart(up, database, http))
                    print(restarts[-1], file=sys.stderr, flush=True)
                    await asyncio.sleep(BETWEEN_KILLS)
            await database.close()
        finally:
            process.terminate()
            await process.wait()
    measured = {name: [round(getattr(one, name), 2) for one in restarts] for name in Restart.__dataclass_fields__}
    for name, each in measured.items():
        print(f"{name:8} median {statistics.median(each):5.2f} s, longest {max(each):5.2f} s")
    if arguments.out:
        arguments.out.write_text(json.dumps({f"{name}_s": each for name, each in measured.items()}, indent=1) + "\n")
    return int(max(one.claimed for one in restarts) > AIM)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="chaos.restarts", description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--out", type=Path)
    sys.exit(asyncio.run(main(parser.parse_args())))
