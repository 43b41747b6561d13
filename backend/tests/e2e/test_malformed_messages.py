"""Whatever lies in the worker's queues, no message ends it, and the next doorbell is answered."""

import base64
import json
import re
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from e2e.cluster import Cluster, WorkerProcess, ready, wait_until
from redis import Redis

from app.core.celery_app import RESTORED_AT_ONCE

ENTRY_POINT = "greenway.generate_content"


def envelope(body: object, headers: object = None, raw: str | None = None, **properties: Any) -> bytes:
    """A message as kombu writes it, with the given parts in the place of the right ones."""
    text = json.dumps(body) if raw is None else raw
    known = {"task": ENTRY_POINT, "id": str(uuid4()), "lang": "py"}
    message = {
        "body": base64.b64encode(text.encode()).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": known if headers is None else headers,
        "properties": {
            "correlation_id": "x",
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": "content_generation"},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": str(uuid4()),
            **properties,
        },
    }
    return json.dumps(message).encode()


def good(**headers: Any) -> bytes:
    """A well-formed doorbell about nothing, with further headers."""
    return envelope([[str(uuid4())], {}, {}], {"task": ENTRY_POINT, "id": str(uuid4()), "lang": "py", **headers})


MALFORMED = [
    b"",
    b"garbage",
    b"\xff\xfe",
    b"null",
    b"[]",
    b"{}",
    b"[" * 100_000,
    envelope("not a list"),
    envelope(7),
    envelope(None),
    envelope({}),
    envelope([]),
    envelope([[], {}]),
    envelope([[], {}, {}]),
    envelope([["a", "b"], {}, {}]),
    envelope([[7], {}, {}]),
    envelope([[["x"]], {}, {}]),
    envelope([{}, [], {}]),
    envelope([[], {"other": "x"}, {}]),
    envelope(["x", "y", "z"]),
    envelope([["x" * 100_000], {}, {}]),
    envelope(None, raw="{"),
    envelope(None, raw="[" * 50_000),
    envelope([["x"], {}, {}], headers=[]),
    envelope([["x"], {}, {}], headers="x"),
    envelope([["x"], {}, {}], headers={}),
    envelope([["x"], {}, {}], headers={"task": 7}),
    envelope([["x"], {}, {}], headers={"task": ["x"]}),
    envelope([["x"], {}, {}], headers={"task": "os.system", "id": "x"}),
    envelope([["x"], {}, {}], delivery_tag=None),
    envelope([["x"], {}, {}], delivery_tag=["x"]),
    envelope([["x"], {}, {}], delivery_info=None),
    envelope([["x"], {}, {}], delivery_info="x"),
    envelope([["x"], {}, {}], body_encoding="rot13"),
    envelope([["x"], {}, {}]).replace(b"application/json", b"application/x-python-serialize"),
    envelope([["x"], {}, {}]).replace(b'"utf-8"', b'"x"'),
    envelope([["x"], {}, {}]).replace(b'"headers"', b'"heads"'),
    envelope([["x"], {}, {}]).replace(b'"properties"', b'"props"'),
    envelope([["x"], {}, {}]).replace(b'"body":', b'"torso":'),
    good().replace(b'"base64"', b"null").replace(b'"body": "', b'"body": "\\ud800'),
    good(id=7),
    good(id=None),
    good(id="x" * 100_000),
    good(eta="tomorrow"),
    good(eta=7),
    good(expires="yesterday"),
    good(expires={}),
    good(timelimit="x"),
    good(timelimit=[1, 2, 3]),
    good(retries="x"),
    good(argsrepr=7),
    good(compression="zlib"),
    good(group=["x"]),
    good(stamps="x", stamped_headers=7),
    good(redelivered="x", origin=[]),
    envelope([[str(uuid4())], {}, {"callbacks": "x", "chain": 7, "chord": "x"}]),
    envelope([[str(uuid4())], {}, "x"]),
    envelope([[str(uuid4())], {}, {}], reply_to=["x"], correlation_id={}),
    envelope([[str(uuid4())], {}, {}], priority="x"),
]


def ignored(worker: WorkerProcess) -> float:
    try:
        page = httpx2.get(f"http://127.0.0.1:{worker.metrics_port}/metrics", trust_env=False).text
    except httpx2.ConnectError:  # it is not there yet
        return 0
    found = re.search(r'greenway_ignored_messages_total\{kind="message"\} (\S+)', page)
    return float(found[1]) if found else 0


