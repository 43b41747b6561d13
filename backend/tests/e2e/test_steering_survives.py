"""Commands that reach a worker which is killed before it has heard of them: the next worker obeys."""

import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from e2e.cluster import Client, Cluster, WorkerProcess, concepts_of, ready
from e2e.test_workers import SLOW, in_the_middle, saved


@asynccontextmanager
async def in_place_of(worker: WorkerProcess, cluster: Cluster) -> AsyncIterator[None]:
    """A worker that stands still hears of nothing; it is killed afterwards, and another one starts."""
    worker.process.send_signal(signal.SIGSTOP)
    yield
    worker.kill()
    ready(cluster.start_worker())


async def test_a_pause_holds_and_what_was_preferred_comes_first(cluster: Cluster) -> None:
    first = ready(cluster.start_worker(GREENWAY_BUILTIN_PACE=SLOW))
    async with cluster.client() as client:
        roadmap_id, _ = await in_the_middle(client)
        async with in_place_of(first, cluster):
            last = concepts_of(await client.read(roadmap_id))[-1]["concept_id"]
            assert (await client.post(roadmap_id, f"concepts/{last}/prioritise")).status_code == 202
            assert (await client.post(roadmap_id, "pause")).status_code == 202
            paused = await client.read(roadmap_id)
            assert paused["status"] == "paused"
        other = await client.create(auto_approve=True)
        await client.until_status(other, "completed")  # the new worker works, and not on what is paused
        assert await client.read(roadmap_id) == paused

        assert (await client.post(roadmap_id, "resume")).status_code == 202
        assert await next_start(client, roadmap_id, since=paused["seq"]) == last
        after = await client.until_status(roadmap_id, "completed")
        assert saved(paused).items() <= saved(after).items()


async def test_what_was_preferred_comes_first_after_a_kill(cluster: Cluster) -> None:
    first = ready(cluster.start_worker(GREENWAY_BUILTIN_PACE=SLOW))
    async with cluster.client() as client:
        roadmap_id, _ = await in_the_middle(client)
        async with in_place_of(first, cluster):
            last = concepts_of(await client.read(roadmap_id))[-1]["concept_id"]
            assert (await client.post(roadmap_id, f"concepts/{last}/prioritise")).status_code == 202
            asked = await client.read(roadmap_id)
        assert await next_start(client, roadmap_id, since=asked["seq"]) == last
        await client.until_status(roadmap_id, "completed")


async def test_a_cancelled_run_stays_cancelled(cluster: Cluster) -> None:
    first = ready(cluster.start_worker(GREENWAY_BUILTIN_PACE=SLOW))
    async with cluster.client() as client:
        roadmap_id, _ = await in_the_middle(client)
        async with in_place_of(first, cluster):
            assert (await client.post(roadmap_id, "cancel")).status_code == 202
            cancelled = await client.read(roadmap_id)
        other = await client.create(auto_approve=True)
        await client.until_status(other, "completed")
        assert await client.read(roadmap_id) == cancelled
        assert (await client.post(roadmap_id, "retry")).status_code == 202
        await client.until_status(roadmap_id, "completed")


async def test_regenerating_and_revising_survive_a_kill(cluster: Cluster) -> None:
    first = ready(cluster.start_worker())
    async with cluster.client() as client:
        regenerated, revised = await client.create(auto_approve=True), await client.create()
        before = await client.until_status(regenerated, "completed")
        await client.until_status(revised, "awaiting_review")
        concept = concepts_of(before)[0]["concept_id"]
        async with in_place_of(first, cluster):
            wanted = {"artefacts": ["quiz"], "instructions": "Harder."}
            url = f"/roadmaps/{regenerated}/concepts/{concept}/regenerate"
            assert (await client.http.post(url, json=wanted)).status_code == 202
            feedback = {"feedback": "two more about testing"}
            assert (await client.http.post(f"/roadmaps/{revised}/revise", json=feedback)).status_code == 202
        after = await client.until_status(regenerated, "completed")
        changed = dict(set(saved(after).items()) - set(saved(before).items()))
        assert changed.keys() == {(concept, "quiz")}
        longer = await client.until_status(revised, "awaiting_review")
        assert longer["progress"]["total"] == 14


async def next_start(client: Client, roadmap_id: str, *, since: int) -> str:
    """The first concept of which the writing starts after an event."""
    async with client.socket(roadmap_id, since=since) as socket:
        while True:
            frame: dict[str, Any] = json.loads(await socket.recv())
            if frame["type"] == "concept_start":
                return str(frame["concept_id"])
