"""The floor of reading: an ASGI application that does what a read cannot do without, and nothing else.

It makes the one query for a roadmap's position and answers with constant bytes, in the same uvicorn as the API's. It
sends a constant snapshot to whoever opens a WebSocket, and `/health` is a route of a bare FastAPI.
"""

import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import uvicorn
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from app.api.connections import limits_of
from app.api.protocols import uvicorn_options
from app.core.settings import load_settings

_POSITION = """
SELECT progress.epoch, progress.seq, progress.floor FROM roadmap_progress AS progress
JOIN roadmaps ON roadmaps.id = progress.roadmap_id
WHERE roadmaps.id = $1 AND roadmaps.user_id = $2 AND roadmaps.deleted_at IS NULL
"""

fastapi = FastAPI()


@fastapi.get("/health")
async def get_health() -> dict[str, str]:
    return {"status": "ok"}


class BareApi:
    """`body` is a roadmap."""

    def __init__(self, address: str, body: bytes) -> None:
        self._address = address
        self._body = body
        self._snapshot = f'{{"type":"snapshot","roadmap":{body.decode()}}}'
        self._pool: Any = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "lifespan":
                await receive()
                self._pool = await asyncpg.create_pool(self._address)
                await send({"type": "lifespan.startup.complete"})
                await receive()
            case "websocket":
                await receive()
                await send({"type": "websocket.accept"})
                await send({"type": "websocket.send", "text": self._snapshot})
                await receive()
            case _ if scope["path"] == "/health":
                await fastapi(scope, receive, send)
            case _:
                await self._answer(scope, send)

    async def _answer(self, scope: Scope, send: Send) -> None:
        row = await self._pool.fetchrow(_POSITION, UUID(scope["path"].rpartition("/")[2]), "local")
        etag = b'"%s-%d"' % (row["epoch"].hex[:12].encode(), row["seq"])
        headers = [(b"content-type", b"application/json"), (b"etag", etag)]
        if (b"if-none-match", etag) in scope["headers"]:
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        headers.append((b"content-length", b"%d" % len(self._body)))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self._body})


def main(port: str, file: str) -> None:
    settings = load_settings()
    address = settings.require_database_url().replace("+asyncpg", "")
    uvicorn.run(
        BareApi(address, Path(file).read_bytes()),
        port=int(port),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        **uvicorn_options(limits_of(settings)),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
