"""Changes of state that services, stores and the sweep share. Each runs in its caller's transaction."""

from collections.abc import Callable, Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.event_log import EventLog
from app.db.repositories.concept_repo import ConceptRepository
from app.db.repositories.roadmap_repo import RoadmapRepository
from app.db.repositories.task_repo import TaskRepository
from app.domain.base import new_id
from app.domain.concept_state import ConceptState
from app.domain.content import ArtefactStatus
from app.domain.events import Event, Failed, TaskQueued
from app.domain.failures import Failure
from app.domain.roadmap import Outline
from app.domain.tasks import TaskKind, TaskStatus


async def stop_writing(session: AsyncSession, log: EventLog) -> None:
    """Nothing of the roadmap is being written any more: what was, waits again."""
    await _turn(session, log, {ArtefactStatus.GENERATING}, ConceptState.waiting_again)


async def retry_failed(session: AsyncSession, log: EventLog) -> None:
    """Everything that failed waits to be written again."""
    await _turn(session, log, {ArtefactStatus.GENERATING, ArtefactStatus.FAILED}, ConceptState.retried)


async def queue_task(session: AsyncSession, roadmap_id: UUID, kind: TaskKind) -> tuple[UUID, list[Event]]:
    """Make a new task the roadmap's newest, and announce it. Whoever commits this rings the doorbell afterwards."""
    task_id = new_id()
    await TaskRepository(session).add(task_id=task_id, roadmap_id=roadmap_id, kind=kind)
    await RoadmapRepository(session).set_task(roadmap_id, task_id)
    log = await EventLog.open(session, roadmap_id=roadmap_id, task_id=task_id)
    if kind == TaskKind.CONTENT:
        await retry_failed(session, log)
    log.add(TaskQueued(**log.envelope(), kind=kind))
    return task_id, await log.write(session)


async def requeue_task(session: AsyncSession, task_id: UUID, roadmap_id: UUID, kind: TaskKind) -> list[Event]:
    """Put a running task that nobody holds back into the queue."""
    await TaskRepository(session).requeue(task_id)
    log = await EventLog.open(session, roadmap_id=roadmap_id, task_id=task_id)
    await stop_writing(session, log)
    log.add(TaskQueued(**log.envelope(), kind=kind))
    return await log.write(session)


async def fail_task(session: AsyncSession, task_id: UUID, roadmap_id: UUID, failure: Failure) -> list[Event]:
    """End a running task as failed; nothing happens to one that has been stopped or has ended."""
    moved = await TaskRepository(session).move(
        task_id, since={TaskStatus.RUNNING}, to=TaskStatus.FAILED, failure=failure
    )
    if not moved:
        return []
    log = await EventLog.open(session, roadmap_id=roadmap_id, task_id=task_id)
    await stop_writing(session, log)
    log.add(Failed(**log.envelope(), code=failure.code, message=failure.message))
    return await log.write(session)


async def put_outline(session: AsyncSession, log: EventLog, roadmap_id: UUID, outline: Outline) -> None:
    """Store an outline; the concepts that stay keep their content, and the counters follow."""
    await RoadmapRepository(session).save_outline(roadmap_id, outline)
    repository = ConceptRepository(session)
    await repository.follow_outline(roadmap_id, [concept.concept_id for concept in outline.concepts])
    log.count_anew([state.status for state in (await repository.all(roadmap_id)).values()])


async def _turn(
    session: AsyncSession,
    log: EventLog,
    statuses: Collection[ArtefactStatus],
    turn: Callable[[ConceptState], ConceptState],
) -> None:
    repository = ConceptRepository(session)
    turned = []
    for before in (await repository.lock_having(log.roadmap_id, statuses)).values():
        after = turn(before)
        log.moved(before.status, after.status)
        turned.append(after)
    await repository.save(log.roadmap_id, turned)
