"""`celery inspect` and `celery status` are answered by workers of either pool, whatever others send; and no message
stops or changes a worker."""

import asyncio
import json
from base64 import b64encode
from typing import Any
from urllib.parse import urlsplit

import pytest
from celery.worker.control import Panel
from e2e.cluster import Cluster, WorkerProcess, ready, wait_until
from e2e.monitors import ask, assert_celery_sees, contract_worker
from redis import Redis

from app.core.celery_app import CONTENT_QUEUE, GENERATE_CONTENT
from app.core.remote_control import LOOKS, NEVER, TELLS

THREADS = 2
"""Tasks at once, of each worker."""


ORDERS: dict[str, dict[str, object]] = {
    "add_consumer": {"queue": "other"},
    "autoscale": {"max": 1, "min": 1},
    "cancel_consumer": {"queue": CONTENT_QUEUE},
    "election": {"id": "1", "topic": "task", "action": {}},
    "pool_grow": {"n": 1},
    "pool_restart": {"modules": []},
    "pool_shrink": {"n": 1},
    "rate_limit": {"task_name": GENERATE_CONTENT, "rate_limit": "1/h"},
    "revoke": {"terminate": True, "signal": "KILL"},
    "revoke_by_stamped_headers": {"headers": {}},
    "shutdown": {},
    "terminate": {"signal": "KILL"},
    "time_limit": {"task_name": GENERATE_CONTENT, "hard": 1, "soft": 1},
}
"""All that could stop or change a worker, with arguments that would."""


def envelope(body: bytes, /, **changes: object) -> bytes:
    """A message as Celery's tools broadcast it."""
    properties = {
        "delivery_mode": 1,
        "delivery_info": {"exchange": "celery.pidbox", "routing_key": ""},
        "priority": 0,
        "body_encoding": "base64",
        "delivery_tag": "a",
    }
    whole = {
        "body": b64encode(body).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {},
        "properties": properties,
    }
    return json.dumps({**whole, **changes}).encode()


RUBBISH = (
    b"\xff\xfe",
    b"rubbish",
    b"null",
    b"3",
    b"[1]",
    b"{}",
    b'{"body": "e30="}',
    envelope(b"[1]"),
    envelope(b"3"),
    envelope(b"\xff{"),
    envelope(b"{}"),
    envelope(b"{}", headers=3),
    envelope(b"{}", body=None),
    envelope(b"{}", **{"content-type": "application/x-python-serialize"}),
    envelope(b'{"method": 3}'),
    envelope(b'{"method": "unknown"}'),
    envelope(b'{"method": "ping", "arguments": 3}'),
    envelope(b'{"method": "report", "arguments": {"unknown": 1}}'),
    envelope(b'{"method": "ping", "reply_to": 3}'),
    envelope(b'{"method": "ping", "destination": 3}'),
    envelope(b'{"method": "ping", "unknown": 3}'),
    envelope(b'{"hostname": "other", "type": 3, "clock": "x"}'),
)


@pytest.fixture(scope="module")
def workers(lonely_api: Cluster) -> dict[str, WorkerProcess]:
    """By name: a worker on the contract's own command line, and one with threads."""
    pace = {"GREENWAY_BUILTIN_PACE": "1", "GREENWAY_CONCEPT_CONCURRENCY": "1"}
    started = [
        contract_worker(lonely_api, **pace),
        lonely_api.start_worker(concurrency=THREADS, options=["--hostname=threads@%h"], **pace),
    ]
    wait_until(lambda: all("ready." in ready(worker).log.read_text() for worker in started))
    names = ask(lonely_api.redis_url, "ping", len(started))
    return dict(zip(sorted(names), started, strict=True))  # celery@..., threads@...


@pytest.fixture(scope="module")
def tasks(lonely_api: Cluster, workers: dict[str, WorkerProcess]) -> list[str]:
    """The ids of tasks that run: as many as all workers can run at once, until the tests are over."""

    async def start() -> list[str]:
        async with lonely_api.client() as client:
            made = [await client.create(concepts=300, auto_approve=True) for _ in range(THREADS * len(workers))]
            running = [await client.until(one, _is_being_written) for one in made]
            return [roadmap["task"]["task_id"] for roadmap in running]

    return asyncio.run(start())


