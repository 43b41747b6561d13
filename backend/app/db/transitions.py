"""Changes of state that services, stores and the sweep share. Each runs in its caller's transaction."""

from collections.abc import Callable, Collection
from dataclasses import asdict
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.pauses import with_pauses
from app.db.event_log import EventLog
from app.db.repositories.concept_repo import ConceptRepository
from app.db.repositories.revision_repo import RevisionRepository
from app.db.repositories.roadmap_repo import RoadmapRepository
from app.db.repositories.task_repo import TaskRepository
from app.domain.base import new_id
from app.domain.concept_state import ConceptState
from app.domain.content import ArtefactStatus
from app.domain.events import Event, Failed, OutlineReady, TaskQueued, TaskStarted
from app.domain.failures import Failure
from app.domain.outline_revision import NewRevision, Revision
from app.domain.ownership import Claim
from app.domain.records import Order
from app.domain.roadmap import LearningRequest, Outline
from app.domain.state_machine import TaskMove
from app.domain.tasks import TaskKind, TaskStatus
from app.domain.usage import Usage
from app.domain.viewer import RoadmapHandle
from app.generation.announcements import concept_changed


async def stop_writing(session: AsyncSession, log: EventLog) -> None:
    """Nothing of the roadmap is being written any more: what was, waits again."""
    await _turn(session, log, {ArtefactStatus.GENERATING}, ConceptState.waiting_again)


async def retry_failed(session: AsyncSession, log: EventLog) -> None:
    """Everything that failed waits to be written again."""
    await _turn(session, log, {ArtefactStatus.GENERATING, ArtefactStatus.FAILED}, ConceptState.retried)


async def give_up(session: AsyncSession, log: EventLog) -> dict[str, ConceptState]:
    """Nothing of the roadmap is being written any more, and versions that are there are the current ones again. Gives
    the concepts that have such versions."""
    turned = await _turn(session, log, {ArtefactStatus.PENDING, ArtefactStatus.GENERATING}, ConceptState.given_up)
    return {concept_id: state for concept_id, state in turned.items() if any(state.ids.values())}


async def queue_task(
    session: AsyncSession, roadmap: RoadmapHandle, kind: TaskKind, order: Order = Order(), *, retries: bool = False
) -> tuple[UUID, list[Event]]:
    """Make a new task the roadmap's newest, and announce it; with `retries`, what has failed waits again. Whoever
    commits this rings the doorbell afterwards."""
    task_id = new_id()
    await TaskRepository(session).add(roadmap, task_id=task_id, kind=kind, order=order)
    await RoadmapRepository(session).set_task(roadmap, task_id)
    log = await EventLog.open(session, roadmap, task_id=task_id)
    if retries:
        await retry_failed(session, log)
    log.add(TaskQueued(**log.envelope(), kind=kind, retries=retries, returns_to=order.returns_to))
    return task_id, await log.write(session)


async def start_task(session: AsyncSession, claim: Claim) -> list[Event]:
    """Announce that a worker holds the task. Nothing of the roadmap is being written at this moment."""
    log = await EventLog.open(session, claim.roadmap, task_id=claim.task_id)
    await stop_writing(session, log)
    total = log.progress.total
    if claim.kind == TaskKind.DRAFT:
        roadmap = await RoadmapRepository(session).claimed(claim)
        assert roadmap is not None, "a task belongs to a roadmap"
        total = LearningRequest.model_validate(roadmap.request).concepts
    log.add(TaskStarted(**log.envelope(), kind=claim.kind, total=total))
    return await log.write(session)


async def requeue_task(session: AsyncSession, roadmap: RoadmapHandle, task_id: UUID, kind: TaskKind) -> list[Event]:
    """Put a running task that nobody holds back into the queue."""
    await TaskRepository(session).requeue(task_id)
    log = await EventLog.open(session, roadmap, task_id=task_id)
    await stop_writing(session, log)
    log.add(TaskQueued(**log.envelope(), kind=kind))
    return await log.write(session)


async def fail_task(
    session: AsyncSession, roadmap: RoadmapHandle, task_id: UUID, failure: Failure, *, usage: Usage | None = None
) -> list[Event]:
    """End a running task as failed; nothing happens to one that has been stopped or has ended."""
    if not await TaskRepository(session).move(task_id, TaskMove.END, to=TaskStatus.FAILED, failure=failure):
        return []
    log = await EventLog.open(session, roadmap, task_id=task_id)
    await stop_writing(session, log)
    log.add(Failed(**log.envelope(), code=failure.code, message=failure.message, usage=usage))
    return await log.write(session)


async def put_outline(
    session: AsyncSession,
    log: EventLog,
    outline: Outline,
    how: NewRevision | Revision,
    *,
    usage: Usage | None = None,
) -> None:
    """Store an outline, as a new revision or as one that there was, and announce it. The concepts that stay keep their
    content, those that come back have theirs again, and the counters follow. `usage` is what the author has used up
    for it."""
    roadmaps, revisions = RoadmapRepository(session), RevisionRepository(session)
    await roadmaps.save_outline(log.roadmap, outline)
    if isinstance(how, Revision):
        await revisions.go_to(log.roadmap, how.number)
    else:
        await revisions.add(log.roadmap, outline, how)
    concepts = ConceptRepository(session)
    names = {concept.concept_id: concept.name for concept in outline.concepts}
    back = await concepts.follow_outline(log.roadmap, list(names))
    log.count_anew(await concepts.statuses(log.roadmap))
    states = await concepts.lock(log.roadmap, back)
    history = await revisions.position(log.roadmap)
    log.add(
        OutlineReady(
            **log.envelope(),
            title=outline.title,
            stages=outline.stages,
            concepts=len(names),
            usage=usage,
            **asdict(history),
        )
    )
    async for concept_id in with_pauses(back):
        log.add(concept_changed(states[concept_id], names[concept_id], log.envelope(), log.progress))


async def _turn(
    session: AsyncSession,
    log: EventLog,
    statuses: Collection[ArtefactStatus],
    turn: Callable[[ConceptState], ConceptState],
) -> dict[str, ConceptState]:
    repository = ConceptRepository(session)
    turned = {}
    async for concept_id, before in with_pauses((await repository.lock_having(log.roadmap, statuses)).items()):
        after = turn(before)
        log.moved(before.status, after.status)
        turned[concept_id] = after
    await repository.save(log.roadmap, turned.values())
    return turned
