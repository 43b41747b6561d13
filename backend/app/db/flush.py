"""Writes a change of a task's run in one statement: fence, task, counters, concept states and events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.json import dumps
from app.db.event_log import EventLog
from app.db.repositories.concept_repo import STATE_COLUMNS, plain_state
from app.db.rows import amounts
from app.db.tables import concepts
from app.domain.concept_state import ConceptState
from app.domain.events import Event
from app.domain.failures import Failure
from app.domain.ownership import Claim
from app.domain.tasks import Progress, TaskStatus
from app.domain.usage import Usage

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_USAGE = ", ".join(f"{name} = {name} + :{name}" for name in Usage.model_fields)
_COUNTERS = ", ".join(f"{name} = :{name}" for name in Progress.model_fields)
_STATES = ", ".join(f"{name} = new.{name}" for name in STATE_COLUMNS)
_STATE_TYPES = ", ".join(f"{name} {concepts.c[name].type.compile(_DIALECT)}" for name in STATE_COLUMNS)

_FLUSH = text(f"""
WITH held AS (
    SELECT task.id AS task_id, progress.roadmap_id
    FROM tasks AS task JOIN roadmap_progress AS progress ON progress.roadmap_id = task.roadmap_id
    WHERE task.id = :task_id AND task.owner = :worker_id AND task.token = :token
        AND task.status = :known_status AND progress.seq = :known_seq
        AND (CAST(:batch_id AS uuid) IS NULL OR task.last_batch IS DISTINCT FROM CAST(:batch_id AS uuid))
    FOR UPDATE
), the_task AS (
    UPDATE tasks AS task SET
        status = :status,
        ended_at = CASE WHEN :ended THEN now() ELSE task.ended_at END,
        error_code = coalesce(:error_code, error_code),
        error_message = coalesce(:error_message, error_message),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is written: the states that have changed, what happens to the task, and the log's events and counters."""

    log: EventLog
    states: Sequence[ConceptState] = ()
    usage: Usage = Usage()
    batch_id: UUID | None = None
    status: TaskStatus = TaskStatus.RUNNING
    failure: Failure | None = None


async def flush(session: AsyncSession, claim: Claim, change: Change, *, known_status: TaskStatus) -> bool:
    """Write the change. False, and nothing written, when the claim does not stand, the task has another status than
    was known, or somebody has written to the roadmap since its log was read."""
    log = change.log
    parameters: dict[str, Any] = {
        "task_id": claim.task_id,
        "worker_id": claim.worker_id,
        "token": claim.token,
        "known_status": known_status,
        "known_seq": log.known.seq,
        "status": change.status,
        "ended": change.status != known_status and not change.status.is_active,
        "error_code": change.failure.code if change.failure else None,
        "error_message": change.failure.message if change.failure else None,
        "batch_id": change.batch_id,
        **amounts(change.usage),
        "seq": log.position.seq,
        **{name: getattr(log.progress, name) for name in Progress.model_fields},
        "states": dumps([plain_state(state) for state in change.states]).decode(),
        "events": f"[{','.join(_event(event) for event in log.events)}]",
    }
    return bool((await session.execute(_FLUSH, parameters)).scalar_one())


def _event(event: Event) -> str:
    return f'{{"seq":{event.seq},"body":{event.model_dump_json()}}}'