def _is_being_written(roadmap: dict[str, Any]) -> bool:
    return (roadmap["task"]["kind"], roadmap["task"]["status"]) == ("content", "running")


def test_rubbish_neither_ends_a_worker_nor_floods_its_log(
    lonely_api: Cluster, workers: dict[str, WorkerProcess]
) -> None:
    before = [len(worker.log.read_text().splitlines()) for worker in workers.values()]
    with Redis.from_url(lonely_api.redis_url) as redis:
        for rubbish in RUBBISH * 3:
            for channel in ("/0.celery.pidbox", "/0.celeryev/worker.heartbeat"):
                assert redis.publish(channel, rubbish) == len(workers), "all listen"
    assert ask(lonely_api.redis_url, "ping", len(workers)) == {name: {"ok": "pong"} for name in workers}
    for worker, lines in zip(workers.values(), before, strict=True):
        assert worker.process.poll() is None
        said = worker.log.read_text().splitlines()[lines:]
        assert any("broadcast_ignored" in line for line in said)
        assert len(said) <= 4, said


@pytest.mark.parametrize("command", sorted(LOOKS - {"dump_conf"}))
def test_every_look_is_answered_without_the_password(
    lonely_api: Cluster, workers: dict[str, WorkerProcess], command: str
) -> None:
    needed: dict[str, dict[str, object]] = {"query_task": {"ids": []}, "hello": {"from_node": "other"}}
    answers = ask(lonely_api.redis_url, command, len(workers), **needed.get(command, {}))
    assert answers.keys() == workers.keys()
    assert not any(isinstance(answer, dict) and "error" in answer for answer in answers.values())
    password = urlsplit(lonely_api.redis_url).password
    assert password and password not in json.dumps(answers)


def test_what_people_type_is_answered_by_the_ids_of_the_tasks(
    lonely_api: Cluster, workers: dict[str, WorkerProcess], tasks: list[str]
) -> None:
    assert_celery_sees(lonely_api.redis_url, workers, tasks)


def test_no_message_stops_or_changes_a_worker(
    lonely_api: Cluster, workers: dict[str, WorkerProcess], tasks: list[str]
) -> None:
    def state() -> list[object]:
        queues = ask(lonely_api.redis_url, "active_queues", len(workers))
        stats = dict(sorted(ask(lonely_api.redis_url, "stats", len(workers)).items()))
        active = ask(lonely_api.redis_url, "active", len(workers))
        limits = ("rate_limit", "time_limit", "soft_time_limit")
        registered = ask(lonely_api.redis_url, "registered", len(workers), taskinfoitems=limits)
        return [
            {name: [queue["name"] for queue in answer] for name, answer in queues.items()},
            {
                name: (answer["pool"]["max-concurrency"], answer["pool"].get("processes"))
                for name, answer in stats.items()
            },
            {name: {request["id"] for request in answer} for name, answer in active.items()},
            registered,
        ]

    before = state()
    assert set(ORDERS) == set(Panel.data) - LOOKS - TELLS - NEVER
    for command, arguments in ORDERS.items():
        answers = ask(lonely_api.redis_url, command, len(workers), task_id=tasks[0], **arguments)
        assert answers.keys() == workers.keys()
        assert all("GREENWAY_CELERY_CONTROL=all allows it." in answer["error"] for answer in answers.values())
    assert state() == before
    assert all(worker.process.poll() is None for worker in workers.values())


def test_a_wiped_redis_changes_nothing(
    lonely_api: Cluster, workers: dict[str, WorkerProcess], tasks: list[str]
) -> None:
    with Redis.from_url(lonely_api.redis_url) as redis:
        redis.flushall()
    assert ask(lonely_api.redis_url, "ping", len(workers)) == {name: {"ok": "pong"} for name in workers}
    active = ask(lonely_api.redis_url, "active", len(workers))
    assert sorted(request["id"] for answer in active.values() for request in answer) == sorted(tasks)
