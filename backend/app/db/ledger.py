"""Persists what the ledger says: reads the state that a change needs, under lock, and writes what it comes to.

Each function runs in its caller's transaction. Everybody locks in the same order: the roadmap, its task, its counters,
its concepts by their ids.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

import orjson
from sqlalchemy import Uuid, any_, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.concept_repo import ConceptRepository
from app.db.repositories.learning_repo import LearningRepository
from app.db.repositories.revision_repo import RevisionRepository
from app.db.repositories.roadmap_repo import RoadmapRepository
from app.db.repositories.task_repo import TaskRepository
from app.db.tables import events, roadmap_progress
from app.domain.base import new_id
from app.domain.content.concept_state import ConceptState
from app.domain.events import Event
from app.domain.outline_revision import NewRevision, Revision
from app.domain.records import Order
from app.domain.roadmap import Outline
from app.domain.tasks import Progress, TaskKind, TaskStatus
from app.domain.usage import NOTHING, Usage
from app.domain.viewer import RoadmapHandle
from app.generation.ledger import LedgerEntry, Position, RoadmapState, TaskState, apply
from app.generation.roadmap_changes import Change, PutOutline, QueueTask, touched_by

_AT_ONCE = 200
"""Events that one statement inserts: others get their turn in between."""
_MANY = 100
"""Concepts, each of which may have to be announced."""
_LOCK_POSITIONS = (
    select(roadmap_progress)
    .where(roadmap_progress.c.roadmap_id == any_(bindparam("roadmap_ids", type_=ARRAY(Uuid))))
    .order_by(roadmap_progress.c.roadmap_id)
    .with_for_update()
)


async def change_roadmap(
    session: AsyncSession,
    roadmap: RoadmapHandle,
    task: TaskState,
    change: Change,
    *,
    newest: TaskState | None = None,
    names: Mapping[str, str] | None = None,
    usage: Usage = NOTHING,
    language: str = "en",
) -> Sequence[Event]:
    """Apply a change to the roadmap as it stands, and write what it comes to. `task` is locked, or the change does not
    depend on its status; `newest` is the roadmap's newest one, where that may be another. `usage` is what the roadmap
    has used up, if the change uses up more. Gives the events, which are published once the transaction has been
    committed."""
    position = await lock_position(session, roadmap)
    touched = touched_by(change)
    repository = ConceptRepository(session)
    concepts: dict[str, ConceptState] = {}
    if touched.statuses:
        concepts = await repository.lock_having(roadmap, touched.statuses)
    elif touched.concept_ids:
        concepts = await repository.lock(roadmap, touched.concept_ids)
    state = RoadmapState(
        roadmap_id=roadmap.roadmap_id,
        position=position,
        task=task,
        newest=newest,
        concepts=concepts,
        names=names or {},
        learned=await LearningRepository(session).learned(roadmap, concepts) if concepts else {},
        usage=usage,
        language=language,
    )
    return await write(session, roadmap, await _entry(state, change))


async def queue_task(
    session: AsyncSession, roadmap: RoadmapHandle, kind: TaskKind, order: Order = Order(), *, retries: bool = False
) -> tuple[UUID, Sequence[Event]]:
    """Make a new task the roadmap's newest, and announce it; with `retries`, what has failed waits again. The
    caller that commits this rings the doorbell afterwards."""
    created_at = datetime.now(UTC)
    task = TaskState(
        id=new_id(),
        kind=kind,
        status=TaskStatus.QUEUED,
        returns_to=order.returns_to,
        created_at=created_at,
        is_new=True,
    )
    await TaskRepository(session).add(roadmap, task_id=task.id, kind=kind, created_at=created_at, order=order)
    await RoadmapRepository(session).set_task(roadmap, task.id)
    return task.id, await change_roadmap(session, roadmap, task, QueueTask(retries))


async def put_outline(
    session: AsyncSession,
    roadmap: RoadmapHandle,
    task: TaskState,
    outline: Outline,
    how: NewRevision | Revision,
    *,
    used: Usage | None = None,
    usage: Usage = NOTHING,
) -> Sequence[Event]:
    """Store an outline, as a new revision or as one that there was, and announce it. The concepts that stay keep their
    content, those that come back have theirs again, and the counters follow. If an author has made it, its task
    ends, which has `used` this for it, beyond the roadmap's `usage` so far."""
    roadmaps, revisions, concepts = RoadmapRepository(session), RevisionRepository(session), ConceptRepository(session)
    position = await lock_position(session, roadmap)
    await roadmaps.save_outline(roadmap, outline)
    if isinstance(how, Revision):
        await revisions.go_to(roadmap, how.number)
    else:
        await revisions.add(roadmap, outline, how)
    names = {concept.concept_id: concept.name for concept in outline.concepts}
    back = await concepts.follow_outline(roadmap, list(names))
    state = RoadmapState(
        roadmap_id=roadmap.roadmap_id,
        position=position,
        task=task,
        concepts=await concepts.lock(roadmap, back),
        names=names,
        learned=await LearningRepository(session).learned(roadmap, back) if back else {},
        usage=usage,
    )
    change = PutOutline(
        outline=outline,
        history=await revisions.position(roadmap),
        progress=await concepts.progress(roadmap),
        usage=used,
    )
    return await write(session, roadmap, await _entry(state, change))


async def _entry(state: RoadmapState, change: Change) -> LedgerEntry:
    """What the change comes to; where it touches many concepts, that is found out beside the event loop."""
    if len(state.concepts) > _MANY:
        return await asyncio.to_thread(apply, state, change)
    return apply(state, change)


async def lock_position(session: AsyncSession, roadmap: RoadmapHandle) -> Position:
    """Lock the counters, so that events are numbered in the order of the commits."""
    return (await lock_positions(session, [roadmap]))[roadmap.roadmap_id]


async def lock_positions(session: AsyncSession, handles: Sequence[RoadmapHandle]) -> dict[UUID, Position]:
    """The same for several roadmaps, in the order of their ids."""
    roadmap_ids = [roadmap.roadmap_id for roadmap in handles]
    rows = await session.execute(_LOCK_POSITIONS, {"roadmap_ids": roadmap_ids})
    return {
        row.roadmap_id: Position(
            seq=row.seq,
            epoch=row.epoch,
            progress=Progress(**{name: getattr(row, name) for name in Progress.model_fields}),
        )
        for row in rows
    }


async def write(session: AsyncSession, roadmap: RoadmapHandle, entry: LedgerEntry) -> Sequence[Event]:
    """Write what a change comes to."""
    if entry.move is not None:
        task = entry.task
        moved = await TaskRepository(session).move(
            task.id, entry.move, to=task.status, at=entry.at, failure=entry.failure
        )
        assert moved, "a task that is to be moved is locked"
    await ConceptRepository(session).save(roadmap, [*entry.concepts.values(), *entry.removed.values()])
    await LearningRepository(session).save(roadmap, entry.learned)
    if entry.position == entry.known:
        return entry.events
    await session.execute(
        update(roadmap_progress)
        .where(roadmap_progress.c.roadmap_id == roadmap.roadmap_id)
        .values(seq=entry.position.seq, **entry.position.progress.model_dump(exclude={"pending"}))
    )
    for start in range(0, len(entry.events), _AT_ONCE):
        rows = [
            {"seq": event.seq, "body": orjson.Fragment(event.model_dump_json())}
            for event in entry.events[start : start + _AT_ONCE]
        ]
        await session.execute(insert(events).values(roadmap_id=roadmap.roadmap_id), rows)
    return entry.events
