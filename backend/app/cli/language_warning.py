"""Whether a roadmap will be written in the language that was asked for."""

from uuid import UUID

from app.cli.api_client import ApiClient
from app.cli.watching.words import one_line
from app.core.errors import GreenwayError

BUILTIN_LANGUAGES = frozenset({"en", "zh"})
"""What the built-in author writes."""


async def language_warning(api: ApiClient, roadmap_id: UUID, language: str) -> str | None:
    """What to say when its author cannot write in the language; the API knows who the author is."""
    if language.partition("-")[0].casefold() in BUILTIN_LANGUAGES:
        return None
    try:
        author = (await api.read(roadmap_id)).author
    except GreenwayError:
        # The roadmap has been created; a fault that lasts is said by the next command.
        return None
    if not author.startswith("builtin:"):
        return None
    return (
        "The built-in author writes in English or Chinese only. This roadmap will be in English, not in "
        f"{one_line(language)!r}; to change that, connect a model with GREENWAY_MODEL."
    )
