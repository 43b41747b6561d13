"""The entity tag of a roadmap, by which a client says which state it has read."""

from typing import Literal
from uuid import UUID

Encoding = Literal["gzip"]

_GZIP = "-gzip"


def etag_of(epoch: UUID, seq: int, encoding: Encoding | None = None) -> str:
    """Everything visible of a roadmap changes with an event, so the newest event's number identifies it. A compressed
    representation has a tag of its own, since a tag stands for the same bytes."""
    return f'"{epoch.hex[:12]}-{seq}{_GZIP if encoding else ""}"'


def names_state(header: str, etag: str, *, weakly: bool = False) -> bool:
    """Whether `If-Match`, or `If-None-Match` (`weakly`), names the state of this entity tag, in any encoding: what a
    client has read compressed is the same state. RFC 9110 asks for the strong and the weak comparison."""
    if header in {etag, "*"}:
        return True
    tags = {tag.strip() for tag in header.split(",")}
    if weakly:
        tags = {tag.removeprefix("W/") for tag in tags}
    return not {"*", etag, f'{etag[:-1]}{_GZIP}"'}.isdisjoint(tags)
