"""The frames of the event socket."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from app.domain.events import Event
from app.services.views import RoadmapView


class _Frame(BaseModel):
    model_config = ConfigDict(frozen=True)


class Snapshot(_Frame):
    """The whole roadmap: it replaces whatever was known."""

    type: Literal["snapshot"]
    roadmap: RoadmapView


class Resync(_Frame):
    """Events cannot be delivered one by one; a snapshot follows."""

    type: Literal["resync"]
    reason: str


class Heartbeat(_Frame):
    """Nothing has happened since event `seq`."""

    type: Literal["heartbeat"]
    seq: int


class Unreadable(_Frame):
    """A frame of a newer Greenway: what it says must be read over REST."""

    type: Literal["unreadable"] = "unreadable"


Frame = Event | Snapshot | Resync | Heartbeat | Unreadable

_Known = Annotated[Event | Snapshot | Resync | Heartbeat, Field(discriminator="type")]
_known: TypeAdapter[Event | Snapshot | Resync | Heartbeat] = TypeAdapter(_Known)


def parse(data: str | bytes) -> Frame:
    """The frame; fields that are new to this client are left out."""
    try:
        return _known.validate_json(data, extra="ignore")
    except ValidationError:
        return Unreadable()
