"""The entity tag of a roadmap, by which a client says which state it has read."""

from uuid import UUID


def etag_of(epoch: UUID, seq: int) -> str:
    """Everything visible of a roadmap changes with an event, so the newest event's number identifies it."""
    return f'"{epoch.hex[:12]}-{seq}"'
