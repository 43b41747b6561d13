"""A witness inside the database: every write to artefacts and tasks, in the transaction that makes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import orjson

AUDIT = """
CREATE SCHEMA chaos;
CREATE TABLE chaos.artefact_writes (
    number bigserial PRIMARY KEY,
    at double precision NOT NULL DEFAULT extract(epoch FROM clock_timestamp()),
    operation text NOT NULL,
    artefact text NOT NULL,
    id uuid NOT NULL,
    roadmap_id uuid NOT NULL,
    concept_id text NOT NULL,
    task_id uuid NOT NULL,
    version integer NOT NULL,
    writer text NOT NULL,
    holder text
);
CREATE TABLE chaos.task_writes (
    number bigserial PRIMARY KEY,
    at double precision NOT NULL DEFAULT extract(epoch FROM clock_timestamp()),
    task_id uuid NOT NULL,
    roadmap_id uuid NOT NULL,
    status text NOT NULL,
    holder text,
    token bigint NOT NULL
);
CREATE FUNCTION chaos.holder_of(owner uuid) RETURNS text LANGUAGE sql AS
    'SELECT name FROM public.workers WHERE id = owner';
CREATE FUNCTION chaos.artefact_written() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE written record;
BEGIN
    written := coalesce(NEW, OLD);
    INSERT INTO chaos.artefact_writes
        (operation, artefact, id, roadmap_id, concept_id, task_id, version, writer, holder)
    SELECT TG_OP, written.kind, written.id, written.roadmap_id, written.concept_id, written.task_id, written.version,
        current_setting('application_name'),
        chaos.holder_of((SELECT owner FROM public.tasks WHERE id = written.task_id));
    RETURN NULL;
END $$;
CREATE FUNCTION chaos.task_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chaos.task_writes (task_id, roadmap_id, status, holder, token)
    VALUES (NEW.id, NEW.roadmap_id, NEW.status, chaos.holder_of(NEW.owner), NEW.token);
    RETURN NULL;
END $$;
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON public.artefacts
    FOR EACH ROW EXECUTE FUNCTION chaos.artefact_written();
CREATE TRIGGER audit_insert AFTER INSERT ON public.tasks FOR EACH ROW EXECUTE FUNCTION chaos.task_written();
CREATE TRIGGER audit_update AFTER UPDATE ON public.tasks FOR EACH ROW
    WHEN ((OLD.status, OLD.owner, OLD.token) IS DISTINCT FROM (NEW.status, NEW.owner, NEW.token))
    EXECUTE FUNCTION chaos.task_written();
"""

COUNTERS = ("total", "completed", "partial", "failed", "generating")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtefactWrite:
    """`writer` is the application name of the connection, `holder` the worker that held the task at that moment."""

    at: float
    operation: str
    artefact: str
    id: UUID
    roadmap_id: UUID
    concept_id: str
    version: int
    writer: str
    holder: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskWrite:
    at: float
    task_id: UUID
    roadmap_id: UUID
    status: str
    holder: str | None
    token: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the database holds of some roadmaps at the end of a round."""

    artefact_writes: Sequence[ArtefactWrite]
    task_writes: Sequence[TaskWrite]
    events: dict[UUID, list[dict[str, Any]]]
    positions: dict[UUID, int]
    counters: dict[UUID, dict[str, int]]
    """The counters of the concepts by status, by roadmap."""
    concepts: dict[UUID, dict[str, dict[str, Any]]]
    """The rows of the concepts, by roadmap and concept."""
    tasks: Sequence[dict[str, Any]]


async def read_all(url: str, roadmap_ids: Sequence[UUID]) -> Stored:
    connection = await asyncpg.connect(url)
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=orjson.dumps, decoder=orjson.loads)

    async def rows(what: str, key: str = "roadmap_id", order: str = "number") -> list[dict[str, Any]]:
        query = f"SELECT * FROM {what} WHERE {key} = ANY($1::uuid[]) ORDER BY {order}"
        return [dict(row) for row in await connection.fetch(query, list(roadmap_ids))]

    try:
        artefacts = await rows("chaos.artefact_writes")
        events: dict[UUID, list[dict[str, Any]]] = {roadmap_id: [] for roadmap_id in roadmap_ids}
        for row in await rows("events", order="roadmap_id, seq"):
            events[row["roadmap_id"]].append(row["body"])
        concepts: dict[UUID, dict[str, dict[str, Any]]] = {roadmap_id: {} for roadmap_id in roadmap_ids}
        for row in await rows("concepts", order="concept_id"):
            concepts[row["roadmap_id"]][row["concept_id"]] = row
        positions = await rows("roadmap_progress", order="roadmap_id")
        return Stored(
            artefact_writes=[
                ArtefactWrite(**{name: row[name] for name in ArtefactWrite.__dataclass_fields__}) for row in artefacts
            ],
            task_writes=[
                TaskWrite(**{name: row[name] for name in TaskWrite.__dataclass_fields__})
                for row in await rows("chaos.task_writes")
            ],
            events=events,
            positions={row["roadmap_id"]: row["seq"] for row in positions},
            counters={row["roadmap_id"]: {name: row[name] for name in COUNTERS} for row in positions},
            concepts=concepts,
            tasks=await rows("tasks", order="created_at"),
        )
    finally:
        await connection.close()
