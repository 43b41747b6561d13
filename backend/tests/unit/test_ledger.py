"""Whatever happens to a roadmap in whatever order, the ledger counts right, numbers without gaps, and touches no more
than it says."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from factories import a_batch, a_failure, an_artefact, finished

from app.domain.base import new_id
from app.domain.changes import MOST_CONCEPTS, changed_concept
from app.domain.content.concept_state import ConceptState
from app.domain.content.kind import ArtefactKind
from app.domain.content.status import ArtefactStatus
from app.domain.events import BatchSaved, Completed, ConceptComplete, ConceptStart, Event, Failed
from app.domain.state_machine import ARTEFACT_TRANSITIONS, TASK_TRANSITIONS, ArtefactTransition, Command, allowed
from app.domain.tasks import Progress, RoadmapStatus, TaskKind, TaskStatus, roadmap_status
from app.domain.usage import Usage
from app.generation.ledger import LedgerEntry, Position, RoadmapState, TaskState, TransitionRefused, apply
from app.generation.roadmap_changes import (
    CancelTask,
    Change,
    CountUsage,
    FailTask,
    FinishRun,
    MarkLearned,
    PauseRun,
    PauseTask,
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

IDS = tuple(f"c{number}" for number in range(6))


def a_state(status: TaskStatus = TaskStatus.RUNNING) -> RoadmapState:
    return RoadmapState(
        roadmap_id=new_id(),
        position=Position(seq=7, epoch=new_id(), progress=Progress(total=len(IDS))),
        task=TaskState(id=new_id(), kind=TaskKind.CONTENT, status=status),
        concepts={concept_id: ConceptState.waiting(concept_id) for concept_id in IDS},
        names={concept_id: concept_id.upper() for concept_id in IDS},
    )


def after(state: RoadmapState, entry: LedgerEntry) -> RoadmapState:
    return replace(
        state,
        position=entry.position,
        task=replace(entry.task, is_new=False),
        concepts={**state.concepts, **entry.concepts},
        learned={one: at for one, at in {**state.learned, **entry.learned}.items() if at is not None},
        usage=state.usage + entry.usage,
        removed={},
    )


def a_change(state: RoadmapState, dice: random.Random) -> Change:
    """One of the changes that could happen now."""
    changes: list[Change] = []
    concept = state.concepts[dice.choice(IDS)]
    kind = dice.choice(list(ArtefactKind))
    status = state.task.status
    if status == TaskStatus.RUNNING:
        if concept.having(ArtefactStatus.PENDING):
            changes.append(StartConcepts([concept.concept_id]))
        changes += [FinishRun(), PauseRun(a_failure()), RequeueTask(), FailTask(a_failure()), PauseTask(), CancelTask()]
    if status == TaskStatus.QUEUED:
        changes += [StartTask(), PauseTask(), CancelTask()]
    if status == TaskStatus.PAUSED:
        changes += [ResumeTask(), CancelTask()]
    if status != TaskStatus.RUNNING:
        changes.append(CountUsage(Usage(calls=1, cost_usd=0.25)))
    if not status.is_active:
        changes.append(QueueTask(retries=dice.random() < 0.5))
        if concept.statuses[kind] in ARTEFACT_TRANSITIONS[ArtefactTransition.REGENERATE].since:
            changes.append(Regenerate({concept.concept_id: [kind]}, dice.choice([None, "shorter"])))
    if concept.statuses[kind] in ARTEFACT_TRANSITIONS[ArtefactTransition.RESTORE].since:
        changes.append(RestoreVersion(concept.concept_id, new_id(), an_artefact(kind, concept.concept_id)))
    changes.append(MarkLearned(concept.concept_id, dice.choice([None, datetime.now(UTC)])))
    failing = dice.choice([None, ArtefactKind.QUIZ])
    changes.append(SaveBatch(a_batch(*dice.sample(IDS, dice.randint(1, 3)), failing=failing)))
    return dice.choice(changes)


def restarted(state: RoadmapState, change: Change) -> RoadmapState:
    if not isinstance(change, QueueTask):
        return state
    return replace(state, task=TaskState(id=new_id(), kind=TaskKind.CONTENT, status=TaskStatus.QUEUED, is_new=True))


class Client:
    """Knows no rules: it replaces what the events name."""

    def __init__(self, state: RoadmapState) -> None:
        self.concepts = {
            concept.concept_id: dict(changed_concept(None, concept, None)) for concept in state.concepts.values()
        }
        self.task: dict[str, Any] = {"task_id": state.task.id, "status": state.task.status, "usage": state.task.usage}
        self.progress = state.position.progress
        self.status = RoadmapStatus.GENERATING
        self.allowed = allowed(RoadmapStatus.GENERATING, TaskKind.CONTENT)
        self.usage = state.usage

    def apply(self, event: Event) -> None:
        changes = event.changes
        assert changes is not None
        for concept in changes.get("concepts", ()):
            known: Any = self.concepts[concept["concept_id"]]
            self.concepts[concept["concept_id"]] = {
                **known,
                **concept,
                "artefacts": {**known["artefacts"], **concept["artefacts"]},
            }
        self.task |= changes.get("task", {})
        self.progress = changes.get("progress", self.progress)
        self.status = changes.get("status", self.status)
        self.allowed = changes.get("allowed", self.allowed)
        self.usage = changes.get("usage", self.usage)

    def agrees_with(self, state: RoadmapState) -> None:
        for concept in state.concepts.values():
            assert self.concepts[concept.concept_id] == changed_concept(
                None, concept, state.learned.get(concept.concept_id)
            )
        assert (self.task["task_id"], self.task["status"]) == (state.task.id, state.task.status)
        assert self.task["usage"] == state.task.usage
        assert (self.progress, self.usage) == (state.position.progress, state.usage)
        status = roadmap_status(state.task.kind, state.task.status, state.position.progress)
        assert (self.status, self.allowed) == (status, allowed(status, TaskKind.CONTENT))


@pytest.mark.parametrize("seed", range(60))
def test_random_lives_are_counted_numbered_and_told(seed: int) -> None:
    dice, state = random.Random(seed), a_state()
    client = Client(state)
    for _ in range(60):
        change = a_change(state, dice)
        state = restarted(state, change)
        entry = apply(state, change)
        numbers = [event.seq for event in entry.events]
        assert numbers == list(range(state.position.seq + 1, entry.position.seq + 1))
        assert entry.known == state.position
        assert {event.task_id for event in entry.events} <= {state.task.id}
        if entry.move is not None:
            assert state.task.status in TASK_TRANSITIONS[entry.move].since
            assert entry.task.status in TASK_TRANSITIONS[entry.move].to
        else:
            assert entry.task.status == state.task.status
        state = after(state, entry)
        for event in entry.events:
            client.apply(event)
        client.agrees_with(state)
        counted = Progress.of(Counter(concept.status for concept in state.concepts.values()))
        assert entry.position.progress == counted, change


def timeless(event: Event) -> dict[str, Any]:
    dumped = event.model_dump(exclude={"at"})
    task = dumped["changes"].get("task", {})
    for name in ("created_at", "started_at", "ended_at"):
        task.pop(name, None)
    return dumped


@pytest.mark.parametrize("seed", range(60))
def test_a_change_needs_no_more_than_what_it_says_that_it_touches(seed: int) -> None:
    """What a command reads under lock decides as the whole roadmap would."""
    dice, state = random.Random(seed), a_state()
    for _ in range(60):
        change = a_change(state, dice)
        state = restarted(state, change)
        entry = apply(state, change)
        if not isinstance(change, FinishRun):  # which tells the first failure of all
            touched = touched_by(change)
            few = {
                concept_id: concept
                for concept_id, concept in state.concepts.items()
                if concept_id in touched.concept_ids or any(map(concept.having, touched.statuses))
            }
            by_few = apply(replace(state, concepts=few), change)
            assert list(map(timeless, by_few.events)) == list(map(timeless, entry.events))
            assert (by_few.concepts, by_few.position, by_few.task) == (entry.concepts, entry.position, entry.task)
        state = after(state, entry)


@pytest.mark.parametrize("status", sorted(set(TaskStatus) - {TaskStatus.RUNNING}))
def test_a_stopped_task_saves_what_had_finished_and_does_nothing_else(status: TaskStatus) -> None:
    state = a_state(status)
    for change in (StartConcepts(["c0"]), FinishRun(), PauseRun(a_failure()), FailTask(a_failure())):
        entry = apply(state, change)
        assert (entry.events, entry.concepts, entry.move, entry.position) == ([], {}, None, state.position)
    entry = apply(state, SaveBatch(replace(a_batch("c0"), started=("c0", "c1"))))
    assert [type(event) for event in entry.events] == [ConceptComplete, BatchSaved]
    assert entry.task.status == status


@pytest.mark.parametrize(("newest", "status"), [(TaskStatus.QUEUED, None), (TaskStatus.CANCELLED, "completed")])
def test_what_a_task_before_the_newest_had_finished_says_nothing_of_the_newest(
    newest: TaskStatus, status: RoadmapStatus | None
) -> None:
    other = TaskState(id=new_id(), kind=TaskKind.CONTENT, status=newest)
    artefacts = tuple(finished(one, kind, usage=Usage(calls=1)) for one in IDS for kind in ArtefactKind)
    change = SaveBatch(Batch(artefacts=artefacts, finished=IDS))
    state = a_state(TaskStatus.CANCELLED)
    changes = [event.changes or {} for event in apply(replace(state, newest=other), change).events]
    assert not any("task" in one for one in changes)
    assert [one["status"] for one in changes if "status" in one] == ([status] if status else [])
    assert changes[-1]["usage"] == Usage(calls=len(artefacts))
    [*_, own] = apply(replace(state, newest=state.task), change).events
    assert own.changes is not None
    assert own.changes["task"] == {"task_id": state.task.id, "usage": Usage(calls=len(artefacts))}


@pytest.mark.parametrize(
    ("change", "status"),
    [(PauseTask(), TaskStatus.PAUSED), (ResumeTask(), TaskStatus.RUNNING), (CancelTask(), TaskStatus.COMPLETED)],
)
def test_a_command_that_comes_too_late_is_refused(change: Change, status: TaskStatus) -> None:
    with pytest.raises(TransitionRefused):
        apply(a_state(status), change)


def test_what_an_edit_has_removed_is_kept_and_not_counted() -> None:
    state = a_state()
    gone = ConceptState.waiting("gone")
    entry = apply(replace(state, removed={"gone": gone}), SaveBatch(a_batch("c0", "gone")))
    assert list(entry.concepts) == ["c0"]
    assert entry.removed["gone"].artefacts[ArtefactKind.QUIZ].id is not None
    assert [type(event) for event in entry.events] == [ConceptComplete, BatchSaved]
    assert entry.position.progress.completed == 1


def test_a_run_ends_as_its_concepts_have() -> None:
    state = a_state()
    whole = after(state, apply(state, SaveBatch(replace(a_batch(*IDS), started=IDS))))
    [ended] = apply(whole, FinishRun()).events
    assert isinstance(ended, Completed)
    assert ended.usage == whole.task.usage
    nothing = apply(replace(state, concepts={}, language="zh"), FinishRun())
    [failed] = nothing.events
    assert isinstance(failed, Failed)
    assert "Greenway 内部出错" in failed.message
    started = apply(state, StartConcepts(["c1"])).events
    assert [event.concept_name for event in started if isinstance(event, ConceptStart)] == ["C1"]


def test_a_change_of_more_concepts_than_are_told_asks_to_be_reread() -> None:
    ids = [f"c{number}" for number in range(MOST_CONCEPTS + 1)]
    for count in (MOST_CONCEPTS, MOST_CONCEPTS + 1):
        concepts = {one: ConceptState.waiting(one).started() for one in ids[:count]}
        progress = Progress(total=count, generating=count)
        state = replace(a_state(), concepts=concepts)
        [paused] = apply(replace(state, position=replace(state.position, progress=progress)), PauseTask()).events
        assert paused.changes is not None
        assert paused.changes.get("reread", False) == (count > MOST_CONCEPTS)
        assert len(paused.changes.get("concepts", ())) == (count if count <= MOST_CONCEPTS else 0)
        assert paused.changes["progress"] == Progress(total=count)
        assert paused.changes["status"] == RoadmapStatus.PAUSED


def test_where_a_draft_has_come_to_nothing_it_can_only_be_tried_again() -> None:
    drafting = TaskState(id=new_id(), kind=TaskKind.DRAFT, status=TaskStatus.RUNNING)
    state = replace(a_state(), task=drafting, concepts={}, position=replace(a_state().position, progress=Progress()))
    for change in (FailTask(a_failure()), CancelTask()):
        [event] = apply(state, change).events
        assert event.changes is not None
        assert event.changes["allowed"] == [Command.RETRY]
