"""Readable ids from names."""

import re
import unicodedata
from collections.abc import Container

_ROOM = 44
"""Characters of a slug: leaves room for a suffix within the 64 that an outline's id may have."""


def slug(name: str) -> str:
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_name.casefold()).strip("-")[:_ROOM].strip("-") or "part"


def unique_slug(name: str, taken: Container[str]) -> str:
    """The name's slug, numbered if it is taken."""
    first = slug(name)
    candidate, number = first, 2
    while candidate in taken:
        candidate, number = f"{first}-{number}", number + 1
    return candidate