@pytest.mark.parametrize("pool", ["threads", "prefork"])
async def test_no_message_ends_a_worker(cluster: Cluster, pool: str) -> None:
    worker = ready(cluster.start_worker(pool=pool, concurrency=2))
    redis = Redis.from_url(cluster.redis_url)
    for message in MALFORMED:
        redis.lpush("content_generation", message)
    wait_until(lambda: ignored(worker) + len(worker.logged("task_signal_ignored")) == len(MALFORMED))
    async with cluster.client() as client:
        roadmap_id = await client.create(auto_approve=True)
        await client.until_status(roadmap_id, "completed")
    assert worker.process.poll() is None
    assert "Traceback" not in worker.log.read_text()
    assert len(worker.logged("message_ignored")) == 1, "one line a minute"
    assert worker.terminate() == 0


async def test_what_stands_in_the_place_of_a_queue_is_removed(cluster: Cluster) -> None:
    redis = Redis.from_url(cluster.redis_url)
    worker = ready(cluster.start_worker(concurrency=2))
    redis.set("content_generation", "no queue")
    redis.hset("roadmap_drafting", "no", "queue")
    wait_until(lambda: redis.exists("content_generation", "roadmap_drafting") == 0)
    async with cluster.client() as client:
        roadmap_id = await client.create(auto_approve=True)
        await client.until_status(roadmap_id, "completed")
    assert worker.process.poll() is None


async def test_any_number_of_messages_that_were_not_acknowledged_keeps_nobody_waiting(cluster: Cluster) -> None:
    redis = Redis.from_url(cluster.redis_url)
    tags = {f"tag-{number}": 1 for number in range(3 * RESTORED_AT_ONCE)}
    redis.hset("unacked", mapping=dict.fromkeys(tags, "garbage"))
    redis.zadd("unacked_index", tags)
    worker = ready(cluster.start_worker(concurrency=2))
    async with cluster.client() as client:
        roadmap_id = await client.create(auto_approve=True)
        await client.until_status(roadmap_id, "completed")
    assert redis.zcard("unacked_index") >= RESTORED_AT_ONCE, "the rest waits for its turn"
    assert worker.terminate() == 0
    redis.delete("unacked", "unacked_index")


async def test_what_was_not_acknowledged_and_cannot_be_read_is_dropped(cluster: Cluster) -> None:
    redis = Redis.from_url(cluster.redis_url)
    for tag, text in {
        "a": "garbage",
        "b": "[]",
        "c": '[{"headers": 7}, "", "content_generation"]',
        "d": "null",
    }.items():
        redis.hset("unacked", tag, text)
        redis.zadd("unacked_index", {tag: 1})
    worker = ready(cluster.start_worker(concurrency=2))
    wait_until(lambda: redis.zcard("unacked_index") == 0)
    async with cluster.client() as client:
        roadmap_id = await client.create(auto_approve=True)
        await client.until_status(roadmap_id, "completed")
    assert worker.process.poll() is None


KOMBUS = (
    "unacked",
    "unacked_index",
    "unacked_mutex",
    "_kombu.binding.content_generation",
    "_kombu.binding.roadmap_drafting",
    "_kombu.binding.celery.pidbox",
    "_kombu.binding_permanent.content_generation",
    "_kombu.binding_deadlines",
    "content_generation",
    "content_generation\x06\x163",
)


def spoil(redis: Redis) -> None:
    """Put something of another type into each place where kombu keeps something."""
    for key in KOMBUS:
        redis.delete(key)
        redis.hset(key, "of", "another type") if key == "unacked_mutex" else redis.set(key, "of another type")


async def test_what_stands_where_kombu_keeps_something_is_removed(cluster: Cluster) -> None:
    redis = Redis.from_url(cluster.redis_url)
    spoil(redis)
    worker = ready(cluster.start_worker(concurrency=2))
    async with cluster.client() as client:
        for _ in range(2):
            roadmap_id = await client.create(auto_approve=True)
            await client.until_status(roadmap_id, "completed")
            spoil(redis)
    assert worker.process.poll() is None
    assert worker.terminate() == 0
    redis.delete(*KOMBUS)


async def test_bindings_that_are_none_keep_no_doorbell_from_being_rung(cluster: Cluster) -> None:
    redis = Redis.from_url(cluster.redis_url)
    for queue in ("content_generation", "roadmap_drafting", "celery"):
        redis.delete(f"_kombu.binding.{queue}")
        redis.sadd(f"_kombu.binding.{queue}", "", "x", b"\x06\x16" * 5, "\x06\x16")
    worker = ready(cluster.start_worker(concurrency=2))
    async with cluster.client() as client:
        roadmap_id = await client.create(auto_approve=True)
        await client.until_status(roadmap_id, "completed")
    assert worker.process.poll() is None
