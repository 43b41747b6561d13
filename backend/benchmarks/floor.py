"""The floor of writing: the same agents, and the same rows in the same tables, by plain asyncpg and nothing else.

There is no buffer, no lock, no fence, no claim, no retry, and nobody is told. Each roadmap runs five concepts at once
and saves ten of them by one statement of arrays, as durably as Greenway does.
"""

import asyncio
import json
import sys
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import uvloop

from app.core.settings import load_settings
from app.domain.base import new_id
from app.domain.content.kind import ArtefactKind
from benchmarks.author import ARTEFACTS
from benchmarks.order import Order

AT_ONCE, BATCH = 5, 10

Finished = tuple[str, list[bytes]]
"""A concept, and the bodies of its artefacts."""

_FLUSH = """
WITH task AS (
    UPDATE tasks SET calls = calls + $2 WHERE id = $1 RETURNING roadmap_id
), counters AS (
    UPDATE roadmap_progress AS progress SET seq = progress.seq + $3, completed = completed + $2
    FROM task WHERE progress.roadmap_id = task.roadmap_id RETURNING progress.roadmap_id, progress.seq - $3 AS before
), states AS (
    UPDATE concepts SET artefacts = new.artefacts::jsonb
    FROM task, unnest($4::text[], $5::text[]) AS new (concept_id, artefacts)
    WHERE concepts.roadmap_id = task.roadmap_id AND concepts.concept_id = new.concept_id
), log AS (
    INSERT INTO events (roadmap_id, seq, body)
    SELECT roadmap_id, before + number, new.body::json
    FROM counters, unnest($6::bigint[], $7::text[]) AS new (number, body)
)
INSERT INTO artefacts (id, roadmap_id, concept_id, kind, version, task_id, author, usage, body)
SELECT new.id, task.roadmap_id, new.concept_id, new.kind, 1, $1, 'floor', '{}'::jsonb, new.body::jsonb
FROM task, unnest($8::uuid[], $9::text[], $10::text[], $11::text[]) AS new (id, concept_id, kind, body)
"""


class Roadmap:
    def __init__(self, pool: asyncpg.Pool, task_id: UUID, order: Order) -> None:
        self._pool = pool
        self._task_id = task_id
        self._order = order
        self._concepts = iter(order.concepts)
        self._finished: list[Finished] = []
        self._saving: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        await asyncio.gather(*(self._write_concepts() for _ in range(AT_ONCE)))
        self._flush()
        await asyncio.gather(*self._saving)

    async def _write_concepts(self) -> None:
        for concept_id in self._concepts:
            bodies = await asyncio.gather(*(self._write(concept_id, kind) for kind in ArtefactKind))
            await self._finish((concept_id, bodies))

    async def _write(self, concept_id: str, kind: ArtefactKind) -> bytes:
        await self._order.take(concept_id, kind)
        return ARTEFACTS[kind].model_dump_json().encode()

    async def _finish(self, concept: Finished) -> None:
        self._finished.append(concept)
        if len(self._finished) == BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._finished:
            self._saving.add(asyncio.create_task(self._save(self._take())))

    def _take(self) -> list[Finished]:
        finished, self._finished = self._finished, []
        return finished

    async def _save(self, finished: list[Finished]) -> None:
        states: list[tuple[str, str]] = []
        events: list[tuple[int, str]] = []
        versions: list[tuple[UUID, str, str, str]] = []
        at = datetime.now(UTC).isoformat()
        for concept_id, bodies in finished:
            ids = [new_id() for _ in bodies]
            shown = {
                kind.value: {"status": "completed", "id": str(one), "glance": {"summary": "What it is about."}}
                for kind, one in zip(ArtefactKind, ids, strict=True)
            }
            states.append((concept_id, orjson.dumps(shown).decode()))
            for what in ("concept_start", "concept_complete"):
                told = {"type": what, "seq": len(events) + 1, "concept_id": concept_id, "at": at, "changes": shown}
                events.append((len(events) + 1, orjson.dumps(told).decode()))
            versions += [
                (one, concept_id, kind.value, body.decode())
                for one, kind, body in zip(ids, ArtefactKind, bodies, strict=True)
            ]
        groups: tuple[list[Any], ...] = (states, events, versions)
        columns = [list(column) for rows in groups for column in zip(*rows, strict=True)]
        await self._pool.execute(_FLUSH, self._task_id, len(finished), len(events), *columns)


async def carry_out(order: Order, kind: type[Roadmap] = Roadmap) -> dict[str, float]:
    """Write all roadmaps of an order, at once. Gives the seconds and the processor time that it has taken."""
    async with connected() as pool:
        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(kind(pool, task_id, order).run() for task_id in order.task_ids))
        return {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}


def connected() -> asyncpg.Pool:
    """Connections to the database, to be entered; as many as a worker of Greenway has at most."""
    return asyncpg.create_pool(load_settings().require_database_url().replace("+asyncpg", ""), max_size=10)


if __name__ == "__main__":
    json.dump(uvloop.run(carry_out(Order.from_stdin())), sys.stdout)
