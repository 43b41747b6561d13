"""The base of all frozen data at Greenway's edges, and the identifiers that it uses."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints
from uuid_utils.compat import uuid7

OUTLINE_ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"

OutlineId = Annotated[str, StringConstraints(pattern=OUTLINE_ID_PATTERN)]
"""Identifies a stage, a module or a concept within one roadmap; stable across edits."""


class FrozenModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def new_id() -> UUID:
    """A fresh UUIDv7: unique, and sorted by time, so that indexes grow at their end."""
    return uuid7()
