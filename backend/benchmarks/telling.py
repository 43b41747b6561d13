"""What it costs a process to tell many clients of one roadmap: Greenway's API, and three usual ways."""

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from functools import partial

import psutil

from app.embedded.ports import free_port
from app.messaging.redis_client import create_redis
from benchmarks.comparison import OURS, Comparison, Measured, in_turn, values
from benchmarks.event_latency import until_ready
from benchmarks.listeners import Listener, listening
from benchmarks.order import Order, concept_ids
from benchmarks.programs import begin, is_installed, processor_time, running
from benchmarks.report import Finding
from benchmarks.servers import bench, connect, run

CLIENTS, CONCEPTS, SECONDS = 200, 100, 0.1
CHANNEL = "bench:telling"
BURST, PAUSE = 20, 0.2
"""Messages that are published at once, and seconds between two bursts: about as a roadmap's batches come."""
PATIENCE = 60
POLL = 0.02


class CalledListener(Listener):
    """A client of fastapi-websocket-pubsub: it subscribes, and acknowledges every message."""

    first = json.dumps({"request": {"method": "subscribe", "arguments": {"topics": [CHANNEL]}, "call_id": "1"}})

    def said(self, payload: bytes) -> None:
        if request := json.loads(payload).get("request"):
            answer = {"result": None, "result_type": None, "call_id": request["call_id"]}
            self.say(json.dumps({"response": answer}))


def measure() -> list[Finding]:
    messages = run(_messages())
    measured = in_turn({OURS: lambda: run(_ours()), **_peers(messages)})
    return [
        Comparison(
            question=f"{CLIENTS} WebSockets are told of {len(messages)} events of one roadmap, one frame an event: "
            "how much processor time of the API does a frame take?",
            unit="us",
            sides={side: values(rounds, "cpu", 1e-6) for side, rounds in measured.items()},
        ),
        Comparison(
            question="The same: how much memory (RSS) does the process need for a client?",
            unit="KiB",
            sides={side: values(rounds, "memory", 1024) for side, rounds in measured.items()},
        ),
    ]


def _peers(messages: Sequence[str]) -> dict[str, Callable[[], Measured]]:
    ways = {"a subscription per client": "subscription_per_client"}
    if is_installed("broadcaster", "broadcaster"):
        ways["broadcaster"] = "broadcaster"
    if is_installed("fastapi-websocket-pubsub", "fastapi_websocket_pubsub"):
        ways["fastapi-websocket-pubsub"] = "websocket_pubsub"
    return {name: partial(_peer, way, messages) for name, way in ways.items()}


def _peer(way: str, messages: Sequence[str]) -> Measured:
    return run(_told_by_peer(way, messages))


async def _messages() -> list[str]:
    """The events of a roadmap, as they are stored."""
    order, roadmap_id = await _order()
    await asyncio.to_thread(begin(order, "benchmarks.ours").wait)
    database = await connect()
    rows = await database.fetch("SELECT body FROM events WHERE roadmap_id = $1 ORDER BY seq", roadmap_id)
    await database.close()
    return [row["body"] for row in rows]


async def _ours() -> Measured:
    port = free_port()
    with running("app.cli", "api", "--port", str(port)) as server:
        await until_ready(port)
        order, roadmap_id = await _order()
        empty = server.memory_info().rss
        path = f"/api/v1/ws/roadmaps/{roadmap_id}"
        async with listening([port], [path] * CLIENTS, Listener) as clients:
            await _until(clients, 1)  # the snapshot
            seq, cpu = await _seq(roadmap_id), processor_time(server)
            await asyncio.to_thread(begin(order, "benchmarks.ours").wait)
            events = await _seq(roadmap_id) - seq
            await _until(clients, 1 + events)
            return {"cpu": (processor_time(server) - cpu) / (CLIENTS * events), "memory": _added(server, empty)}


async def _seq(roadmap_id: str) -> int:
    database = await connect()
    seq: int = await database.fetchval("SELECT seq FROM roadmap_progress WHERE roadmap_id = $1", roadmap_id)
    await database.close()
    return seq


async def _told_by_peer(way: str, messages: Sequence[str]) -> Measured:
    port, redis = free_port(), create_redis(os.environ["REDIS_URL"])
    with running("benchmarks.peers.telling", way, str(port)) as server:
        await _until_listening(port)
        empty = server.memory_info().rss
        is_called = way == "websocket_pubsub"
        kind: type[Listener] = CalledListener if is_called else Listener
        async with listening([port], ["/events"] * CLIENTS, kind) as clients:
            answers = 1 if is_called else 0
            await _until(clients, answers)
            await asyncio.sleep(1)  # the others do not say when they have subscribed
            cpu = processor_time(server)
            for start in range(0, len(messages), BURST):
                for message in messages[start : start + BURST]:
                    await redis.publish(CHANNEL, message)
                await asyncio.sleep(PAUSE)
            await _until(clients, answers + len(messages))
            await redis.aclose()
            return {"cpu": (processor_time(server) - cpu) / (CLIENTS * len(messages)), "memory": _added(server, empty)}


def _added(server: psutil.Process, empty: int) -> float:
    """Bytes a client, beside what the process had before the first."""
    return float(server.memory_info().rss - empty) / CLIENTS


async def _until(clients: Sequence[Listener], frames: int) -> None:
    """Wait until each client has been sent so many."""
    async with asyncio.timeout(PATIENCE):
        while min(client.frames for client in clients) < frames:  # noqa: ASYNC110 - it is sent by another process
            await asyncio.sleep(POLL)


async def _order() -> tuple[Order, str]:
    """One roadmap to be written, and its id."""
    async with bench() as setting:
        roadmap_id, task_id = await setting.approved(CONCEPTS)
    return Order(tasks=[str(task_id)], concepts=concept_ids(CONCEPTS), seconds=SECONDS), str(roadmap_id)


async def _until_listening(port: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await _listens(port):  # noqa: ASYNC110 - another process
            await asyncio.sleep(POLL)


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
