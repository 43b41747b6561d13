"""The core's store in Postgres: one fenced transaction for each change, with its events in it."""

import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar, cast

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import metrics
from app.core.failpoints import Failpoint, reach
from app.db.flush import Flush, write_all
from app.db.flush_writer import FlushWriter
from app.db.ledger import lock_position
from app.db.repositories.concept_repo import ConceptRepository
from app.db.repositories.event_repo import EventRepository
from app.db.repositories.learning_repo import LearningRepository
from app.db.repositories.ownership_repo import OwnershipRepository
from app.db.repositories.raw_answer_repo import RawAnswerRepository
from app.db.repositories.roadmap_repo import RoadmapRepository
from app.db.repositories.task_repo import TaskRepository
from app.db.session import REFUSED, DatabaseUnavailable, Sessions, is_transient, safe_session_with_retry
from app.domain.content.concept_state import ConceptState
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import KINDS, Artefact
from app.domain.content.status import ContentStatus
from app.domain.events import ConceptComplete, ConceptFailed, Event, event_adapter
from app.domain.failures import Failure, FailureCode, failure
from app.domain.learning import Learned
from app.domain.ownership import Claim
from app.domain.records import RoadmapMetadata, TaskMetadata
from app.domain.roadmap import LearningRequest, Outline
from app.domain.tasks import TaskStatus
from app.generation.backlog import Backlog, backlog_of
from app.generation.ledger import LedgerEntry, Position, RoadmapState, TaskState, apply
from app.generation.ports import OwnershipLost, StoreUnavailable
from app.generation.roadmap_changes import Change, FinishRun, PauseRun, SaveBatch, StartConcepts
from app.generation.work import Batch, FinishedArtefact

log = structlog.get_logger()

T = TypeVar("T")


