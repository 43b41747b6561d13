"""What every change of a roadmap comes to: which states, which counters, which events. Pure; stores only persist it.

`apply(state, change)` is where a roadmap's content changes, whether a worker delivers, a learner commands or a sweep
takes over. It reads nothing but the state that it is given, and that needs to hold only the concepts that the change
may touch: the cost depends on the change, never on the roadmap.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import reduce
from operator import add
from typing import Any, assert_never
from uuid import UUID

from app.domain.changes import MOST_CONCEPTS, ChangedTask, Changes, changed_concept, changed_error
from app.domain.content.concept_state import ConceptState
from app.domain.content.status import ArtefactStatus, ContentStatus
from app.domain.events import (
    BatchSaved,
    Cancelled,
    Completed,
    ConceptStart,
    Envelope,
    Event,
    Failed,
    OutlineReady,
    TaskPaused,
    TaskQueued,
    TaskStarted,
)
from app.domain.failures import Failure, FailureCode, failure, paused_at_request
from app.domain.learning import Learned
from app.domain.state_machine import TASK_TRANSITIONS, TaskTransition, allowed
from app.domain.tasks import Progress, RoadmapStatus, TaskKind, TaskStatus, content_outcome, roadmap_status
from app.domain.usage import NOTHING, Usage
from app.generation.announcements import concept_changed, concept_outcome, saved_artefacts
from app.generation.roadmap_changes import (
    CancelTask,
    Change,
    CountUsage,
    FailTask,
    FinishRun,
    MarkLearned,
    PauseRun,
    PauseTask,
    PutOutline,
    QueueTask,
    Regenerate,
    RequeueTask,
    RestoreVersion,
    ResumeTask,
    SaveBatch,
    StartConcepts,
    StartTask,
    touched_by,
)
from app.generation.work import Batch

# What is known before


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a roadmap's log stands: the number of its newest event, and the counters with it."""

    seq: int
    epoch: UUID
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskState:
    """The task that a change is made for, and what it has used up. `is_new` is one that has not been announced."""

    id: UUID
    kind: TaskKind
    status: TaskStatus
    returns_to: RoadmapStatus | None = None
    usage: Usage = NOTHING
    created_at: datetime | None = None
    started_at: datetime | None = None
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedTask:
    """A claimed task under lock, as it stands, and what was saved for it last."""

    state: TaskState
    last_batch: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadmapState:
    """A roadmap before a change: `concepts` are at least those that the change may touch. Those that an edit has taken
    out of the outline are `removed`: what was written for them is kept, and not counted or announced."""

    roadmap_id: UUID
    position: Position
    task: TaskState
    newest: TaskState | None = None
    """The roadmap's newest task, where that may be another one: what a cancelled task had finished comes late."""
    concepts: Mapping[str, ConceptState] = field(default_factory=dict)
    removed: Mapping[str, ConceptState] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    """Of the concepts that are announced by name."""
    learned: Learned = field(default_factory=dict)
    """Of the concepts that the change may touch."""
    usage: Usage = NOTHING
    """What the roadmap has used up, if the change uses up more."""
    language: str = "en"


# What it comes to


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """What a change comes to: all that is written, and nothing else."""

    known: Position
    """Where the log stood."""
    position: Position
    events: Sequence[Event]
    concepts: Mapping[str, ConceptState]
    """The states that have changed."""
    removed: Mapping[str, ConceptState]
    """Of these, those of concepts that an edit had taken out."""
    learned: Mapping[str, datetime | None]
    """The concepts that the learner has marked as learned, or not any more (None)."""
    task: TaskState
    at: datetime
    """When all this happens, as the events say."""
    move: TaskTransition | None = None
    """By which the task came to its status."""
    failure: Failure | None = None
    """Why it did; the reason of an earlier move counts no more."""
    usage: Usage = NOTHING
    """What the task has used up by this."""


class TransitionRefused(Exception):
    """The task is not in a state any more in which it could be moved so."""


