"""The core's store in Postgres: one fenced transaction for each change, with its events in it."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from operator import add
from typing import TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import metrics
from app.core.failpoints import Failpoint, reach
from app.db.event_log import EventLog, Position
from app.db.flush import Change, flush
from app.db.repositories.concept_repo import ConceptRepository
from app.db.repositories.event_repo import EventRepository
from app.db.repositories.ownership_repo import OwnershipRepository
from app.db.repositories.raw_answer_repo import RawAnswerRepository
from app.db.repositories.roadmap_repo import RoadmapRepository
from app.db.session import REFUSED, DatabaseUnavailable, Sessions, is_transient, safe_session_with_retry
from app.domain.concept_state import ConceptState
from app.domain.content import ArtefactKind, ContentStatus
from app.domain.events import (
    BatchSaved,
    Completed,
    ConceptComplete,
    ConceptFailed,
    ConceptStart,
    Event,
    Failed,
    TaskPaused,
    event_adapter,
)
from app.domain.failures import Failure, FailureCode, failure
from app.domain.ownership import Claim
from app.domain.records import RoadmapMetadata
from app.domain.roadmap import LearningRequest, Outline
from app.domain.tasks import TaskStatus, content_outcome
from app.domain.usage import Usage
from app.generation.announcements import concept_outcome, saved_artefacts
from app.generation.backlog import Backlog, backlog_of
from app.generation.ports import OwnershipLost, StoreUnavailable
from app.generation.work import Batch, FinishedArtefact

log = structlog.get_logger()

T = TypeVar("T")

States = dict[str, ConceptState]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the owner of a task knows of its roadmap. Nobody else writes to it, but for a command of the learner."""

    position: Position
    states: States
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """What a change is made of: events are added to the log, states are replaced. Concepts that an edit has taken
    out of the outline since are `removed`: what was written for them is kept, and not counted or announced."""

    log: EventLog
    states: States
    removed: States = field(default_factory=dict)
    usage: Usage
    running: bool

    def known_after(self, change: Change) -> _Known:
        return _Known(position=self.log.position, states=self.states, usage=self.usage + change.usage)


Build = Callable[[_Draft], Change | None]
"""Makes a change; None means that there is nothing to do."""


_NOTHING_WRITTEN = failure(FailureCode.INTERNAL, "en")


