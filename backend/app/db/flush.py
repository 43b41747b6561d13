"""Writes what changes of tasks' runs come to, each by itself or not at all: many of them in one statement of arrays.

The statement never waits for a lock: a roadmap that is locked is passed over, and the caller is told so. It is text,
and not SQLAlchemy Core: parts that share one fence read as what they are, a statement of SQL, and the lists of their
columns come from the tables and models all the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.json import dumps
from app.db.repositories.concept_repo import STATE_COLUMNS, plain_state
from app.db.repositories.raw_answer_repo import storable_answer
from app.db.session import DatabaseUnavailable
from app.domain.content.kinds import Artefact
from app.domain.failures import Failure
from app.domain.ownership import Claim
from app.domain.tasks import Progress, TaskStatus
from app.domain.usage import NOTHING, Usage
from app.generation.ledger import LedgerEntry
from app.generation.work import Batch, FinishedArtefact

_USAGE = {name: "double precision" if name == "cost_usd" else "bigint" for name in Usage.model_fields}
_COUNTERS = dict.fromkeys(Progress.model_fields, "integer")
_TASK = {
    "task_id": "uuid",
    "worker_id": "uuid",
    "token": "bigint",
    "known_status": "text",
    "known_seq": "bigint",
    "status": "text",
    "ended_at": "timestamptz",
    "moved": "boolean",
    "error_code": "text",
    "error_message": "text",
    "error_details": "text",
    "batch_id": "uuid",
    "seq": "bigint",
    **_USAGE,
    **_COUNTERS,
}
_STATE = {"concept_id": "text", **dict.fromkeys(STATE_COLUMNS, "text")}
_EVENT = {"seq": "bigint", "body": "text"}
_VERSION = {
    "id": "uuid",
    "concept_id": "text",
    "kind": "text",
    "author": "text",
    "prompt": "text",
    "usage": "text",
    "body": "text",
}
_ANSWER = {"concept_id": "text", "kind": "text", "body": "text"}
_SPENT = {"author": "text", **_USAGE}
_PARAMETERS = tuple({"flush": "integer", **columns} for columns in (_TASK, _STATE, _EVENT, _VERSION, _ANSWER, _SPENT))
"""Each row has the number of the flush that it belongs to."""


def _unnested() -> Iterator[str]:
    """The arrays of each kind of rows as a table."""
    first = 1
    for columns in _PARAMETERS:
        arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(columns.values(), start=first))
        yield f"unnest({arrays}) AS new ({', '.join(columns)})"
        first += len(columns)


_TASKS, _STATES, _EVENTS, _VERSIONS, _ANSWERS, _COSTS = _unnested()
_STATEMENT = f"""
WITH wanted AS (
    SELECT * FROM {_TASKS}
), held AS (
    SELECT wanted.*, tasks.roadmap_id, roadmaps.user_id, roadmaps.author
    FROM wanted
    JOIN tasks ON tasks.id = wanted.task_id AND tasks.owner = wanted.worker_id AND tasks.token = wanted.token
        AND tasks.status = wanted.known_status
        AND (wanted.batch_id IS NULL OR tasks.last_batch IS DISTINCT FROM wanted.batch_id)
    JOIN roadmap_progress AS progress ON progress.roadmap_id = tasks.roadmap_id AND progress.seq = wanted.known_seq
    JOIN roadmaps ON roadmaps.id = tasks.roadmap_id
    FOR UPDATE OF tasks, progress SKIP LOCKED
    FOR KEY SHARE OF roadmaps SKIP LOCKED
), the_tasks AS (
    UPDATE tasks AS task SET
        status = held.status,
        ended_at = coalesce(held.ended_at, task.ended_at),
        error_code = CASE WHEN moved THEN held.error_code ELSE task.error_code END,
        error_message = CASE WHEN moved THEN held.error_message ELSE task.error_message END,
        error_details = CASE WHEN moved THEN held.error_details::jsonb ELSE task.error_details END,
        last_batch = coalesce(held.batch_id, task.last_batch),
        crashes = CASE WHEN held.batch_id IS NULL THEN task.crashes ELSE 0 END,
        {", ".join(f"{name} = task.{name} + held.{name}" for name in _USAGE)}
    FROM held WHERE task.id = held.task_id
), counters AS (
    UPDATE roadmap_progress AS progress SET seq = held.seq, {", ".join(f"{name} = held.{name}" for name in _COUNTERS)}
    FROM held WHERE progress.roadmap_id = held.roadmap_id
), states AS (
    UPDATE concepts SET {", ".join(f"{name} = new.{name}::jsonb" for name in STATE_COLUMNS)}
    FROM held JOIN {_STATES} USING (flush)
    WHERE concepts.roadmap_id = held.roadmap_id AND concepts.concept_id = new.concept_id
), log AS (
    INSERT INTO events (roadmap_id, seq, body)
    SELECT held.roadmap_id, new.seq, new.body::json
    FROM held JOIN {_EVENTS} USING (flush)
), versions AS (
    INSERT INTO artefacts (roadmap_id, version, task_id, {", ".join(_VERSION)})
    SELECT held.roadmap_id, (
            SELECT coalesce(max(version), 0) + 1 FROM artefacts AS earlier
            WHERE earlier.roadmap_id = held.roadmap_id
                AND earlier.concept_id = new.concept_id AND earlier.kind = new.kind
        ), held.task_id,
        {", ".join(f"new.{name}" + ("::jsonb" if name in {"usage", "body"} else "") for name in _VERSION)}
    FROM held JOIN {_VERSIONS} USING (flush)
), answers AS (
    INSERT INTO raw_answers (roadmap_id, {", ".join(_ANSWER)})
    SELECT held.roadmap_id, {", ".join(f"new.{name}" for name in _ANSWER)}
    FROM held JOIN {_ANSWERS} USING (flush)
    ON CONFLICT (roadmap_id, concept_id, kind) DO UPDATE SET body = excluded.body, created_at = now()
), costs AS (
    INSERT INTO spending (day, user_id, roadmap_id, author, {", ".join(_USAGE)})
    SELECT (now() AT TIME ZONE 'UTC')::date, held.user_id, held.roadmap_id, coalesce(new.author, held.author) AS author,
        {", ".join(f"sum(new.{name})" for name in _USAGE)}
    FROM held JOIN {_COSTS} USING (flush)
    GROUP BY 1, 2, 3, 4
    ON CONFLICT (day, user_id, roadmap_id, author) DO UPDATE SET
        {", ".join(f"{name} = spending.{name} + excluded.{name}" for name in _USAGE)}
)
SELECT flush FROM held
"""
"""`held` is fence and lock: where it finds nothing, every other part has nothing to do. It locks the roadmap as foreign
keys do, which would wait for it."""


@dataclass(frozen=True, slots=True)
class Flush:
    """What a change comes to, in the form in which it is sent: the rows of each kind, in the order of their columns."""

    rows: tuple[Sequence[tuple[Any, ...]], ...]

    @classmethod
    def of(cls, claim: Claim, known: TaskStatus, entry: LedgerEntry, batch: Batch | None) -> "Flush":
        """What an entry comes to under a claim, where the task had the status `known`; `batch` is what it saves."""
        states = [plain_state(state) for state in (*entry.concepts.values(), *entry.removed.values())]
        artefacts = batch.artefacts if batch else ()
        return cls(
            (
                [_task_row(claim, known, entry, batch.batch_id if batch else None)],
                [(row["concept_id"], *(_json(row[name]) for name in STATE_COLUMNS)) for row in states],
                [(event.seq, event.encoded) for event in entry.events],
                [
                    _version_row(item, result)
                    for item in artefacts
                    if not isinstance(result := item.delivery.result, Failure)
                ],
                [
                    (item.concept_id, item.kind, storable_answer(answer))
                    for item in artefacts
                    if isinstance(item.delivery.result, Failure) and (answer := item.delivery.raw_answer)
                ],
                [
                    (item.delivery.author, *(getattr(item.delivery.usage, name) for name in _USAGE))
                    for item in artefacts
                    if item.delivery.usage != NOTHING
                ],
            )
        )


async def write_flushes(session: AsyncSession, flushes: Sequence[Flush]) -> set[int]:
    """Write what changes of several roadmaps come to. Gives the indices of those that are written; of the others
    nothing is: the claim does not stand, the task has another status than was known, the batch is saved already,
    another transaction has written to the roadmap since its log was read, or holds its lock."""
    parameters: list[list[Any]] = []
    for place, columns in enumerate(_PARAMETERS):
        rows = [(number, *row) for number, flush in enumerate(flushes) for row in flush.rows[place]]
        parameters += [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in columns]
    connection = await session.connection()
    return set((await connection.exec_driver_sql(_STATEMENT, tuple(parameters))).scalars())


async def write_all(session: AsyncSession, flushes: Sequence[Flush]) -> None:
    """Write changes of tasks and counters that the session has locked.

    Raises:
        DatabaseUnavailable: a roadmap is being deleted for good.
    """
    if flushes and len(await write_flushes(session, flushes)) < len(flushes):
        raise DatabaseUnavailable("a roadmap is being deleted")


def _task_row(claim: Claim, known: TaskStatus, entry: LedgerEntry, batch_id: UUID | None) -> tuple[Any, ...]:
    status, failure = entry.task.status, entry.failure
    return (
        claim.task_id,
        claim.worker_id,
        claim.token,
        known,
        entry.known.seq,
        status,
        entry.at if status != known and not status.is_active else None,
        entry.move is not None,
        failure.code if failure else None,
        failure.message if failure else None,
        _json(failure.details) if failure else None,
        batch_id,
        entry.position.seq,
        *(getattr(entry.usage, name) for name in _USAGE),
        *(getattr(entry.position.progress, name) for name in _COUNTERS),
    )


def _version_row(item: FinishedArtefact, artefact: Artefact) -> tuple[Any, ...]:
    delivery = item.delivery
    return (
        item.artefact_id,
        item.concept_id,
        item.kind,
        delivery.author,
        delivery.prompt,
        _json(delivery.usage.model_dump()),
        artefact.encoded,
    )


def _json(value: Any) -> str | None:
    return None if value is None else dumps(value).decode()
