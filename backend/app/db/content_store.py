"""The core's store in Postgres: one fenced transaction for each change, with its events in it."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import add
from typing import TypeVar, assert_never

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import metrics
from app.db.event_log import EventLog
from app.db.repositories.concept_repo import ConceptRepository
from app.db.repositories.event_repo import EventRepository
from app.db.repositories.roadmap_repo import RoadmapRepository
from app.db.repositories.task_repo import Claim, Recorded, TaskRepository
from app.db.session import DatabaseUnavailable, Sessions, safe_session_with_retry
from app.db.transitions import fail_task, stop_writing
from app.domain.concept_state import ConceptState
from app.domain.content import ArtefactKind, ArtefactStatus, ContentStatus, Failure, FailureCode, Usage
from app.domain.events import (
    BatchSaved,
    Completed,
    ConceptComplete,
    ConceptFailed,
    ConceptStart,
    Event,
    TaskPaused,
    TaskStarted,
    event_adapter,
)
from app.domain.outline_rules import learning_order
from app.domain.roadmap import LearningRequest, Outline
from app.domain.tasks import TaskStatus, content_outcome
from app.generation.announcements import concept_outcome, saved_artefacts
from app.generation.ports import OwnershipLost, StoreUnavailable
from app.generation.work import Batch, ConceptBrief, PendingConcept

T = TypeVar("T")


class PostgresContentStore:
    """Implements `generation.ports.ContentStore` for one claim. `author` signs the artefacts."""

    def __init__(self, sessions: Sessions, claim: Claim, *, author: str) -> None:
        self._sessions = sessions
        self._claim = claim
        self._author = author
        self._names: Mapping[str, str] = {}

    async def begin(self) -> Sequence[Event]:
        async def work(session: AsyncSession) -> list[Event]:
            if await self._fence(session) != TaskStatus.RUNNING:
                return []
            log = await self._log(session)
            await stop_writing(session, log)
            log.add(TaskStarted(**log.envelope(), kind=self._claim.kind, total=log.progress.total))
            return await log.write()

        return await self._change(work)

    async def pending(self) -> Sequence[PendingConcept]:
        async def work(session: AsyncSession) -> list[PendingConcept]:
            await self._fence(session)
            roadmap_id = self._claim.roadmap_id
            roadmap = await RoadmapRepository(session).get_roadmap_metadata(roadmap_id)
            if roadmap is None:
                raise OwnershipLost
            states = await ConceptRepository(session).all(roadmap_id)
            outline = Outline.model_validate(roadmap.framework_data)
            self._names = {concept.concept_id: concept.name for concept in outline.concepts}
            return _pending(outline, LearningRequest.model_validate(roadmap.request), states)

        return await self._change(work)

    async def start(self, concept_ids: Sequence[str]) -> Sequence[Event]:
        async def work(session: AsyncSession) -> list[Event]:
            if await self._fence(session) != TaskStatus.RUNNING:
                return []
            log = await self._log(session)
            repository = ConceptRepository(session)
            states = await repository.lock(self._claim.roadmap_id, concept_ids)
            self._start(log, states, concept_ids)
            await repository.save(self._claim.roadmap_id, states.values())
            return await log.write()

        return await self._change(work)

    async def save(self, batch: Batch) -> Sequence[Event]:
        usage = reduce(add, (item.delivery.usage for item in batch.artefacts), Usage())

        async def work(session: AsyncSession) -> list[Event]:
            recorded = await TaskRepository(session).record_batch(self._claim, batch.batch_id, usage)
            match recorded:
                case Recorded.NEW:
                    return await self._save(session, batch)
                case Recorded.STOPPED:
                    return await self._save(session, replace(batch, started=()))
                case Recorded.ALREADY:  # the commit's answer was lost, not the commit: announce it once more
                    count = len(batch.started) + batch.size + 1
                    bodies = await EventRepository(session).newest(self._claim.roadmap_id, count)
                    return [event_adapter.validate_python(body) for body in bodies]
                case Recorded.REFUSED:
                    metrics.discarded_artefacts.inc(len(batch.artefacts))
                    raise OwnershipLost
                case _:
                    assert_never(recorded)

        started = time.perf_counter()
        events = await self._change(work)
        metrics.db_write_seconds.observe(time.perf_counter() - started)
        metrics.incremental_saves.inc()
        metrics.batch_size.observe(batch.size)
        for event in events:
            if isinstance(event, ConceptComplete | ConceptFailed):
                metrics.concepts.labels(_outcome(event)).inc()
        return events

    async def finish(self) -> Sequence[Event]:
        async def work(session: AsyncSession) -> list[Event]:
            if await self._fence(session) != TaskStatus.RUNNING:
                return []
            log = await self._log(session)
            outcome = content_outcome(log.progress)
            if outcome == TaskStatus.FAILED:
                example = await ConceptRepository(session).a_failure(self._claim.roadmap_id)
                failure = example or Failure(code=FailureCode.INTERNAL, message="Nothing could be written.")
                return await fail_task(session, self._claim.task_id, self._claim.roadmap_id, failure)
            tasks = TaskRepository(session)
            await tasks.move(self._claim.task_id, since={TaskStatus.RUNNING}, to=outcome)
            usage = await tasks.usage(self._claim.task_id)
            log.add(Completed(**log.envelope(), status=outcome, progress=log.progress, usage=usage))
            return await log.write()

        return await self._change(work)

    async def pause(self, reason: Failure) -> Sequence[Event]:
        async def work(session: AsyncSession) -> list[Event]:
            if await self._fence(session) != TaskStatus.RUNNING:
                return []
            await TaskRepository(session).move(
                self._claim.task_id, since={TaskStatus.RUNNING}, to=TaskStatus.PAUSED, failure=reason
            )
            log = await self._log(session)
            await stop_writing(session, log)
            log.add(TaskPaused(**log.envelope(), code=reason.code, message=reason.message))
            return await log.write()

        return await self._change(work)

    async def _save(self, session: AsyncSession, batch: Batch) -> list[Event]:
        log = await self._log(session)
        repository = ConceptRepository(session)
        touched = {item.concept_id for item in batch.artefacts} | set(batch.finished) | set(batch.started)
        states = await repository.lock(self._claim.roadmap_id, touched)
        self._start(log, states, batch.started)
        before = dict(states)
        for item in batch.artefacts:
            state = states[item.concept_id]
            states[item.concept_id] = state.delivered(item.kind, item.artefact_id, item.delivery.result)
        for concept_id in batch.finished:
            state = states[concept_id]
            log.moved(before[concept_id].status, state.status)
            if event := concept_outcome(state, self._names[concept_id], log.envelope(), log.progress):
                log.add(event)
        rest = [states[concept_id] for concept_id in sorted(touched - set(batch.finished))]
        for state in rest:
            log.moved(before[state.concept_id].status, state.status)
        others = saved_artefacts(batch, rest)
        log.add(BatchSaved(**log.envelope(), size=batch.size, artefacts=others, progress=log.progress))
        await repository.save(self._claim.roadmap_id, states.values())
        roadmaps = RoadmapRepository(session)
        signed = (self._claim.roadmap_id, self._claim.task_id, self._author, batch.artefacts)
        await roadmaps.save_tutorials_batch(*signed)
        await roadmaps.save_resources_batch(*signed)
        await roadmaps.save_quizzes_batch(*signed)
        return await log.write()

    def _start(self, log: EventLog, states: dict[str, ConceptState], concept_ids: Sequence[str]) -> None:
        """Mark concepts as being written, and announce it."""
        for concept_id in concept_ids:
            started = states[concept_id].started()
            log.moved(states[concept_id].status, started.status)
            states[concept_id] = started
            log.add(ConceptStart(**log.envelope(), concept_id=concept_id, concept_name=self._names[concept_id]))

    async def _fence(self, session: AsyncSession) -> TaskStatus:
        status = await TaskRepository(session).lock_claimed(self._claim)
        if status is None:
            raise OwnershipLost
        return status

    async def _log(self, session: AsyncSession) -> EventLog:
        return await EventLog.open(session, roadmap_id=self._claim.roadmap_id, task_id=self._claim.task_id)

    async def _change(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """One try: the saver repeats it, for as long as the task is owned."""
        try:
            return await safe_session_with_retry(self._sessions, work, attempts=1, repeatable=True)
        except DatabaseUnavailable as error:
            raise StoreUnavailable(str(error.__cause__)) from error


def _outcome(event: ConceptComplete | ConceptFailed) -> ContentStatus:
    if isinstance(event, ConceptComplete):
        return ContentStatus.COMPLETED
    return ContentStatus.FAILED if len(event.failed) == len(ArtefactKind) else ContentStatus.PARTIAL


def _pending(outline: Outline, request: LearningRequest, states: Mapping[str, ConceptState]) -> list[PendingConcept]:
    briefs = {
        concept.concept_id: ConceptBrief(
            concept=concept, stage_name=stage.name, module_name=module.name, request=request, outline=outline
        )
        for stage in outline.stages
        for module in stage.modules
        for concept in module.concepts
    }
    return [
        PendingConcept(brief=briefs[concept.concept_id], missing=missing)
        for concept in learning_order(outline.concepts)
        if (missing := states[concept.concept_id].having(ArtefactStatus.PENDING))
    ]
