"""The frames of the event socket, as a client reads them."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from app.domain.events import Event
from app.live.frames import CoalescedEvents, Heartbeat, Resync, ServerFrame, Snapshot


class UnknownFrame(BaseModel):
    """A frame of a newer Greenway: what it says must be read over REST."""

    model_config = ConfigDict(frozen=True)
    type: Literal["unreadable"] = "unreadable"


Frame = Event | Snapshot | Resync | Heartbeat | UnknownFrame

_known: TypeAdapter[Event | Snapshot | Resync | Heartbeat | CoalescedEvents] = TypeAdapter(ServerFrame)


def parse(data: str | bytes) -> Sequence[Frame]:
    """What came in one frame; fields that are new to this client are left out."""
    try:
        frame = _known.validate_json(data, extra="ignore")
    except ValidationError:
        return (UnknownFrame(),)
    return frame.events if isinstance(frame, CoalescedEvents) else (frame,)
