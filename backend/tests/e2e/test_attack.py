"""Ten thousand bad requests against one API, twice: none is a bug, holds up the others, or leaves anything."""

import asyncio
import json
import random
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest
from e2e.cluster import Cluster, a_process, wait_until
from edge_values import EDGES, places, with_edge
from integration.test_edge_values import BODIES

from app.embedded.ports import free_port

pytestmark = pytest.mark.slow

REQUESTS = 10_000
AT_ONCE = 8
LONGEST_CALLBACK = 0.05
"""Seconds of processor time."""
SOME = "01890000-0000-7000-8000-000000000000"
HEADERS: list[dict[str, str]] = [
    {},
    {"content-type": "text/plain"},
    {"content-type": "application/json; charset=utf-16"},
    {"content-encoding": "gzip"},
    {"if-match": '"x" y'},
    {"if-none-match": "W/" * 500},
    {"idempotency-key": "x" * 5000},
    {"accept-language": "x" * 2000},
    {"x-request-id": "../../x" * 50},
    {"expect": "100-continue"},
]
TESTS = str(Path(__file__).resolve().parents[1])
Request = tuple[str, str, bytes, dict[str, str]]


def bad_requests(roadmap_id: str, rng: random.Random) -> Iterator[Request]:
    bodies = [(method, address, body, list(places(body))) for method, address, body in BODIES.values()]
    bodies.append(("POST", "/api/v1/roadmaps/import", {"format": "greenway-roadmap", "title": "T"}, [("title",)]))
    small = [edge for name, edge in EDGES.items() if name != "a long text"]
    while True:
        method, address, body, paths = rng.choice(bodies)
        url = address.format(roadmap=f"/api/v1/roadmaps/{rng.choice([roadmap_id, SOME, 'x', '%00', '..', '1' * 300])}")
        changed: Any = body
        for _ in range(rng.randint(1, 3)):
            path = rng.choice(paths)
            with suppress(TypeError, AttributeError, KeyError, IndexError):  # what is there now has no such place
                changed = with_edge(changed, path, rng.choice(small))
        content = json.dumps(changed).encode()
        match rng.randrange(8):
            case 0:
                content = content[: rng.randrange(len(content) + 1)]
            case 1:
                content = rng.randbytes(200)
            case 2:
                content = b"[" * rng.randrange(1, 50_000)
            case 3:
                name = rng.choice(["q", "since", "limit", "cursor", "version"])
                url += f"?{name}={rng.choice(['%00', '-1', '1e9', '%ff'])}"
                method = rng.choice(["GET", "PATCH", "HEAD", "OPTIONS", method])
        headers = {"content-type": "application/json", **rng.choice(HEADERS)}
        yield method, url, content, headers


async def fire(url: str, requests: Iterator[Request], count: int) -> list[str]:
    """What was answered wrongly."""
    wrong: list[str] = []

    async def shoot(http: httpx2.AsyncClient) -> None:
        for _ in range(count // AT_ONCE):
            method, address, content, headers = next(requests)
            answer = await http.request(method, address, content=content, headers=headers)
            named = answer.status_code != 422 or "detail" in answer.json()
            if answer.status_code >= 500 or not named:
                wrong.append(
                    f"{method} {address} {content[:300]!r} {headers}: {answer.status_code} {answer.text[:300]}"
                )

    async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60) as http:
        await asyncio.gather(*(shoot(http) for _ in range(AT_ONCE)))
    return wrong


async def test_two_rounds_of_bad_requests(cluster: Cluster, tmp_path: Path) -> None:
    port, notes, log = free_port(), tmp_path / "longest", tmp_path / "api.log"
    command = [sys.executable, "-m", "e2e.measured_api", str(notes), "--port", str(port)]
    settings = {"DATABASE_URL": cluster.database_url, "REDIS_URL": cluster.redis_url, "LOG_FORMAT": "json"}
    url = f"http://127.0.0.1:{port}"
    with a_process(command, log, **settings, PYTHONPATH=TESTS) as api:
        wait_until(lambda: is_there(url))
        async with cluster.client() as client:
            roadmap_id = await client.create()
        rng = random.Random(15)
        requests = bad_requests(roadmap_id, rng)
        assert await fire(url, requests, REQUESTS // 10) == []  # what is loaded once
        api.send_signal(signal.SIGUSR1)
        sizes = []
        for _ in range(2):
            assert await fire(url, requests, REQUESTS) == []
            sizes.append(psutil.Process(api.pid).memory_info().rss)
        assert sizes[1] <= sizes[0] * 1.05
        assert httpx2.get(f"{url}/health", trust_env=False).status_code == 200
    longest, _, callback = notes.read_text().partition(" ")
    assert float(longest) <= LONGEST_CALLBACK, callback


def is_there(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/health", trust_env=False).status_code == 200
    except httpx2.HTTPError:
        return False