class PostgresContentStore:
    """Implements `generation.ports.ContentStore` for one claim.

    A change is first applied to what is known from the last one, and handed to the process's writer, which writes it
    only if the roadmap's log still stands there and nobody has locked it; else everything is read anew, under lock, and
    the change is applied to that.
    """

    def __init__(self, sessions: Sessions, writer: FlushWriter, claim: Claim) -> None:
        self._sessions = sessions
        self._writer = writer
        self._claim = claim
        self._names: Mapping[str, str] = {}
        self._known: RoadmapState | None = None
        """What the owner of the task knows of its roadmap. No other process writes to it, but for a command of the
        learner."""

    async def pending(self) -> Backlog:
        async def roadmap_of(session: AsyncSession) -> RoadmapMetadata | None:
            return await RoadmapRepository(session).claimed(self._claim)

        async def concepts_of(session: AsyncSession) -> tuple[dict[str, ConceptState], Learned]:
            return await ConceptRepository(session).all_with_learned(self._claim.roadmap)

        self._known = None
        # The position first: whatever is committed after it makes the first flush read everything anew.
        roadmap = await self._reach(roadmap_of, single_statement=True)
        if roadmap is None:
            raise OwnershipLost
        states, learned = await self._reach(concepts_of, single_statement=True)
        outline = Outline.model_validate(roadmap.framework_data)
        self._names = {concept.concept_id: concept.name for concept in outline.concepts}
        request = LearningRequest.model_validate(roadmap.request)
        if roadmap.task.id != self._claim.task_id or roadmap.task.status != TaskStatus.RUNNING:
            return Backlog(concepts=(), request=request)
        self._known = RoadmapState(
            roadmap_id=roadmap.id,
            position=Position(seq=roadmap.seq, epoch=roadmap.epoch, progress=roadmap.progress),
            task=_task_state(roadmap.task),
            concepts=states,
            names=self._names,
            learned=learned,
            usage=roadmap.usage,
            language=self._claim.language,
        )
        return backlog_of(
            outline,
            request,
            states,
            scope=roadmap.task.order.scope,
            prioritised=roadmap.task.prioritised,
            spent=roadmap.task.usage,
        )

    async def artefacts(self, concept_id: str, kinds: Collection[ArtefactKind]) -> Mapping[ArtefactKind, Artefact]:
        async def work(session: AsyncSession) -> dict[ArtefactKind, dict[str, Any]]:
            state = await ConceptRepository(session).get(self._claim.roadmap, concept_id)
            found = (state.artefacts[kind].id for kind in kinds if kind in state.artefacts) if state else ()
            ids = [one for one in found if one is not None]
            return await RoadmapRepository(session).artefacts(self._claim.roadmap, concept_id, ids=ids)

        stored = await self._reach(work)
        return {kind: KINDS[kind].body.model_validate(row["body"]) for kind, row in stored.items()}

    async def start(self, concept_ids: Sequence[str]) -> Sequence[Event]:
        return await self._write(StartConcepts(concept_ids))

    async def save(self, batch: Batch) -> Sequence[Event]:
        try:
            return await self._save(batch)
        except REFUSED as error:
            refused = await self._reach(partial(self._refused_of, batch))
            if not refused:
                raise
            log.error("artefacts_rejected", concept_ids=[item.concept_id for item in refused], exc_info=error)
            metrics.refused_artefacts.inc(len(refused))
            reason = failure(FailureCode.INTERNAL, self._claim.language)
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
        began = time.perf_counter()
        events = await self._write(SaveBatch(batch))
        reach(Failpoint.AFTER_COMMIT)
        metrics.db_write_seconds.observe(time.perf_counter() - began)
        metrics.incremental_saves.inc()
        metrics.batch_size.observe(batch.size)
        for event in events:
            if isinstance(event, ConceptComplete | ConceptFailed):
                metrics.concepts.labels(_outcome(event)).inc()
        return events

    async def finish(self) -> Sequence[Event]:
        return await self._write(FinishRun())

    async def pause(self, reason: Failure) -> Sequence[Event]:
        return await self._write(PauseRun(reason))

    async def _write(self, change: Change) -> Sequence[Event]:
        """Apply a change and commit it.

        Raises:
            OwnershipLost: the claim does not stand any more; nothing is written.
            StoreUnavailable: it is unknown whether it is written; the same call may be made again.
        """
        if self._known is not None:
            entry = apply(self._known, change)
            if await self._translated(self._writer.write(self._flush(self._known, change, entry))):
                self._known = _after(self._known, entry)
                return entry.events
        events, self._known = await self._reach(partial(self._write_what_is_read, change))
        return events

    async def _write_what_is_read(
        self, change: Change, session: AsyncSession
    ) -> tuple[Sequence[Event], RoadmapState | None]:
        """Apply the change to what the database holds, under lock. Gives what is known then, if the task runs."""
        task = await OwnershipRepository(session).lock_claimed(self._claim)
        if task is None:
            raise OwnershipLost
        roadmap = self._claim.roadmap
        if isinstance(change, SaveBatch) and task.last_batch == change.batch.batch_id:
            # The commit's answer was lost, not the commit: announce it once more.
            count = len(change.batch.started) + change.batch.size + 1
            bodies = await EventRepository(session).newest(roadmap, count)
            return [event_adapter.validate_python(body) for body in bodies], None
        position = await lock_position(session, roadmap)
        tasks, repository = TaskRepository(session), ConceptRepository(session)
        concepts = await repository.all(roadmap)
        missing = change.batch.concept_ids - concepts.keys() if isinstance(change, SaveBatch) else ()
        state = RoadmapState(
            roadmap_id=roadmap.roadmap_id,
            position=position,
            task=task.state,
            newest=None if task.state.status.is_active else await tasks.newest(roadmap),
            concepts=concepts,
            removed=await repository.lock(roadmap, missing) if missing else {},
            names=self._names,
            learned=await LearningRepository(session).learned(roadmap),
            usage=await tasks.usage_of(roadmap),
            language=self._claim.language,
        )
        entry = apply(state, change)
        if entry.events:
            await write_all(session, [self._flush(state, change, entry)])
        return entry.events, _after(state, entry) if entry.task.status == TaskStatus.RUNNING else None

    def _flush(self, state: RoadmapState, change: Change, entry: LedgerEntry) -> Flush:
        batch = change.batch if isinstance(change, SaveBatch) else None
        if batch is not None:
            reach(Failpoint.BEFORE_COMMIT)
        return Flush.of(self._claim, state.task.status, entry, batch)

    async def _add_artefacts(self, session: AsyncSession, artefacts: Sequence[FinishedArtefact]) -> None:
        await RoadmapRepository(session).save_artefacts_batch(self._claim, artefacts)
        await RawAnswerRepository(session).save_batch(self._claim.roadmap, artefacts)

    async def _reach(self, work: Callable[[AsyncSession], Awaitable[T]], *, single_statement: bool = False) -> T:
        """One try: the saver repeats it, for as long as the task is owned."""
        return await self._translated(
            safe_session_with_retry(
                self._sessions, work, attempts=1, repeatable=True, single_statement=single_statement
            )
        )

    async def _translated(self, call: Awaitable[T]) -> T:
        try:
            return await call
        except DatabaseUnavailable as error:
            raise StoreUnavailable(str(error.__cause__)) from error


def _task_state(task: TaskMetadata) -> TaskState:
    return TaskState(
        id=task.id,
        kind=task.kind,
        status=task.status,
        returns_to=task.order.returns_to,
        usage=task.usage,
        started_at=task.started_at,
    )


def _after(state: RoadmapState, entry: LedgerEntry) -> RoadmapState:
    """What is known once an entry has been written. Only the concepts that have changed are touched."""
    concepts = cast("dict[str, ConceptState]", state.concepts)
    concepts.update(entry.concepts)
    usage = state.usage + entry.usage
    return replace(state, position=entry.position, task=entry.task, usage=usage, removed={})


def _outcome(event: ConceptComplete | ConceptFailed) -> ContentStatus:
    return ContentStatus.COMPLETED if isinstance(event, ConceptComplete) else event.content_status
