"""The live events of a roadmap, as server-sent events and over a WebSocket."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Header, Query, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event

from app.api.answers import PREFIX
from app.api.deps import AnyServices, CurrentViewer, RoadmapId, Services
from app.api.document import FRAMES
from app.core.ending import end
from app.core.errors import GreenwayError
from app.domain.viewer import NoSuchRoadmap
from app.live.event_stream import EncodedFrame, parse_since

router = APIRouter(prefix=PREFIX, tags=["events"])

log = structlog.get_logger()

_Since = Annotated[str | None, Query(description="The number of the last event that the client received.")]


@router.get(
    "/roadmaps/{roadmap_id}/events",
    response_class=StreamingResponse,
    responses={200: {"description": "Events", "content": FRAMES}},
)
async def stream_events(
    roadmap_id: RoadmapId,
    services: Services,
    viewer: CurrentViewer,
    since: _Since = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Follow a roadmap: a snapshot (with `since` or `Last-Event-ID`, the missed events), then live events."""
    position = parse_since(last_event_id or since)
    await services.read.roadmaps.position(viewer, roadmap_id)  # an unknown roadmap is a 404, not an empty stream
    services.stream.check_place()

    async def body() -> AsyncIterator[bytes]:
        async for message in services.stream.follow(viewer, roadmap_id, since=position):
            number = None if message.seq is None else str(message.seq)
            yield format_sse_event(data_str=message.data.decode(), id=number)

    headers = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
    return StreamingResponse(body(), media_type="text/event-stream", headers=headers)


@router.websocket("/ws/roadmaps/{roadmap_id}")
async def follow_events(
    websocket: WebSocket, roadmap_id: str, services: AnyServices, viewer: CurrentViewer, since: _Since = None
) -> None:
    """The same events, one JSON object a frame. Refusals close an accepted socket, so that browsers see the reason."""
    await websocket.accept()
    try:
        await services.schema.check()
        position = parse_since(since)
        services.stream.check_place()
        messages = services.stream.follow(viewer, _parse_id(roadmap_id), since=position)
        await _exchange(websocket, messages)
    except GreenwayError as error:
        await websocket.close(code=4000 + error.status, reason=error.message)


def _parse_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NoSuchRoadmap from None


async def _exchange(websocket: WebSocket, messages: AsyncIterator[EncodedFrame]) -> None:
    """Send until the messages end or the client leaves, whichever comes first; what a client sends is ignored."""
    sending = asyncio.create_task(_send(websocket, messages))
    listening = asyncio.create_task(_until_gone(websocket))
    try:
        await asyncio.wait({sending, listening}, return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
            await websocket.close(code=1001, reason="The event stream has ended.")
    finally:
        await end(sending, listening)


async def _send(websocket: WebSocket, messages: AsyncIterator[EncodedFrame]) -> None:
    try:
        async for message in messages:
            await websocket.send_text(message.data.decode())
    except WebSocketDisconnect:
        return


async def _until_gone(websocket: WebSocket) -> None:
    try:
        while True:
            await websocket.receive()
    except (WebSocketDisconnect, RuntimeError):
        return
