"""From a goal to the last green concept, with real processes; watched over WebSocket and server-sent events."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from e2e.cluster import DEADLINE, Cluster, concepts_of, frames, ring, versions, wait_until
from prometheus_client.parser import text_string_to_metric_families
from websockets.exceptions import ConnectionClosed

from app.core.celery_app import DRAFT_ROADMAP, GENERATE_CONTENT

STATUSES = ("tutorial_status", "resources_status", "quiz_status")


async def numbers_of(busy_cluster: Cluster, roadmap_id: str, since: int | None) -> list[int]:
    async with busy_cluster.client() as client, client.socket(roadmap_id, since) as socket:
        return [frame["seq"] async for frame in frames(socket) if "seq" in frame]


async def test_a_goal_becomes_a_complete_roadmap(busy_cluster: Cluster) -> None:
    async with busy_cluster.client() as client:
        roadmap_id = await client.create(concepts=13)
        drafted = await client.until_status(roadmap_id, "awaiting_review")
        assert {concept["content_status"] for concept in concepts_of(drafted)} == {"pending"}
        assert (await client.post(roadmap_id, "approve")).status_code == 202
        roadmap = await client.until_status(roadmap_id, "completed")
        assert roadmap["progress"] == {
            "total": 13, "completed": 13, "partial": 0, "failed": 0, "generating": 0, "pending": 0,
        }  # fmt: skip
        assert roadmap["author"] == "builtin:outline"
        for concept in concepts_of(roadmap):
            assert [concept[status] for status in STATUSES] == ["completed"] * 3
            answer = await client.http.get(f"/roadmaps/{roadmap_id}/concepts/{concept['concept_id']}")
            detail = answer.json()
            assert detail["tutorial"]["sections"]
            assert len(detail["resources"]["items"]) == concept["resources_count"] > 0
            assert len(detail["quiz"]["questions"]) == concept["quiz_questions_count"] > 0


async def test_a_watcher_from_the_start_sees_every_event_once(busy_cluster: Cluster) -> None:
    async with busy_cluster.client() as client:
        roadmap_id = await client.create()
        await client.until_status(roadmap_id, "awaiting_review")
        async with client.socket(roadmap_id) as socket:
            await client.post(roadmap_id, "approve")
            seen = [frame async for frame in frames(socket)]
        snapshot, *events = seen
        assert snapshot["type"] == "snapshot"
        first = snapshot["roadmap"]["seq"] + 1
        assert [event["seq"] for event in events] == list(range(first, first + len(events)))
        complete = [event["concept_id"] for event in events if event["type"] == "concept_complete"]
        assert sorted(complete) == sorted(concept["concept_id"] for concept in concepts_of(snapshot["roadmap"]))
        assert events[-1]["seq"] == (await client.read(roadmap_id))["seq"]


async def test_a_complete_concept_can_be_opened_when_its_event_arrives(busy_cluster: Cluster) -> None:
    async with busy_cluster.client() as client:
        roadmap_id = await client.create(auto_approve=True)
        async with client.socket(roadmap_id, since=0) as socket:
            async for frame in frames(socket):
                if frame["type"] == "concept_complete":
                    answer = await client.http.get(f"/roadmaps/{roadmap_id}/concepts/{frame['concept_id']}")
                    assert answer.json()["tutorial"]["tutorial_id"] == frame["tutorial_id"]
                    assert answer.json()["quiz"]["quiz_id"] == frame["quiz_id"]


async def test_joining_during_and_after_a_run_gives_the_same_events(busy_cluster: Cluster) -> None:
    async with busy_cluster.client() as client:
        roadmap_id = await client.create(auto_approve=True)
        await client.until(roadmap_id, lambda roadmap: roadmap["progress"]["completed"] > 0)
        during = await numbers_of(busy_cluster, roadmap_id, 0)
        newest = (await client.until_status(roadmap_id, "completed"))["seq"]
        after = await numbers_of(busy_cluster, roadmap_id, 0)
        assert during == after == list(range(1, newest + 1))


async def test_a_client_that_reconnects_twenty_times_sees_every_event_exactly_once(busy_cluster: Cluster) -> None:
    async with busy_cluster.client() as client:
        roadmap_id = await client.create(concepts=40, goal="Learn Git", auto_approve=True)
        seen: list[int] = []
        connections = 0
        last: dict[str, Any] = {}
        while last.get("type") != "completed":
            connections += 1
            read_now = 4 if connections <= 21 else 1000
            async with client.socket(roadmap_id, since=seen[-1] if seen else 0) as socket:
                async for last in frames(socket):
                    seen.append(last["seq"])
                    read_now -= 1
                    if read_now == 0:
                        break
        assert connections > 20
        assert seen == list(range(1, (await client.read(roadmap_id))["seq"] + 1))


async def test_server_sent_events_go_on_from_the_last_event_id(busy_cluster: Cluster) -> None:
    async with busy_cluster.client() as client:
        roadmap_id = await client.create(auto_approve=True)
        newest = (await client.until_status(roadmap_id, "completed"))["seq"]
        seen = []
        url, headers = f"/roadmaps/{roadmap_id}/events", {"Last-Event-ID": "3"}
        async with asyncio.timeout(DEADLINE), client.http.stream("GET", url, headers=headers) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            async for line in stream.aiter_lines():
                if line.startswith("data:"):
                    seen.append(json.loads(line.removeprefix("data:"))["seq"])
                if seen and seen[-1] == newest:
                    break
        assert seen == list(range(4, newest + 1))


def test_prometheus_reads_the_metrics_of_both_parts(busy_cluster: Cluster) -> None:
    assert busy_cluster.worker
    for url in (busy_cluster.url, f"http://127.0.0.1:{busy_cluster.worker.metrics_port}"):
        exposition = httpx2.get(f"{url}/metrics", trust_env=False).text
        families = list(text_string_to_metric_families(exposition))
        explained = {family.name: family.documentation for family in families}
        assert len(explained) == len(families), "each family comes once"
        ours = {name: text for name, text in explained.items() if name.startswith(("greenway_", "content_generation_"))}
        assert len(ours) > 10, url
        assert all(text.endswith(".") for text in ours.values()), ours
        samples = [(sample.name, *sorted(sample.labels.items())) for family in families for sample in family.samples]
        assert len(set(samples)) == len(samples)


async def test_a_since_beyond_the_end_starts_afresh(busy_cluster: Cluster) -> None:
    async with busy_cluster.client() as client:
        roadmap_id = await client.create()
        await client.until_status(roadmap_id, "awaiting_review")
        async with client.socket(roadmap_id, since=10**6) as socket:
            assert json.loads(await socket.recv()) == {"type": "resync", "reason": "unknown"}
            assert json.loads(await socket.recv())["type"] == "snapshot"


@pytest.mark.parametrize("since", ["-1", "abc", "1.5", "9" * 30])
async def test_a_since_that_is_no_number_is_refused_with_a_reason(busy_cluster: Cluster, since: str) -> None:
    async with busy_cluster.client() as client:
        roadmap_id = await client.create()
        async with client.socket(roadmap_id, since=since) as socket:
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (
            4422,
            "`since` must be the number of an event: 0 or more.",
        )
        answer = await client.http.get(f"/roadmaps/{roadmap_id}/events", params={"since": since})
        assert answer.status_code == 422


@pytest.mark.parametrize("roadmap_id", ["01a00000-0000-7000-8000-000000000000", "nonsense"])
async def test_a_socket_to_an_unknown_roadmap_is_closed_with_a_reason(busy_cluster: Cluster, roadmap_id: str) -> None:
    async with busy_cluster.client() as client, client.socket(roadmap_id) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4404, "There is no such roadmap.")


async def test_a_page_of_another_origin_gets_no_socket(busy_cluster: Cluster) -> None:
    headers = {
        "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": "https://evil.example",
    }  # fmt: skip
    url = f"{busy_cluster.url}/api/v1/ws/roadmaps/01a00000-0000-7000-8000-000000000000"
    async with httpx2.AsyncClient(trust_env=False) as http:
        assert (await http.get(url, headers=headers)).status_code == 403


async def test_cancel_takes_effect_and_what_has_finished_stays(busy_cluster: Cluster) -> None:
    async with busy_cluster.client() as client:
        roadmap_id = await client.create(goal="Learn beekeeping", concepts=300, auto_approve=True)
        await client.until(roadmap_id, lambda roadmap: roadmap["progress"]["completed"] >= 10)
        assert (await client.post(roadmap_id, "cancel")).status_code == 202
        cancelled = await client.read(roadmap_id)
        assert cancelled["status"] == "cancelled"
        assert cancelled["progress"]["generating"] == 0
        assert (await client.post(roadmap_id, "cancel")).status_code == 409
        task = cancelled["task"]["task_id"]
        # A retry is taken up only when the worker has let go of the cancelled task, and completes the rest.
        assert (await client.post(roadmap_id, "retry")).status_code == 202
        roadmap = await client.until_status(roadmap_id, "completed")
        assert roadmap["task"]["task_id"] != task
        kept = {
            concept["concept_id"]: concept["tutorial_id"]
            for concept in concepts_of(cancelled)
            if concept["content_status"] == "completed"
        }
        assert kept.items() <= {c["concept_id"]: c["tutorial_id"] for c in concepts_of(roadmap)}.items()


async def test_deleting_a_roadmap_ends_its_watchers(busy_cluster: Cluster) -> None:
    async with busy_cluster.client() as client:
        roadmap_id = await client.create()
        await client.until_status(roadmap_id, "awaiting_review")
        async with client.socket(roadmap_id) as socket:
            await socket.recv()
            assert (await client.http.delete(f"/roadmaps/{roadmap_id}")).status_code == 204
            with pytest.raises(ConnectionClosed):
                async with asyncio.timeout(30):
                    await socket.recv()


async def test_many_roadmaps_at_once(busy_cluster: Cluster) -> None:
    async with busy_cluster.client() as client:
        made = await asyncio.gather(*(client.create(auto_approve=True) for _ in range(12)))
        for roadmap_id in made:
            roadmap = await client.until_status(roadmap_id, "completed")
            assert roadmap["progress"]["completed"] == 12


async def test_doorbells_about_nothing_are_ignored_and_logged(busy_cluster: Cluster) -> None:
    worker = busy_cluster.worker
    assert worker is not None
    async with busy_cluster.client() as client:
        roadmap_id = await client.create(auto_approve=True)
        done = await client.until_status(roadmap_id, "completed")
        ring(busy_cluster.redis_url, DRAFT_ROADMAP, "not-an-id")
        ring(busy_cluster.redis_url, GENERATE_CONTENT, str(uuid4()))
        ring(busy_cluster.redis_url, GENERATE_CONTENT, done["task"]["task_id"])
        wait_until(lambda: len(worker.logged("task_signal_ignored")) >= 3)
        assert await client.read(roadmap_id) == done
        another = await client.create(auto_approve=True)
        await client.until_status(another, "completed")


async def test_a_doubled_doorbell_runs_a_task_once(busy_cluster: Cluster) -> None:
    worker = busy_cluster.worker
    assert worker is not None
    async with busy_cluster.client() as client:
        roadmap_id = await client.create()
        await client.until_status(roadmap_id, "awaiting_review")
        task_id = (await client.post(roadmap_id, "approve")).json()["task_id"]
        for _ in range(5):
            ring(busy_cluster.redis_url, GENERATE_CONTENT, task_id)
        await client.until_status(roadmap_id, "completed")
        wait_until(lambda: len(worker.logged("task_signal_ignored", task_id=task_id)) == 5)
        assert len(worker.logged("task_run_ended", task_id=task_id)) == 1
        assert await versions(busy_cluster.database_url, roadmap_id) == {1}
