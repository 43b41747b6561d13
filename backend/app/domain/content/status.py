"""The statuses of artefacts, and that of a concept, which follows from them."""

from collections.abc import Iterable
from enum import StrEnum


class ArtefactStatus(StrEnum):
    PENDING = "pending"
    GENERATING = "generating"
    COMPLETED = "completed"
    FAILED = "failed"


class ContentStatus(StrEnum):
    PENDING = "pending"
    GENERATING = "generating"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"


def content_status(artefacts: Iterable[ArtefactStatus]) -> ContentStatus:
    """A concept's state, as it follows from those of its artefacts.

    A concept with something still to write is `pending` when no worker is writing it, even when a part is saved.
    """
    states = set(artefacts)
    if ArtefactStatus.GENERATING in states:
        return ContentStatus.GENERATING
    if ArtefactStatus.PENDING in states:
        return ContentStatus.PENDING
    if states == {ArtefactStatus.COMPLETED}:
        return ContentStatus.COMPLETED
    if states == {ArtefactStatus.FAILED}:
        return ContentStatus.FAILED
    return ContentStatus.PARTIAL
