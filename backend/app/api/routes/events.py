"""The live events of a roadmap, as server-sent events and over a WebSocket."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Header, Query, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse

from app.api.answers import PREFIX
from app.api.deps import AnyServices, CurrentViewer, RoadmapId, Services
from app.api.document import FRAMES
from app.api.wire import chunk, outlet_of, server_sent_event, text_message
from app.core.ending import end
from app.core.errors import GreenwayError
from app.domain.viewer import NoSuchRoadmap
from app.live.event_stream import parse_wish
from app.live.live_feed import EncodedFrame

router = APIRouter(prefix=PREFIX, tags=["events"])

log = structlog.get_logger()

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
        async for frame in frames:
            yield server_sent_event(frame)

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
        await _exchange(websocket, services.stream.follow(viewer, _parse_id(roadmap_id), wish, outlet))
    except GreenwayError as error:
        await websocket.close(code=4000 + error.status, reason=error.message)


def _parse_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NoSuchRoadmap from None


async def _exchange(websocket: WebSocket, frames: AsyncIterator[EncodedFrame]) -> None:
    """Send until the frames end or the client leaves, whichever comes first; what a client sends is ignored."""
    sending = asyncio.create_task(_send(websocket, frames))
    listening = asyncio.create_task(_until_gone(websocket))
    try:
        await asyncio.wait({sending, listening}, return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
            await websocket.close(code=1001, reason="The event stream has ended.")
    finally:
        await end(sending, listening)


async def _send(websocket: WebSocket, frames: AsyncIterator[EncodedFrame]) -> None:
    try:
        async for frame in frames:
            await websocket.send_text(frame.data.decode())
    except WebSocketDisconnect:
        return


async def _until_gone(websocket: WebSocket) -> None:
    try:
        while True:
            await websocket.receive()
    except (WebSocketDisconnect, RuntimeError):
        return
