"""Full garbage collections while they are short. One stops everything for a time that grows with the number of objects
that live: for a tenth of a second while a large roadmap is read, and for a few milliseconds before and after."""

import asyncio
import gc
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

SHORT = 0.015
"""Seconds of processor time that a full collection may take, as the one before it lets expect."""
EVERY = 1.0
AT_LEAST_EVERY = 60.0
"""Seconds; so long a collection is put off while it would take longer."""
_YOUNG, _MIDDLE = 10_000, 20
"""Objects after which those that have come meanwhile are looked at, and how often that is done before those that have
stayed are. A busy process makes Python's own 700 in a millisecond, most of which are needed for longer."""
_FIRST_GUESS = 1e-7
"""Seconds for a block of memory."""
_AT_LEAST = 10_000
"""Blocks for which a collection always takes some time."""


def leave_full_collections_to_us() -> None:
    """What lives now is there for good, and is not looked at any more. Others are collected by `collect_when_short`."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, 1_000_000)


@contextmanager
def uncollected() -> Iterator[None]:
    """For imports: nearly all that they make stays, and looking for what does not would take a sixth of their time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


async def collect_when_short() -> NoReturn:
    """Blocks of memory are counted instead of objects, which would take as long as to collect them."""
    last, cost, for_good = time.monotonic(), _FIRST_GUESS, sys.getallocatedblocks()
    while True:
        await asyncio.sleep(EVERY)
        now = time.monotonic()
        blocks = max(sys.getallocatedblocks() - for_good, _AT_LEAST)
        if blocks * cost <= SHORT or now - last >= AT_LEAST_EVERY:
            began = time.thread_time()
            gc.collect()
            last, cost = now, (time.thread_time() - began) / blocks
