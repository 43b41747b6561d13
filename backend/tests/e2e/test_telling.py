"""Many ways to follow the same run: one by one or together, over a WebSocket or as server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from e2e.cluster import DEADLINE, Client, Cluster
from websockets.exceptions import ConnectionClosed

from app.live.live_feed import MOST_TOGETHER


def events_of(text: str | bytes) -> list[dict[str, Any]]:
    frame = json.loads(text)
    events: list[dict[str, Any]] = frame.get("events", [frame] if "at" in frame else [])
    return events


async def by_socket(client: Client, roadmap_id: str, since: int, coalesce: str) -> AsyncIterator[list[dict[str, Any]]]:
    async with client.socket(roadmap_id, since, coalesce=coalesce) as socket:
        async for text in socket:
            yield events_of(text)


async def by_stream(client: Client, roadmap_id: str, since: int, coalesce: str) -> AsyncIterator[list[dict[str, Any]]]:
    params = {"since": str(since), "coalesce": coalesce}
    async with client.http.stream("GET", f"/roadmaps/{roadmap_id}/events", params=params) as stream:
        number, data = None, ""
        async for line in stream.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                number = int(value)
            elif name == "data":
                data = value
            elif not line:
                events = events_of(data)
                assert number == (events[-1]["seq"] if events else None), "where a browser goes on"
                yield events


async def until_completed(frames: AsyncIterator[list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    """The frames with events, up to the end of the run."""
    told: list[list[dict[str, Any]]] = []
    async with asyncio.timeout(DEADLINE):
        async for events in frames:
            told += [events] if events else []
            if events and events[-1]["type"] == "completed":
                return told
    raise AssertionError("The stream has ended early.")


async def test_all_who_follow_a_run_are_told_the_same(busy_cluster: Cluster) -> None:
    async with busy_cluster.client() as client:
        roadmap_id = await client.create(concepts=13)
        since = (await client.until_status(roadmap_id, "awaiting_review"))["seq"]
        ways = [(way, coalesce) for way in (by_socket, by_stream) for coalesce in ("0", "1", "1")]
        following = [
            asyncio.create_task(until_completed(way(client, roadmap_id, since, coalesce))) for way, coalesce in ways
        ]
        await client.post(roadmap_id, "approve")
        told = await asyncio.gather(*following)
        newest = (await client.read(roadmap_id))["seq"]
    first, *others = [[event for frame in frames for event in frame] for frames in told]
    assert [event["seq"] for event in first] == list(range(since + 1, newest + 1))
    assert all(other == first for other in others)
    for (_, coalesce), frames in zip(ways, told, strict=True):
        assert (max(map(len, frames)) > 1) == (coalesce == "1"), "those of one commit come together"


async def test_missed_events_come_together_to_who_asks_for_it(busy_cluster: Cluster) -> None:
    async with busy_cluster.client() as client:
        roadmap_id = await client.create(auto_approve=True)
        newest = (await client.until_status(roadmap_id, "completed"))["seq"]
        for way in (by_socket, by_stream):
            frames = await until_completed(way(client, roadmap_id, 0, "1"))
            assert len(frames) == -(-newest // MOST_TOGETHER)
            assert [event["seq"] for frame in frames for event in frame] == list(range(1, newest + 1))


async def test_a_wish_that_is_neither_0_nor_1_is_refused_with_a_reason(busy_cluster: Cluster) -> None:
    async with busy_cluster.client() as client:
        roadmap_id = await client.create()
        async with client.socket(roadmap_id, coalesce="yes") as socket:
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4422, "`coalesce` must be 0 or 1.")
        answer = await client.http.get(f"/roadmaps/{roadmap_id}/events", params={"coalesce": "yes"})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "coalesce")


@pytest.mark.parametrize("way", [by_socket, by_stream])
async def test_a_stream_ends_when_its_roadmap_is_deleted(busy_cluster: Cluster, way: Any) -> None:
    async with busy_cluster.client() as client:
        roadmap_id = await client.create()
        since = (await client.until_status(roadmap_id, "awaiting_review"))["seq"]
        frames = way(client, roadmap_id, since, "1")
        assert await anext(frames) == []  # a heartbeat
        assert (await client.http.delete(f"/roadmaps/{roadmap_id}")).status_code == 204
        async with asyncio.timeout(DEADLINE):
            assert [events async for events in frames if events] == []
