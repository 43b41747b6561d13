"""JSON as it leaves the process."""

from typing import Any
from uuid import UUID

import orjson


def dumps(value: Any) -> bytes:
    return orjson.dumps(value, default=_plain, option=orjson.OPT_UTC_Z)


def _plain(value: Any) -> str:
    """asyncpg's UUIDs are a subclass of the standard one, which orjson does not look for."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
