"""Writes what a change of a task's run comes to in one statement: fence, task, counters, concept states and events.

It is text, and not SQLAlchemy Core: five parts that share one fence read as what they are, a statement of SQL, and the
lists of their columns come from the tables and models all the same.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.json import dumps
from app.db.repositories.concept_repo import STATE_COLUMNS, plain_state
from app.db.repositories.ownership_repo import FENCE, fence_parameters
from app.db.rows import amounts
from app.db.tables import concepts
from app.domain.events import Event
from app.domain.ownership import Claim
from app.domain.tasks import Progress, TaskStatus
from app.domain.usage import Usage
from app.generation.ledger import LedgerEntry

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_USAGE = ", ".join(f"{name} = {name} + :{name}" for name in Usage.model_fields)
_COUNTERS = ", ".join(f"{name} = :{name}" for name in Progress.model_fields)
_STATES = ", ".join(f"{name} = new.{name}" for name in STATE_COLUMNS)
_STATE_TYPES = ", ".join(f"{name} {concepts.c[name].type.compile(_DIALECT)}" for name in STATE_COLUMNS)

_FLUSH = text(f"""
WITH held AS (
    SELECT tasks.id AS task_id, progress.roadmap_id
    FROM tasks JOIN roadmap_progress AS progress ON progress.roadmap_id = tasks.roadmap_id
    WHERE {FENCE} AND tasks.status = :known_status AND progress.seq = :known_seq
        AND (CAST(:batch_id AS uuid) IS NULL OR tasks.last_batch IS DISTINCT FROM CAST(:batch_id AS uuid))
    FOR UPDATE
), the_task AS (
    UPDATE tasks AS task SET
        status = :status,
        ended_at = CASE WHEN :ended THEN CAST(:at AS timestamptz) ELSE task.ended_at END,
        error_code = CASE WHEN :moved THEN :error_code ELSE error_code END,
        error_message = CASE WHEN :moved THEN :error_message ELSE error_message END,
        error_details = CASE WHEN :moved THEN CAST(:error_details AS jsonb) ELSE error_details END,
        last_batch = coalesce(CAST(:batch_id AS uuid), last_batch),
        crashes = CASE WHEN CAST(:batch_id AS uuid) IS NULL THEN crashes ELSE 0 END,
        {_USAGE}
    FROM held WHERE task.id = held.task_id
), counters AS (
    UPDATE roadmap_progress AS progress SET seq = :seq, {_COUNTERS}
    FROM held WHERE progress.roadmap_id = held.roadmap_id
), states AS (
    UPDATE concepts SET {_STATES}
    FROM held, jsonb_to_recordset(CAST(:states AS jsonb)) AS new (concept_id text, {_STATE_TYPES})
    WHERE concepts.roadmap_id = held.roadmap_id AND concepts.concept_id = new.concept_id
), log AS (
    INSERT INTO events (roadmap_id, seq, body)
    SELECT held.roadmap_id, new.seq, new.body
    FROM held, json_to_recordset(CAST(:events AS json)) AS new (seq bigint, body json)
)
SELECT count(*) FROM held
""")
"""`held` is fence and lock: where it finds nothing, every other part has nothing to do."""


async def flush(
    session: AsyncSession, claim: Claim, entry: LedgerEntry, *, known: TaskStatus, batch_id: UUID | None
) -> bool:
    """Write what a change comes to. False, and nothing written, when the claim does not stand, the task has another
    status than was known, the batch is saved already, or another transaction has written to the
    roadmap since its log was read."""
    status = entry.task.status
    states = [*entry.concepts.values(), *entry.removed.values()]
    parameters: dict[str, Any] = {
        **fence_parameters(claim),
        "known_status": known,
        "known_seq": entry.known.seq,
        "status": status,
        "ended": status != known and not status.is_active,
        "at": entry.at,
        "moved": entry.move is not None,
        "error_code": entry.failure.code if entry.failure else None,
        "error_message": entry.failure.message if entry.failure else None,
        "error_details": dumps(entry.failure.details).decode() if entry.failure else None,
        "batch_id": batch_id,
        **amounts(entry.usage),
        "seq": entry.position.seq,
        **{name: getattr(entry.position.progress, name) for name in Progress.model_fields},
        "states": dumps([plain_state(state) for state in states]).decode(),
        "events": f"[{','.join(_event(event) for event in entry.events)}]",
    }
    return bool((await session.execute(_FLUSH, parameters)).scalar_one())


def _event(event: Event) -> str:
    return f'{{"seq":{event.seq},"body":{event.model_dump_json()}}}'
