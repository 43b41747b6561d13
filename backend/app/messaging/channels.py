"""Where the events of a roadmap are in Redis."""

from uuid import UUID


def stream_key(roadmap_id: UUID, epoch: UUID) -> str:
    return f"greenway:stream:{{{roadmap_id}}}:{epoch}"


def channel(roadmap_id: UUID) -> str:
    return f"greenway:events:{{{roadmap_id}}}"
