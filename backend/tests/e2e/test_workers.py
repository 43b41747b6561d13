"""Worker processes: killed, drained, forked; and doorbells that are lost, doubled or about nothing."""

import asyncio
import re
import signal
from typing import Any

import httpx2
import pytest
from databases import flush
from e2e.cluster import Client, Cluster, concepts_of, ready, versions, wait_until

SLOW = "0.3"
"""Seconds for an artefact, so that there is a middle of a run."""


async def in_the_middle(client: Client, concepts: int = 60) -> tuple[str, dict[str, Any]]:
    """A roadmap that is being generated, with some concepts complete."""
    roadmap_id = await client.create(goal="Learn Git", concepts=concepts, auto_approve=True)
    roadmap = await client.until(roadmap_id, lambda roadmap: roadmap["progress"]["completed"] >= 10)
    assert roadmap["status"] == "generating"
    return roadmap_id, roadmap


def saved(roadmap: dict[str, Any]) -> dict[tuple[str, str], str]:
    """The ids of all saved artefacts."""
    kinds = ("tutorial", "resources", "quiz")
    return {
        (concept["concept_id"], kind): concept[f"{kind}_id"]
        for concept in concepts_of(roadmap)
        for kind in kinds
        if concept[f"{kind}_id"]
    }


async def test_a_killed_worker_costs_seconds_and_no_work(cluster: Cluster) -> None:
    first = ready(cluster.start_worker(GREENWAY_BUILTIN_PACE=SLOW))
    async with cluster.client() as client:
        roadmap_id, before = await in_the_middle(client)
        first.kill()
        second = ready(cluster.start_worker())
        after = await client.until_status(roadmap_id, "completed")
        assert saved(before).items() <= saved(after).items()
        assert await versions(cluster.database_url, roadmap_id) == {1}
        assert second.logged("task_run_ended", end="finished")
        assert after["progress"]["completed"] == 60


async def test_a_terminated_worker_hands_its_task_on_at_once(cluster: Cluster) -> None:
    # Slow enough to be in the middle still when the second worker, which is not, has started.
    first = ready(cluster.start_worker(GREENWAY_BUILTIN_PACE=SLOW, GREENWAY_CONCEPT_CONCURRENCY="1"))
    async with cluster.client() as client:
        roadmap_id, before = await in_the_middle(client, 120)
        second = ready(cluster.start_worker())
        assert first.terminate() == 0
        assert first.logged("worker_stopped")
        after = await client.until_status(roadmap_id, "completed")
        assert saved(before).items() <= saved(after).items()
        assert await versions(cluster.database_url, roadmap_id) == {1}
        assert second.logged("task_run_ended", end="finished", roadmap_id=roadmap_id)


async def test_prefork_with_the_command_line_of_the_contract(cluster: Cluster) -> None:
    """Two children, each with a loop of its own; their metrics add up on the parent's port. Nobody listens to the
    queue of drafts: the sweep finds them."""
    worker = cluster.start_worker(queues="content_generation", pool="prefork", concurrency=2)
    wait_until(lambda: len(worker.logged("worker_started")) == 2)
    async with cluster.client() as client:
        made = await asyncio.gather(*(client.create(auto_approve=True) for _ in range(4)))
        for roadmap_id in made:
            await client.until_status(roadmap_id, "completed")
    metrics = httpx2.get(f"http://127.0.0.1:{worker.metrics_port}/metrics", trust_env=False).text
    completed = re.search(r'greenway_concepts_total\{outcome="completed"\} (\S+)', metrics)
    assert completed is not None
    assert float(completed[1]) == 4 * 12
    assert "content_generation_incremental_saves_total" in metrics
    assert worker.terminate() == 0
    log = worker.log.read_text()
    assert "different loop" not in log
    assert "loop is closed" not in log


async def test_a_draining_prefork_worker_gives_its_task_back(cluster: Cluster) -> None:
    first = cluster.start_worker(pool="prefork", concurrency=2, GREENWAY_BUILTIN_PACE=SLOW)
    wait_until(lambda: len(first.logged("worker_started")) == 2)
    async with cluster.client() as client:
        roadmap_id, _ = await in_the_middle(client)
        assert first.terminate() == 0
        ready(cluster.start_worker())
        await client.until_status(roadmap_id, "completed")
        assert await versions(cluster.database_url, roadmap_id) == {1}


async def test_a_wiped_redis_loses_no_task(cluster: Cluster) -> None:
    async with cluster.client() as client:
        roadmap_id = await client.create(auto_approve=True)
        await flush(cluster.redis_url)  # nobody has heard the doorbell
        ready(cluster.start_worker())
        await client.until_status(roadmap_id, "completed")


@pytest.mark.slow
async def test_a_task_that_ends_every_worker_is_parked(cluster: Cluster) -> None:
    async with cluster.client() as client:
        roadmap_id = await client.create()
        for _ in range(3):
            worker = cluster.start_worker(GREENWAY_FAILPOINT="after_claim")
            assert await asyncio.to_thread(worker.process.wait, 60) == -signal.SIGKILL
        survivor = ready(cluster.start_worker())
        parked = await client.until_status(roadmap_id, "failed")
        assert parked["task"]["error"]["code"] == "crashed"
        assert survivor.process.poll() is None
        assert (await client.post(roadmap_id, "retry")).status_code == 202
        await client.until_status(roadmap_id, "awaiting_review")


async def test_log_lines_of_a_worker_without_an_age_limit(cluster: Cluster) -> None:
    worker = ready(cluster.start_worker(GREENWAY_FLUSH_MAX_AGE="0"))
    async with cluster.client() as client:
        for concepts, triggers, final in ((30, 3, []), (33, 3, [3]), (8, 0, [8])):
            roadmap_id = await client.create(concepts=concepts, auto_approve=True)
            task_id = (await client.until_status(roadmap_id, "completed"))["task"]["task_id"]
            bound = {"roadmap_id": roadmap_id, "task_id": task_id}
            full = worker.logged("incremental_batch_trigger", **bound)
            assert [entry["buffer_size"] for entry in full] == [10] * triggers
            rest = worker.logged("incremental_save_final_batch", **bound)
            assert [entry["remaining_count"] for entry in rest] == final
            completed = worker.logged("incremental_batch_save_completed", **bound)
            assert [entry["batch_size"] for entry in completed] == [10] * triggers + final
