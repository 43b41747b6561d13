"""Learners: they create roadmaps, watch them, and give commands, whether they are answered or not."""

import asyncio
import random
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import httpx2

from app.cli.endpoint import API
from app.cli.watching.state import WatchedRoadmap
from app.domain.tasks import RoadmapStatus
from app.reading.views import RoadmapView
from chaos.clients import watch
from chaos.history import History, Order, Seen
from chaos.system import System

GOALS = ("Learn Git", "Learn SQL for data analysis", "Learn to bake bread", "Understand machine learning")
COMMANDS = ("pause", "resume", "cancel", "retry", "approve", "prioritise", "regenerate")
WEIGHTS = (3, 4, 1, 3, 2, 3, 2)
COMMAND_TIMEOUT = 4.0
"""Seconds that a learner waits for an answer."""
AT_REST = frozenset({RoadmapStatus.COMPLETED, RoadmapStatus.PARTIAL, RoadmapStatus.FAILED, RoadmapStatus.CANCELLED})


class Generator:
    def __init__(self, system: System, history: History, rng: random.Random, *, clients_each: int = 2) -> None:
        self._system = system
        self._history = history
        self._rng = rng
        self._http = httpx2.AsyncClient(trust_env=False, timeout=COMMAND_TIMEOUT)
        self._watching: list[asyncio.Task[None]] = []
        self._enough = False
        self._clients_each = clients_each

    async def create(self, count: int) -> None:
        """Roadmaps that draft and write themselves, or wait for an approval, each with clients that watch it."""
        await asyncio.gather(*(self._create() for _ in range(count)))

    async def give_commands(self) -> None:
        """Until `stop_commands`."""
        while not self._enough:
            await asyncio.sleep(self._rng.uniform(0.3, 1.5))
            roadmap_id = self._rng.choice(self._history.roadmap_ids)
            (command,) = self._rng.choices(COMMANDS, WEIGHTS)
            twice = self._rng.random() < 0.2  # pressed twice, perhaps in two tabs
            await asyncio.gather(*(self.order(roadmap_id, command) for _ in range(1 + twice)))

    def stop_commands(self) -> None:
        self._enough = True

    async def order(self, roadmap_id: UUID, command: str) -> int | None:
        """Give a command once; the HTTP status of the answer, if there is one."""
        concept_id, path, body = None, command, None
        if command in ("prioritise", "regenerate"):
            concepts = self._concepts_of(roadmap_id)
            if not concepts:
                return None
            concept_id = self._rng.choice(concepts)
            path = f"concepts/{concept_id}/{command}"
            body = {"artefacts": ["quiz"]} if command == "regenerate" else None
        began = time.time()
        status = await self._post(f"/roadmaps/{roadmap_id}/{path}", body)
        self._history.orders.append(
            Order(
                roadmap_id=roadmap_id,
                command=command,
                began=began,
                ended=time.time(),
                status=status,
                concept_id=concept_id,
            )
        )
        return status

    async def settle(self, patience: float) -> None:
        """Have everything that can be written written, and wait until nothing moves any more."""
        deadline = time.monotonic() + patience
        previous: dict[UUID, int] = {}
        while True:
            self._history.unsettled.clear()
            await asyncio.gather(*(self._settle(roadmap_id, deadline) for roadmap_id in self._history.roadmap_ids))
            # A command that was never answered may still have been carried out meanwhile.
            now = {roadmap_id: read.seq for roadmap_id, read in self._history.reads.items()}
            if now == previous or self._history.unsettled:
                return
            previous = now
            await asyncio.sleep(0.5)

    async def until_clients_agree(self, patience: float) -> None:
        """Give the clients time to hear what has been committed; the checker sees whether they have."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and any(
            seen.state is None or seen.state.seq < self._history.reads[seen.roadmap_id].seq
            for seen in self._history.seen
            if seen.roadmap_id in self._history.reads
        ):
            await asyncio.sleep(0.1)

    async def close(self) -> None:
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        await self._http.aclose()

    async def _create(self) -> None:
        body = {
            "goal": self._rng.choice(GOALS),
            "concepts": self._rng.choice((10, 30, 60)),
            "auto_approve": self._rng.random() < 0.7,
        }
        key = str(uuid4())
        while True:
            try:
                answer = await self._http.post(self._url("/roadmaps"), json=body, headers={"Idempotency-Key": key})
            except httpx2.HTTPError:
                await asyncio.sleep(0.3)
                continue
            if answer.status_code == 202:
                break
            assert answer.status_code == 503, answer.text
            await asyncio.sleep(0.3)
        roadmap_id = UUID(answer.json()["roadmap_id"])
        self._history.roadmap_ids.append(roadmap_id)
        for number in range(1, self._clients_each + 1):
            seen = Seen(f"client {number}", roadmap_id)
            self._history.seen.append(seen)
            watching = watch(seen, self._system.urls, random.Random(self._rng.random()))
            self._watching.append(asyncio.create_task(watching))

    async def _settle(self, roadmap_id: UUID, deadline: float) -> None:
        status = "unknown"
        while time.monotonic() < deadline:
            roadmap = await self._read(roadmap_id)
            if roadmap is not None:
                status = roadmap.status.value
                if roadmap.status is RoadmapStatus.PARTIAL and self._history.huge_answers:
                    await self.order(roadmap_id, "retry")
                elif roadmap.status in AT_REST:
                    self._history.reads[roadmap_id] = WatchedRoadmap.of(roadmap)
                    return
                if roadmap.status is RoadmapStatus.PAUSED:
                    await self.order(roadmap_id, "resume")
                elif roadmap.status is RoadmapStatus.AWAITING_REVIEW:
                    await self.order(roadmap_id, "approve")
            await asyncio.sleep(0.5)
        self._history.unsettled.append((roadmap_id, status))

    async def _read(self, roadmap_id: UUID) -> RoadmapView | None:
        try:
            answer = await self._http.get(self._url(f"/roadmaps/{roadmap_id}"))
        except httpx2.HTTPError:
            return None
        return RoadmapView.model_validate_json(answer.content) if answer.status_code == 200 else None

    async def _post(self, path: str, body: Mapping[str, Any] | None) -> int | None:
        try:
            return (await self._http.post(self._url(path), json=body)).status_code
        except httpx2.HTTPError:
            return None

    def _concepts_of(self, roadmap_id: UUID) -> list[str]:
        for seen in self._history.seen:
            if seen.roadmap_id == roadmap_id and seen.state is not None:
                return list(seen.state.concepts)
        return []

    def _url(self, path: str) -> str:
        return self._rng.choice(self._system.urls) + API + path
