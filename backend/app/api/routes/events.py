"""The live events of a roadmap, as server-sent events and over a WebSocket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Header, Query, Request, WebSocket
from fastapi.responses import StreamingResponse
from starlette.types import Message, Receive, Send

from app.api.answers import PREFIX
from app.api.continuation import continue_with
from app.api.deps import AnyServices, CurrentViewer, RoadmapId, Services
from app.api.document import FRAMES
from app.api.wire import chunk, outlet_of, server_sent_event, text_message
from app.core.ending import end
from app.core.errors import GreenwayError
from app.domain.viewer import NoSuchRoadmap
from app.live.event_stream import parse_wish
from app.live.live_feed import EncodedFrame

log = structlog.get_logger()

router = APIRouter(prefix=PREFIX, tags=["events"])

_Since = Annotated[str | None, Query(description="The number of the last event that the client received.")]
_Coalesce = Annotated[
    str | None,
    Query(
        description='With `1`, events of the same 50 ms are sent together, in one frame `{"events": […]}`.',
        json_schema_extra={"enum": ["0", "1"]},
    ),
]


@router.get(
    "/roadmaps/{roadmap_id}/events",
    response_class=StreamingResponse,
    responses={200: {"description": "Events", "content": FRAMES}},
)
async def stream_events(
    request: Request,
    roadmap_id: RoadmapId,
    services: Services,
    viewer: CurrentViewer,
    since: _Since = None,
    coalesce: _Coalesce = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Follow a roadmap: a snapshot (with `since` or `Last-Event-ID`, the missed events), then live events."""
    wish = parse_wish(since=last_event_id or since, coalesce=coalesce)
    await services.read.roadmaps.position(viewer, roadmap_id)  # an unknown roadmap is a 404, not an empty stream
    services.stream.check_place()
    frames = services.stream.follow(viewer, roadmap_id, wish, outlet_of(request.scope, chunk))

    async def body() -> AsyncIterator[bytes]:
        try:
            async for frame in frames:
                yield server_sent_event(frame)
                del frame  # it is not kept until the next one comes
        except GreenwayError as error:
            # It is too late for a status: the stream ends, and the client asks again.
            log.info("event_stream_ended", reason=error.message)

    headers = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
    return StreamingResponse(body(), media_type="text/event-stream", headers=headers)


@router.websocket("/ws/roadmaps/{roadmap_id}")
async def follow_events(
    websocket: WebSocket,
    roadmap_id: str,
    services: AnyServices,
    viewer: CurrentViewer,
    since: _Since = None,
    coalesce: _Coalesce = None,
) -> None:
    """The same events, one JSON object a frame. Refusals close an accepted socket, so that browsers see the reason."""
    await websocket.accept()
    try:
        await services.schema.check()
        wish = parse_wish(since=since, coalesce=coalesce)
        services.stream.check_place()
        outlet = outlet_of(websocket.scope, text_message)
        frames = services.stream.follow(viewer, _parse_id(roadmap_id), wish, outlet)
    except GreenwayError as error:
        await websocket.close(code=4000 + error.status, reason=error.message)
    else:
        continue_with(websocket.scope, partial(_exchange, frames))


def _parse_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NoSuchRoadmap from None


async def _exchange(frames: AsyncIterator[EncodedFrame], receive: Receive, send: Send) -> None:
    """Send until the frames end or the client leaves, whichever comes first; what a client sends is ignored."""
    sending = asyncio.create_task(_send(frames, send))
    try:
        while (await receive())["type"] != "websocket.disconnect":  # it follows our own goodbye, too
            pass
        if sending.done():
            sending.result()
    finally:
        await end(sending)


async def _send(frames: AsyncIterator[EncodedFrame], send: Send) -> None:
    try:
        async for frame in frames:
            await _try_to_send(send, {"type": "websocket.send", "text": frame.data.decode()})
            del frame  # it is not kept until the next one comes
    except GreenwayError as error:
        await _close(send, 4000 + error.status, error.message)
    except Exception:
        await _close(send, 1011, "An error inside Greenway.")
        raise
    else:
        await _close(send, 1001, "The event stream has ended.")


async def _close(send: Send, code: int, reason: str) -> None:
    await _try_to_send(send, {"type": "websocket.close", "code": code, "reason": reason})


async def _try_to_send(send: Send, message: Message) -> None:
    with suppress(OSError):  # the client has left, of which `receive` tells
        await send(message)
