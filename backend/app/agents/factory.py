"""Chooses the author that GREENWAY_MODEL names."""

import asyncio
from importlib import import_module

from app.agents.asking.prices import own_prices
from app.agents.builtin.author import BuiltinAuthor
from app.agents.links.choose import check_search
from app.agents.models.names import check_model
from app.core.network_environment import check_proxies
from app.core.settings import Settings
from app.core.tracing import check_tracing
from app.generation.ports import Author


def check_author(settings: Settings, *, writes: bool = True) -> str:
    """The name of the configured author, without building it. Where it never `writes`, as in the API, it needs no keys.

    Raises:
        ConfigurationError: there is no such author, or it lacks a key, an extra or a file; or spans lack theirs.
    """
    check_tracing(settings)
    if settings.model != BuiltinAuthor.name:
        check_model(settings, is_asked=writes)
        check_proxies()
        if writes:
            check_search(settings)
        own_prices(settings)
    return settings.model


async def open_author(settings: Settings) -> Author:
    """The author for this event loop; the caller that opens it closes it.

    Raises:
        ConfigurationError: as `check_author`.
    """
    if settings.model == BuiltinAuthor.name:
        return BuiltinAuthor(pace=settings.builtin_pace)
    # Imported only when it is needed, and beside the loop: the library under it takes a second and 40 MB.
    opening = await asyncio.to_thread(import_module, "app.agents.opening")
    author: Author = await opening.open_model_author(settings)
    return author
