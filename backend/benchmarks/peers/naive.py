"""Two ways in which content is often saved, over the rows of the floor: all of it at the end, or in batches while the
buffer is locked. `python -m benchmarks.peers.naive saved_at_the_end`, with an order on standard input."""

import asyncio
import json
import sys
from typing import Any

import uvloop

from benchmarks.floor import BATCH, Finished, Roadmap, carry_out
from benchmarks.order import Order


class SavedAtTheEnd(Roadmap):
    """Everything is gathered until the last concept is written."""

    async def _finish(self, concept: Finished) -> None:
        self._finished.append(concept)


class LockedWhileSaving(Roadmap):
    """A full buffer is saved under its lock: whoever has finished a concept meanwhile waits, and holds its slot."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._lock = asyncio.Lock()

    async def _finish(self, concept: Finished) -> None:
        async with self._lock:
            self._finished.append(concept)
            if len(self._finished) == BATCH:
                await self._save(self._take())


WAYS = {"saved_at_the_end": SavedAtTheEnd, "locked_while_saving": LockedWhileSaving}

if __name__ == "__main__":
    json.dump(uvloop.run(carry_out(Order.from_stdin(), WAYS[sys.argv[1]])), sys.stdout)