def apply(state: RoadmapState, change: Change) -> LedgerEntry:
    """What a change of a roadmap comes to. What a worker does for a task that has been stopped comes to nothing but
    what it saves.

    Raises:
        TransitionRefused: the task cannot be paused, resumed or cancelled any more.
    """
    book = _EntryBuilder(state, touched_by(change).statuses)
    match change:
        case StartConcepts(concept_ids):
            if book.is_running:
                book.start(concept_ids)
        case SaveBatch(batch):
            book.save(batch)
        case FinishRun():
            if book.is_running:
                book.finish()
        case PauseRun(reason):
            if book.is_running:
                book.stop_writing()
                book.move_task(TaskTransition.PAUSE, TaskStatus.PAUSED, reason)
                book.add(TaskPaused(**book.envelope(), **_fields(reason)))
        case QueueTask(retries):
            if retries:
                book.turn(ConceptState.retried)
            task = state.task
            book.add(TaskQueued(**book.envelope(), kind=task.kind, retries=retries, returns_to=task.returns_to))
        case StartTask(total):
            book.claimed()
            book.stop_writing()
            total = book.progress.total if total is None else total
            book.add(TaskStarted(**book.envelope(), kind=state.task.kind, total=total))
        case RequeueTask():
            book.move_task(TaskTransition.REQUEUE, TaskStatus.QUEUED)
            book.stop_writing()
            book.add(TaskQueued(**book.envelope(), kind=state.task.kind))
        case FailTask(reason, usage):
            if book.is_running:
                book.use(usage)
                book.move_task(TaskTransition.END, TaskStatus.FAILED, reason)
                book.stop_writing()
                book.add(Failed(**book.envelope(), **_fields(reason), usage=usage))
        case CountUsage(usage):
            book.use(usage)
            book.add(BatchSaved(**book.envelope(), size=0, progress=book.progress, usage=usage))
        case PauseTask():
            book.move_task(TaskTransition.PAUSE, TaskStatus.PAUSED)
            book.stop_writing()
            message = paused_at_request(state.language)
            book.add(TaskPaused(**book.envelope(), code="requested", message=message))
        case ResumeTask():
            book.move_task(TaskTransition.RESUME, TaskStatus.QUEUED)
            book.add(TaskQueued(**book.envelope(), kind=state.task.kind))
        case CancelTask():
            book.move_task(TaskTransition.CANCEL, TaskStatus.CANCELLED)
            for given_up in book.turn(ConceptState.given_up):
                if given_up.is_begun:
                    book.announce(given_up)
            book.add(Cancelled(**book.envelope(), progress=book.progress))
        case PutOutline():
            book.put_outline(change)
        case Regenerate(kinds_of, instructions):
            for concept_id, kinds in kinds_of.items():
                book.change(state.concepts[concept_id].regenerated(kinds, instructions))
        case RestoreVersion(concept_id, artefact_id, artefact):
            book.change(state.concepts[concept_id].restored(artefact_id, artefact))
        case MarkLearned(concept_id, learned_at):
            if (learned_at is None) != (concept_id not in state.learned):
                book.mark_learned(concept_id, learned_at)
        case _:
            assert_never(change)
    return book.entry()


ENDED = frozenset({ContentStatus.COMPLETED, ContentStatus.PARTIAL, ContentStatus.FAILED})


