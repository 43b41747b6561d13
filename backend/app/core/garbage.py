"""Full garbage collections while they are short. One stops everything for a time that grows with the number of objects
that live: for a tenth of a second while a large roadmap is read, and for a few milliseconds before and after."""

import asyncio
import gc
import time
from typing import NoReturn

FEW_OBJECTS = 100_000
"""Objects of the oldest generation that are looked through in about 10 ms."""
EVERY = 1.0
AT_LEAST_EVERY = 60.0
"""Seconds; so long a collection is put off while there are more."""


def leave_full_collections_to_us() -> None:
    """What lives now is there for good, and is not looked at any more. Others are collected by `collect_when_short`."""
    gc.collect()
    gc.freeze()
    youngest, middle, _ = gc.get_threshold()
    gc.set_threshold(youngest, middle, 1_000_000)


async def collect_when_short() -> NoReturn:
    last = time.monotonic()
    while True:
        await asyncio.sleep(EVERY)
        now = time.monotonic()
        if len(gc.get_objects(generation=2)) <= FEW_OBJECTS or now - last >= AT_LEAST_EVERY:
            gc.collect()
            last = now