class PostgresContentStore:
    """Implements `generation.ports.ContentStore` for one claim. `author` signs the artefacts.

    A change is first tried with what is known from the last one, in a single statement that writes only if the
    roadmap's log still stands there; else everything is read anew, under lock, and the change is made out of that.
    """

    def __init__(self, sessions: Sessions, claim: Claim, *, author: str) -> None:
        self._sessions = sessions
        self._claim = claim
        self._author = author
        self._names: Mapping[str, str] = {}
        self._language = "en"
        self._known: _Known | None = None

    async def pending(self) -> Backlog:
        async def outline_of(session: AsyncSession) -> RoadmapMetadata | None:
            return await RoadmapRepository(session).claimed(self._claim)

        async def states_of(session: AsyncSession) -> States:
            return await ConceptRepository(session).all(self._claim.roadmap)

        self._known = None
        roadmap = await self._reach(outline_of, single_statement=True)
        if roadmap is None:
            raise OwnershipLost
        outline = Outline.model_validate(roadmap.framework_data)
        self._names = {concept.concept_id: concept.name for concept in outline.concepts}
        request = LearningRequest.model_validate(roadmap.request)
        self._language = request.language
        if roadmap.task.id != self._claim.task_id or roadmap.task.status != TaskStatus.RUNNING:
            return Backlog(concepts=(), request=request)
        return backlog_of(
            outline,
            request,
            await self._reach(states_of, single_statement=True),
            scope=roadmap.task.order.scope,
            prioritised=roadmap.task.prioritised,
            spent=roadmap.task.usage,
        )

    async def start(self, concept_ids: Sequence[str]) -> Sequence[Event]:
        def build(draft: _Draft) -> Change | None:
            if not draft.running:
                return None
            log, states = draft.log, draft.states
            self._start(log, states, concept_ids)
            return Change(log=log, states=[states[concept_id] for concept_id in concept_ids])

        return await self._write(build)

    async def save(self, batch: Batch) -> Sequence[Event]:
        try:
            return await self._save(batch)
        except REFUSED as error:
            refused = await self._reach(partial(self._refused_of, batch))
            if not refused:
                raise
            log.error("artefacts_refused", concept_ids=[item.concept_id for item in refused], exc_info=error)
            metrics.refused_artefacts.inc(len(refused))
            reason = failure(FailureCode.INTERNAL, self._language)
            return await self._save(batch.with_failed({item.artefact_id: reason for item in refused}))

    async def _refused_of(self, batch: Batch, session: AsyncSession) -> list[FinishedArtefact]:
        """The artefacts of a batch that the database does not take. Writes nothing."""
        refused = []
        for item in batch.artefacts:
            trial = await session.begin_nested()
            try:
                await self._add_artefacts(session, [item])
            except REFUSED as error:
                if is_transient(error):
                    raise
                refused.append(item)
            finally:
                await trial.rollback()
        return refused

    async def _save(self, batch: Batch) -> Sequence[Event]:
        usage = reduce(add, (item.delivery.usage for item in batch.artefacts), Usage())

        def build(draft: _Draft) -> Change:
            what = batch if draft.running else replace(batch, started=())
            changed = self._apply(what, draft, usage)
            return Change(log=draft.log, states=changed, usage=usage, batch_id=batch.batch_id)

        began = time.perf_counter()
        events = await self._write(build, batch)
        reach(Failpoint.AFTER_COMMIT)
        metrics.db_write_seconds.observe(time.perf_counter() - began)
        metrics.incremental_saves.inc()
        metrics.batch_size.observe(batch.size)
        for event in events:
            if isinstance(event, ConceptComplete | ConceptFailed):
                metrics.concepts.labels(_outcome(event)).inc()
        return events

    async def finish(self) -> Sequence[Event]:
        def build(draft: _Draft) -> Change | None:
            if not draft.running:
                return None
            log, states = draft.log, draft.states
            outcome = content_outcome(log.progress)
            if outcome == TaskStatus.COMPLETED or outcome == TaskStatus.PARTIAL:
                log.add(Completed(**log.envelope(), status=outcome, progress=log.progress, usage=draft.usage))
                return Change(log=log, status=outcome)
            first = next((one for state in states.values() for one in state.failures.values()), _NOTHING_WRITTEN)
            log.add(Failed(**log.envelope(), code=first.code, message=first.message))
            return Change(log=log, status=outcome, failure=first)

        return await self._write(build)

    async def pause(self, reason: Failure) -> Sequence[Event]:
        def build(draft: _Draft) -> Change | None:
            if not draft.running:
                return None
            log, states = draft.log, draft.states
            waiting = _nothing_is_written(log, states)
            log.add(TaskPaused(**log.envelope(), code=reason.code, message=reason.message))
            return Change(log=log, states=waiting, status=TaskStatus.PAUSED, failure=reason)

        return await self._write(build)

    async def _write(self, build: Build, batch: Batch | None = None) -> Sequence[Event]:
        """Make a change and commit it, with the artefacts of a batch.

        Raises:
            OwnershipLost: the claim does not stand any more; nothing is written.
            StoreUnavailable: nobody knows whether it is written; the same call may be made again.
        """
        if self._known is not None:
            known = self._known
            draft = _Draft(log=self._log_at(known.position), states=dict(known.states), usage=known.usage, running=True)
            change = build(draft)
            assert change is not None, "a running task always has something to write"

            async def at_once(session: AsyncSession) -> bool:
                return await self._flush(session, change, TaskStatus.RUNNING, batch)

            if await self._reach(at_once, single_statement=batch is None):
                self._known = draft.known_after(change)
                return draft.log.events
        events, self._known = await self._reach(partial(self._write_what_is_read, build, batch))
        return events

    async def _write_what_is_read(
        self, build: Build, batch: Batch | None, session: AsyncSession
    ) -> tuple[Sequence[Event], _Known | None]:
        """Make the change out of what the database holds, under lock."""
        task = await OwnershipRepository(session).lock_claimed(self._claim)
        if task is None:
            raise OwnershipLost
        if batch is not None and task.last_batch == batch.batch_id:
            # The commit's answer was lost, not the commit: announce it once more.
            count = len(batch.started) + batch.size + 1
            bodies = await EventRepository(session).newest(self._claim.roadmap, count)
            return [event_adapter.validate_python(body) for body in bodies], None
        log = await EventLog.open(session, self._claim.roadmap, task_id=self._claim.task_id)
        repository = ConceptRepository(session)
        states = await repository.all(self._claim.roadmap)
        missing = batch.concept_ids - states.keys() if batch else ()
        draft = _Draft(
            log=log,
            states=states,
            removed=await repository.lock(self._claim.roadmap, missing) if missing else {},
            usage=task.usage,
            running=task.status == TaskStatus.RUNNING,
        )
        change = build(draft)
        if change is None:
            return [], None
        if not draft.running:
            change = replace(change, status=task.status)
        saved = await self._flush(session, change, task.status, batch)
        assert saved, "everything is locked"
        return log.events, draft.known_after(change) if draft.running else None

    async def _flush(
        self, session: AsyncSession, change: Change, known_status: TaskStatus, batch: Batch | None
    ) -> bool:
        if not await flush(session, self._claim, change, known_status=known_status):
            return False
        if batch is not None:
            await self._add_artefacts(session, batch.artefacts)
            reach(Failpoint.BEFORE_COMMIT)
        return True

    async def _add_artefacts(self, session: AsyncSession, artefacts: Sequence[FinishedArtefact]) -> None:
        roadmaps = RoadmapRepository(session)
        signed = (self._claim, self._author, artefacts)
        await roadmaps.save_tutorials_batch(*signed)
        await roadmaps.save_resources_batch(*signed)
        await roadmaps.save_quizzes_batch(*signed)
        await RawAnswerRepository(session).save_batch(self._claim.roadmap, artefacts)

    def _apply(self, batch: Batch, draft: _Draft, usage: Usage) -> list[ConceptState]:
        """Bring a batch into the states and the log; gives the states that it has touched."""
        log, states = draft.log, draft.states
        self._start(log, states, batch.started)
        touched = batch.concept_ids - draft.removed.keys()
        before = {concept_id: states[concept_id].status for concept_id in touched}
        for item in batch.artefacts:
            where = draft.removed if item.concept_id in draft.removed else states
            state = where[item.concept_id]
            where[item.concept_id] = state.delivered(item.kind, item.artefact_id, item.delivery.result)
        rest = sorted(touched - set(batch.finished))
        for concept_id in batch.finished:
            if concept_id in touched:
                state = states[concept_id]
                log.moved(before[concept_id], state.status)
                if event := concept_outcome(state, self._names[concept_id], log.envelope(), log.progress):
                    log.add(event)
                else:  # the learner has cancelled, and wants another version of something else
                    rest.append(concept_id)
        for concept_id in touched - set(batch.finished):
            log.moved(before[concept_id], states[concept_id].status)
        others = saved_artefacts(batch, [states[concept_id] for concept_id in rest])
        log.add(BatchSaved(**log.envelope(), size=batch.size, artefacts=others, progress=log.progress, usage=usage))
        return [*(states[concept_id] for concept_id in sorted(touched)), *draft.removed.values()]

    def _start(self, log: EventLog, states: States, concept_ids: Sequence[str]) -> None:
        """Mark concepts as being written, and announce it."""
        for concept_id in concept_ids:
            started = states[concept_id].started()
            log.moved(states[concept_id].status, started.status)
            states[concept_id] = started
            log.add(ConceptStart(**log.envelope(), concept_id=concept_id, concept_name=self._names[concept_id]))

    def _log_at(self, position: Position) -> EventLog:
        return EventLog(position, self._claim.roadmap, task_id=self._claim.task_id)

    async def _reach(self, work: Callable[[AsyncSession], Awaitable[T]], *, single_statement: bool = False) -> T:
        """One try: the saver repeats it, for as long as the task is owned."""
        try:
            return await safe_session_with_retry(
                self._sessions, work, attempts=1, repeatable=True, single_statement=single_statement
            )
        except DatabaseUnavailable as error:
            raise StoreUnavailable(str(error.__cause__)) from error


def _nothing_is_written(log: EventLog, states: States) -> list[ConceptState]:
    """What was being written waits again; gives the states that have changed."""
    changed = [state.waiting_again() for state in states.values() if state.status == ContentStatus.GENERATING]
    for state in changed:
        log.moved(states[state.concept_id].status, state.status)
        states[state.concept_id] = state
    return changed


def _outcome(event: ConceptComplete | ConceptFailed) -> ContentStatus:
    if isinstance(event, ConceptComplete):
        return ContentStatus.COMPLETED
    return ContentStatus.FAILED if len(event.failed) == len(ArtefactKind) else ContentStatus.PARTIAL
