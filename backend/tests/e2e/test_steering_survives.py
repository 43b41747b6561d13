"""Commands that reach a worker which is killed before it has heard of them: the next worker obeys."""

import asyncio
import json
import signal
from typing import Any

import pytest
from e2e.cluster import Client, Cluster, concepts_of, ready
from e2e.test_workers import SLOW, in_the_middle, saved


@pytest.mark.slow
async def test_the_next_worker_obeys_what_the_killed_one_never_heard(cluster: Cluster) -> None:
    first = ready(cluster.start_worker(GREENWAY_BUILTIN_PACE=SLOW, GREENWAY_CONCEPT_CONCURRENCY="2"))
    async with cluster.client() as client:
        done = await client.create(concepts=3, auto_approve=True)
        before = await client.until_status(done, "completed")
        outline = await client.create()
        await client.until_status(outline, "awaiting_review")
        runs = await asyncio.gather(*(in_the_middle(client, 120) for _ in range(3)))
        paused, cancelled, going = (roadmap_id for roadmap_id, _ in runs)

        # A worker that stands still hears of nothing; it is killed afterwards, and another one starts.
        first.process.send_signal(signal.SIGSTOP)
        concept = concepts_of(before)[0]["concept_id"]
        quiz_again = {"artefacts": ["quiz"], "instructions": "Harder."}
        await accepted(client, f"{done}/concepts/{concept}/regenerate", quiz_again)
        await accepted(client, f"{outline}/revise", {"feedback": "two more about testing"})
        first_after_resume = await prefer_the_last(client, paused)
        await accepted(client, f"{paused}/pause")
        first_after_kill = await prefer_the_last(client, going)
        await accepted(client, f"{cancelled}/cancel")
        held = {roadmap_id: await client.read(roadmap_id) for roadmap_id in (paused, cancelled)}
        asked = (await client.read(going))["seq"]
        assert [roadmap["status"] for roadmap in held.values()] == ["paused", "cancelled"]
        first.kill()
        ready(cluster.start_worker())

        assert await next_start(client, going, since=asked) == first_after_kill
        await client.until_status(going, "completed")
        after = await client.until_status(done, "completed")
        assert (set(saved(after).items()) - set(saved(before).items())) == {
            ((concept, "quiz"), concepts_of(after)[0]["quiz_id"])
        }
        assert (await client.until_status(outline, "awaiting_review"))["progress"]["total"] == 14
        # The new worker has done all that, and nothing on what is paused or cancelled.
        assert {roadmap_id: await client.read(roadmap_id) for roadmap_id in held} == held

        await accepted(client, f"{paused}/resume")
        assert await next_start(client, paused, since=held[paused]["seq"]) == first_after_resume
        await accepted(client, f"{cancelled}/retry")
        for roadmap_id, kept in held.items():
            assert saved(kept).items() <= saved(await client.until_status(roadmap_id, "completed")).items()


async def accepted(client: Client, path: str, body: dict[str, Any] | None = None) -> None:
    answer = await client.http.post(f"/roadmaps/{path}", json=body)
    assert answer.status_code == 202, answer.text


async def prefer_the_last(client: Client, roadmap_id: str) -> str:
    """The id of the last concept of the outline, which comes next now."""
    last = str(concepts_of(await client.read(roadmap_id))[-1]["concept_id"])
    await accepted(client, f"{roadmap_id}/concepts/{last}/prioritise")
    return last


async def next_start(client: Client, roadmap_id: str, *, since: int) -> str:
    """The first concept of which the writing starts after an event."""
    async with client.socket(roadmap_id, since=since) as socket:
        while True:
            frame: dict[str, Any] = json.loads(await socket.recv())
            if frame["type"] == "concept_start":
                return str(frame["concept_id"])
