"""Notes that learners write beside concepts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, StringConstraints

from app.domain.values import Text

MAX_NOTE = 20_000
"""Characters of a note."""


def _short_enough(text: object) -> object:
    if isinstance(text, str) and len(text) > MAX_NOTE:
        raise ValueError(f"must have at most {MAX_NOTE} characters (MAX_NOTE); it has {len(text)}")
    return text


# The bound is said once more for the document of the API.
NoteText = Annotated[Text, StringConstraints(max_length=MAX_NOTE), BeforeValidator(_short_enough)]
"""Markdown, as it was typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """`version` is another one after each change."""

    version: UUID
    markdown: str
    updated_at: datetime


def note_etag(note: Note | None) -> str:
    """The entity tag of a note, or of there being none."""
    return '"none"' if note is None else f'"{note.version.hex}"'
