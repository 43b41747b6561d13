"""Long work on the event loop, done in pieces: others get their turn in between."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

T = TypeVar("T")

EVERY = 200
"""Things that are looked at between two pauses."""


async def with_pauses(things: Iterable[T], *, every: int = EVERY) -> AsyncIterator[T]:
    for number, thing in enumerate(things, start=1):
        yield thing
        if number % every == 0:
            await asyncio.sleep(0)
