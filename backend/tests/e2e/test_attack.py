"""Ten thousand bad requests against one API, twice: none is a bug, holds up the others, or leaves anything."""

import asyncio
import json
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest
from e2e.cluster import Cluster, a_process, wait_until
from edge_values import EDGES, places, with_edge
from factories import an_artefact, an_outline
from integration.test_edge_values import BODIES

from app.domain.content.kind import ArtefactKind
from app.embedded.ports import free_port

pytestmark = pytest.mark.slow

REQUESTS = 10_000
AT_ONCE = 8
LONGEST_CALLBACK = 10.0
"""Times what parsing a body of a megabyte takes."""
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
JSON = {"content-type": "application/json"}
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


@contextmanager
def measured(cluster: Cluster, directory: Path, **settings: str) -> "Iterator[tuple[str, subprocess.Popen[bytes]]]":
    """An API whose loop is measured: its address and its process. In the end, no callback has taken too long."""
    port, notes = free_port(), directory / "longest"
    command = [sys.executable, "-m", "e2e.measured_api", str(notes), "--port", str(port)]
    settings |= {"DATABASE_URL": cluster.database_url, "REDIS_URL": cluster.redis_url, "LOG_FORMAT": "json"}
    url = f"http://127.0.0.1:{port}"
    with a_process(command, directory / "api.log", **settings, PYTHONPATH=TESTS) as api:
        wait_until(lambda: is_there(url))
        yield url, api
        assert httpx2.get(f"{url}/health", trust_env=False).status_code == 200
    longest, _, callback = notes.read_text().partition(" ")
    assert float(longest) <= LONGEST_CALLBACK, callback


async def test_two_rounds_of_bad_requests(cluster: Cluster, tmp_path: Path) -> None:
    with measured(cluster, tmp_path) as (url, api):
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


CONCEPTS, REVISIONS = 2900, 25
LARGE = 900_000
"""Bytes of a body, which may have 1,048,576."""


def a_large_file() -> dict[str, Any]:
    """A roadmap at the limit: all its concepts are written, and its outline has a history."""
    outline = an_outline(CONCEPTS).model_dump(mode="json")
    moment = "2026-01-01T00:00:00Z"
    written = {"version": 1, "author": "A", "created_at": moment}
    bodies = {kind.value: an_artefact(kind).model_dump(mode="json") for kind in ArtefactKind}
    states: dict[str, dict[str, Any]] = {
        kind: {"status": "completed", "current": 1, "versions": [written | {"body": body}]}
        for kind, body in bodies.items()
    }
    states["tutorial"] |= {"status": "failed", "failure": {"code": "timeout", "message": "It took long."}}
    return {
        "request": {"goal": "Learn everything"},
        "author": "A",
        "title": "Everything",
        "status": "partial",
        "created_at": moment,
        "outline": outline,
        "revision": REVISIONS,
        "revisions": [
            {"number": number, "kind": "edited", "outline": outline, "created_at": moment}
            for number in range(1, REVISIONS + 1)
        ],
        "concepts": [{"concept_id": f"c{number}", **states} for number in range(CONCEPTS)],
    }


def large_requests(roadmap: str, file: dict[str, Any]) -> Iterator[Request]:
    """What makes the most work with a large roadmap."""
    outline = an_outline(CONCEPTS).model_dump(mode="json")
    flat: list[Any] = [concept for module in outline["stages"][0]["modules"] for concept in module["concepts"]]
    short = [{"concept_id": one["concept_id"], "name": one["name"]} for one in flat]
    stages = [
        {"stage_id": f"s{n}", "name": "S", "modules": [{"module_id": f"m{n}", "name": "M", "concepts": [one]}]}
        for n, one in enumerate(short)
    ]
    described = [
        {"op": "describe", "target": "concept", "id": f"c{number}", "description": "x" * 1900} for number in range(400)
    ]

    def request(method: str, path: str, body: Any = None) -> Request:
        return method, roadmap + path, b"" if body is None else json.dumps(body).encode(), JSON

    yield "GET", "/openapi.json", b"", {}
    yield "POST", "/api/v1/roadmaps/import", json.dumps(file).encode(), JSON
    yield request("PUT", "/outline", {"title": "In stages", "stages": stages})
    yield request("POST", "/outline/operations", {"operations": described})
    yield request("POST", "/outline/undo")
    yield request("POST", "/outline/redo")
    yield request("PUT", "/outline", outline | {"title": "As before"})
    for path in ("", "/export", "/revisions", f"/revisions/{REVISIONS + 1}", "/estimate", "/concepts/c5"):
        yield request("GET", path)
    yield request("POST", "/duplicate")
    yield request("PUT", "/concepts/c5/learned", {"learned": True})
    yield request("POST", "/concepts/c5/quiz/attempts", {"answers": {}})
    yield request("POST", "/retry")
    yield request("POST", "/cancel")
    for value in (b"[]", b'"\\u0000"', b"-1e999", b'{"a":1}', b"9" * 4000):
        for body in (b"[%s]", b'{"operations":[%s]}', b'{"title":"T","stages":[%s]}'):
            content = body % b",".join([value] * min(99_000, LARGE // len(value)))
            yield "PUT", f"{roadmap}/outline", content, JSON
            yield "POST", f"{roadmap}/outline/operations", content, JSON


async def test_a_large_roadmap_keeps_nobody_waiting(cluster: Cluster, tmp_path: Path) -> None:
    file = a_large_file()
    with measured(cluster, tmp_path, GREENWAY_MAX_CONCEPTS="3000") as (url, api):
        async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=120) as http:
            imported = await http.post("/api/v1/roadmaps/import", json=file)
            assert imported.status_code == 201, imported.text[:500]
            roadmap = f"/api/v1/roadmaps/{imported.json()['roadmap_id']}"
            await http.get(roadmap)  # what is loaded once
            api.send_signal(signal.SIGUSR1)
            done = []
            for method, path, content, headers in large_requests(roadmap, file):
                answer = await http.request(method, path, content=content, headers=headers)
                assert answer.status_code < 500, (method, path, answer.text[:500])
                done.append(answer.status_code)
    assert done[:18] == [200, 201] + [200] * 11 + [201, 200, 201, 202, 202], done


def is_there(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/health", trust_env=False).status_code == 200
    except httpx2.HTTPError:
        return False
