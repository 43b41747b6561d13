"""Cursors of the list of roadmaps: where a page ends, as text that a client hands back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.core.errors import InvalidInput
from app.domain.records import ListPlace, RoadmapMetadata
from app.domain.roadmap import ListOrder

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def place_of(roadmap: RoadmapMetadata, sort: ListOrder) -> ListPlace:
    return ListPlace(id=roadmap.id, studied_at=roadmap.studied_at if sort == ListOrder.STUDIED else None)


def cursor_of(place: ListPlace) -> str:
    if place.studied_at is None:
        return place.id.hex
    return f"{place.id.hex}-{(place.studied_at - _EPOCH) // _MICROSECOND:x}"


def parse_cursor(cursor: str | None, sort: ListOrder) -> ListPlace | None:
    """The place that a cursor names.

    Raises:
        InvalidInput: no list in this order has given it out.
    """
    if cursor is None:
        return None
    roadmap_id, dash, studied_at = cursor.partition("-")
    try:
        if bool(dash) != (sort == ListOrder.STUDIED):
            raise ValueError
        moment = _EPOCH + int(studied_at, 16) * _MICROSECOND if dash else None
        return ListPlace(id=UUID(hex=roadmap_id), studied_at=moment)
    except (ValueError, OverflowError):
        message = f"is not a cursor of this list when sorted by {sort}"
        raise InvalidInput(f"`cursor` {message}.", fields=[{"field": "cursor", "message": message}]) from None
