"""What is sent to those who watch a roadmap: its events, and frames without a number."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypeAliasType

from app.domain.events import Event
from app.reading.views import RoadmapView


class _UnnumberedFrame(BaseModel):
    model_config = ConfigDict(frozen=True)


class Snapshot(_UnnumberedFrame):
    """The whole roadmap. It replaces everything that the client knew."""

    type: Literal["snapshot"]
    roadmap: RoadmapView


class Resync(_UnnumberedFrame):
    """Events cannot be delivered one by one; a snapshot follows."""

    type: Literal["resync"]
    reason: str


class Heartbeat(_UnnumberedFrame):
    """Nothing has happened since event `seq`."""

    type: Literal["heartbeat"]
    seq: int


class CoalescedEvents(_UnnumberedFrame):
    """Events that came within the same 50 ms, in order: the only frame of events for clients that ask for it with
    `coalesce=1`."""

    events: tuple[Event, ...]


StreamFrame = TypeAliasType(
    "StreamFrame", Annotated[Event | Snapshot | Resync | Heartbeat, Field(discriminator="type")]
)

ServerFrame = TypeAliasType("ServerFrame", StreamFrame | CoalescedEvents)
