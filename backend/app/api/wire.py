"""Event frames as bytes on the wire, written to a client's transport past ASGI, which would wake a task for each."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi.sse import format_sse_event
from websockets.frames import Frame, Opcode

from app.api.extension import WRITE
from app.live.live_feed import EncodedFrame, Outlet


def text_message(frame: EncodedFrame) -> bytes:
    """A text message of a WebSocket without extensions."""
    return Frame(Opcode.TEXT, frame.data).serialize(mask=False)


def server_sent_event(frame: EncodedFrame) -> bytes:
    return format_sse_event(data_str=frame.data.decode(), id=None if frame.seq is None else str(frame.seq))


def chunk(frame: EncodedFrame) -> bytes:
    """A server-sent event as a chunk of a response of unknown length, which uvicorn makes of each piece of a body."""
    event = server_sent_event(frame)
    return b"%x\r\n%b\r\n" % (len(event), event)


def outlet_of(scope: Mapping[str, Any], encode: Callable[[EncodedFrame], bytes]) -> Outlet | None:
    """None where another server than ours has made the scope."""
    offered = scope.get("extensions", {}).get(WRITE)
    return None if offered is None else Outlet(encode, offered["write"])
