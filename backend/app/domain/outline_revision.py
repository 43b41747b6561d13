"""One step in the history of an outline."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

MAX_UNDO = 50
"""How many edits can be undone."""


class RevisionKind(StrEnum):
    DRAFTED = "drafted"
    EDITED = "edited"
    REVISED = "revised"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRevision:
    """How an outline came about: `feedback` and `operations` of a revision by words, the author's `note` on it."""

    kind: RevisionKind
    feedback: str | None = None
    operations: list[dict[str, Any]] | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision(NewRevision):
    """`outline` is as stored: the outline after the step."""

    number: int
    outline: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPosition:
    """Which revision the outline is, and whether there is another one to go to."""

    revision: int
    can_undo: bool
    can_redo: bool