class _EntryBuilder:
    """An entry while it is made."""

    def __init__(self, state: RoadmapState, statuses: frozenset[ArtefactStatus]) -> None:
        self._state = state
        self._statuses = statuses
        self._at = datetime.now(UTC)
        self._events: list[Event] = []
        self._concepts: dict[str, ConceptState] = {}
        self._removed: dict[str, ConceptState] = {}
        self._learned: dict[str, datetime | None] = {}
        self._task = state.task
        self._move: TaskTransition | None = None
        self._failure: Failure | None = None
        self._usage = NOTHING
        self.progress = state.position.progress
        self._told = self._seen()
        self._untold: dict[str, ConceptState | None] = {}
        """Concepts that have changed since the last event, as they were then."""

    @property
    def is_running(self) -> bool:
        return self._state.task.status == TaskStatus.RUNNING

    def entry(self) -> LedgerEntry:
        known = self._state.position
        return LedgerEntry(
            known=known,
            position=Position(seq=known.seq + len(self._events), epoch=known.epoch, progress=self.progress),
            events=self._events,
            concepts=self._concepts,
            removed=self._removed,
            learned=self._learned,
            task=replace(self._task, usage=self._task.usage + self._usage),
            at=self._at,
            move=self._move,
            failure=self._failure,
            usage=self._usage,
        )

    def envelope(self) -> Envelope:
        """The shared fields of the next event, which must be added before another envelope is asked for."""
        known = self._state.position
        return Envelope(
            roadmap_id=self._state.roadmap_id,
            task_id=self._state.task.id,
            seq=known.seq + len(self._events) + 1,
            epoch=known.epoch,
            at=self._at,
            changes=self._changes(),
        )

    def add(self, event: Event) -> None:
        self._events.append(event)

    def announce(self, concept: ConceptState) -> None:
        """Tell the whole state of a concept."""
        name = self._state.names[concept.concept_id]
        learned_at = self._learned_at(concept.concept_id)
        self.add(concept_changed(concept, name, self.envelope(), self.progress, learned_at=learned_at))

    def change(self, concept: ConceptState) -> None:
        """Bring a concept into another state, and tell it."""
        self._put(concept)
        self.announce(concept)

    def mark_learned(self, concept_id: str, learned_at: datetime | None) -> None:
        concept = self._state.concepts[concept_id]
        self._learned[concept_id] = learned_at
        self._untold[concept_id] = concept
        self.announce(concept)

    def turn(self, turned: Callable[[ConceptState], ConceptState]) -> list[ConceptState]:
        """Bring the concepts that the change touches into other states, where these are others; gives those."""
        changed = []
        for before in self._state.concepts.values():
            if not self._statuses.isdisjoint(before.statuses.values()) and (after := turned(before)) != before:
                self._put(after)
                changed.append(after)
        return changed

    def stop_writing(self) -> None:
        """Nothing is being written any more: what was, waits again."""
        self.turn(ConceptState.waiting_again)

    def move_task(self, move: TaskTransition, to: TaskStatus, reason: Failure | None = None) -> None:
        assert to in TASK_TRANSITIONS[move].to, f"{move} does not lead to {to}"
        if self._task.status not in TASK_TRANSITIONS[move].since:
            raise TransitionRefused(f"a task that is {self._task.status} does not {move}")
        self._task, self._move, self._failure = replace(self._task, status=to), move, reason

    def claimed(self) -> None:
        """The task is in a worker's hands, which the database has seen to."""
        self._told = replace(self._told, task=replace(self._task, status=TaskStatus.QUEUED))

    def use(self, usage: Usage | None) -> None:
        """Count what has been used up. An outline's is written with the outline."""
        self._usage = usage or NOTHING

    def start(self, concept_ids: Sequence[str]) -> None:
        for concept_id in concept_ids:
            self._put(self._now(concept_id).started())
            name = self._state.names[concept_id]
            self.add(ConceptStart(**self.envelope(), concept_id=concept_id, concept_name=name))

    def save(self, batch: Batch) -> None:
        if self.is_running:
            self.start(batch.started)
        before = {concept_id: self._now(concept_id) for concept_id in batch.concept_ids & self._state.concepts.keys()}
        after = dict(before)
        for item in batch.artefacts:
            known = after if item.concept_id in after else self._removed
            state = known.get(item.concept_id) or self._state.removed[item.concept_id]
            known[item.concept_id] = state.delivered(item.kind, item.artefact_id, item.delivery.result)
        unfinished = [concept_id for concept_id in sorted(after) if concept_id not in batch.finished]
        for concept_id in batch.finished:
            if concept_id in after:
                self._put(after[concept_id], before[concept_id])
                if after[concept_id].status in ENDED:
                    name = self._state.names[concept_id]
                    self.add(concept_outcome(after[concept_id], name, self.envelope(), self.progress))
                else:  # the learner has cancelled, and wants another version of something else
                    unfinished.append(concept_id)
        for concept_id in unfinished:
            self._put(after[concept_id], before[concept_id])
        self.use(reduce(add, (item.delivery.usage for item in batch.artefacts), NOTHING))
        others = saved_artefacts(batch, [after[concept_id] for concept_id in unfinished])
        self.add(
            BatchSaved(**self.envelope(), size=batch.size, artefacts=others, progress=self.progress, usage=self._usage)
        )

    def finish(self) -> None:
        outcome = content_outcome(self.progress)
        if outcome == TaskStatus.COMPLETED or outcome == TaskStatus.PARTIAL:
            self.move_task(TaskTransition.END, outcome)
            usage = self._task.usage
            self.add(Completed(**self.envelope(), status=outcome, progress=self.progress, usage=usage))
            return
        failures = (one for concept in self._state.concepts.values() for one in concept.failures.values())
        reason = next(failures, None) or failure(FailureCode.INTERNAL, self._state.language)
        self.move_task(TaskTransition.END, outcome, reason)
        self.add(Failed(**self.envelope(), **_fields(reason)))

    def put_outline(self, change: PutOutline) -> None:
        self.progress = change.progress
        self.use(change.usage)
        if change.usage is not None:
            self.move_task(TaskTransition.END, TaskStatus.COMPLETED)
        self._untold = dict.fromkeys(self._state.concepts)
        self.add(
            OutlineReady(
                **self.envelope(),
                title=change.outline.title,
                stages=change.outline.stages,
                concepts=change.progress.total,
                usage=change.usage,
                **asdict(change.history),
            )
        )
        for concept in self._state.concepts.values():
            self.announce(concept)

    def _now(self, concept_id: str) -> ConceptState:
        return self._concepts.get(concept_id) or self._state.concepts[concept_id]

    def _learned_at(self, concept_id: str) -> datetime | None:
        return self._learned[concept_id] if concept_id in self._learned else self._state.learned.get(concept_id)

    def _put(self, after: ConceptState, before: ConceptState | None = None) -> None:
        before = before or self._now(after.concept_id)
        self._untold.setdefault(after.concept_id, before)
        self._concepts[after.concept_id] = after
        self.progress = self.progress.moved(before.status, after.status)

    def _changes(self) -> Changes:
        """What is so now, and was not when the last event was made."""
        told, self._told = self._told, self._seen()
        now, changes = self._told, Changes()
        if len(self._untold) > MOST_CONCEPTS:
            changes["reread"] = True
        elif self._untold:
            told_concepts = [
                changed_concept(before, self._now(one), self._learned_at(one)) for one, before in self._untold.items()
            ]
            changes["concepts"] = told_concepts
        self._untold = {}
        if now.status != told.status or now.task.is_new:
            changes["status"] = now.status
            changes["allowed"] = allowed(now.status, self._shown().kind)
        if now.progress != told.progress:
            changes["progress"] = now.progress
        if now.usage != told.usage:
            changes["usage"] = self._state.usage + now.usage
        if task := self._changed_task(told, now):
            changes["task"] = task
        return changes

    def _changed_task(self, told: "_RoadmapStanding", now: "_RoadmapStanding") -> ChangedTask | None:
        task = now.task
        if self._shown() is not task:
            return None
        changed = ChangedTask()
        if task.is_new and not self._events:
            changed = ChangedTask(
                kind=task.kind,
                returns_to=task.returns_to,
                usage=task.usage,
                created_at=task.created_at or self._at,
                started_at=None,
            )
        if task.status != told.task.status or changed:
            failure = self._failure
            changed["status"] = task.status
            changed["error"] = changed_error(failure) if failure else None
            changed["ended_at"] = None if task.status.is_active else self._at
        if task.status == TaskStatus.RUNNING and told.task.status != TaskStatus.RUNNING:
            changed["started_at"] = task.started_at or self._at
        if now.usage != told.usage:
            changed["usage"] = self._state.task.usage + now.usage
        if changed:
            changed["task_id"] = task.id
            return changed
        return None

    def _shown(self) -> TaskState:
        """The task that the roadmap shows."""
        newest = self._state.newest
        return self._task if newest is None or newest.id == self._task.id else newest

    def _seen(self) -> "_RoadmapStanding":
        task = self._shown()
        status = roadmap_status(task.kind, task.status, self.progress, task.returns_to)
        return _RoadmapStanding(status=status, task=self._task, progress=self.progress, usage=self._usage)


def _fields(reason: Failure) -> dict[str, Any]:
    """A failure as the fields of an event."""
    return {"code": reason.code, "message": reason.message, "details": reason.details}


@dataclass(frozen=True, slots=True, kw_only=True)
class _RoadmapStanding:
    """What is told of a roadmap, but for its concepts. `usage` is that of the change alone."""

    status: RoadmapStatus
    task: TaskState
    progress: Progress
    usage: Usage
