"""The frames of the event socket, as a client reads them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from app.domain.events import Event
from app.live.frames import Heartbeat, Resync, Snapshot, StreamFrame


class UnknownFrame(BaseModel):
    """A frame of a newer Greenway: what it says must be read over REST."""

    model_config = ConfigDict(frozen=True)
    type: Literal["unreadable"] = "unreadable"


Frame = Event | Snapshot | Resync | Heartbeat | UnknownFrame

_known: TypeAdapter[Event | Snapshot | Resync | Heartbeat] = TypeAdapter(StreamFrame)


def parse(data: str | bytes) -> Frame:
    """The frame; fields that are new to this client are left out."""
    try:
        return _known.validate_json(data, extra="ignore")
    except ValidationError:
        return UnknownFrame()
