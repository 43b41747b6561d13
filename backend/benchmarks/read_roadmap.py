"""How long the server takes to answer a read of a roadmap with a thousand concepts."""

import statistics
import time
from typing import Any
from uuid import UUID

from fastapi import FastAPI

from app.main import create_app
from benchmarks.report import Figure
from benchmarks.servers import bench, run

CONCEPTS = 1000
ROUNDS, REPEATS = 5, 40


def measure() -> list[Figure]:
    return run(_measure())


async def _measure() -> list[Figure]:
    async with bench() as setting:
        roadmap_id, _ = await setting.approved(CONCEPTS)
    app = create_app()
    full: list[float] = []
    unchanged: list[float] = []
    async with app.router.lifespan_context(app):
        _, etag, size = await _get(app, roadmap_id, None)
        assert size > 100_000, "the roadmap is there as a whole"
        for _ in range(ROUNDS):
            full.append(await _median(app, roadmap_id, None))
            unchanged.append(await _median(app, roadmap_id, etag))
    return [
        Figure("read a roadmap", f"{CONCEPTS} concepts, whole", "ms", tuple(full), 10),
        Figure("read a roadmap", f"{CONCEPTS} concepts, unchanged (304)", "ms", tuple(unchanged), 1.5),
    ]


async def _median(app: FastAPI, roadmap_id: UUID, etag: str | None) -> float:
    return statistics.median([(await _get(app, roadmap_id, etag))[0] for _ in range(REPEATS)]) * 1000


async def _get(app: FastAPI, roadmap_id: UUID, etag: str | None) -> tuple[float, str, int]:
    """Seconds from the request's arrival to the last byte, without the network; the ETag; the size."""
    headers = [(b"host", b"localhost")]
    if etag is not None:
        headers.append((b"if-none-match", etag.encode()))
    path = f"/api/v1/roadmaps/{roadmap_id}"
    scope: dict[str, Any] = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000), "root_path": "",
    }  # fmt: skip
    answer: dict[str, Any] = {}
    size = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        nonlocal size
        if message["type"] == "http.response.start":
            answer["status"] = message["status"]
            answer["etag"] = dict(message["headers"])[b"etag"].decode()
        else:
            size += len(message.get("body", b""))

    started = time.perf_counter()
    await app(scope, receive, send)
    seconds = time.perf_counter() - started
    assert answer["status"] == (200 if etag is None else 304)
    return seconds, answer["etag"], size
