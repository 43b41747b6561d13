"""The checker finds nothing in a good history, and each violation in one that has it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.cli.watching.reducer import apply
from app.cli.watching.state import WatchedRoadmap
from app.domain.changes import ChangedConcept, ShownFailure, changed_concept
from app.domain.content.concept_state import ArtefactState, ConceptState
from app.domain.content.kind import ArtefactKind
from app.domain.content.status import ArtefactStatus
from app.domain.events import (
    Completed,
    ConceptComplete,
    ConceptFailed,
    ConceptStart,
    Envelope,
    Event,
    TaskStarted,
)
from app.domain.failures import FailureCode
from app.domain.tasks import Progress, RoadmapStatus, TaskKind, TaskStatus
from app.domain.usage import Usage
from chaos.audit import ArtefactWrite, Stored, TaskWrite
from chaos.checker import HELD, IN_FLIGHT, STOPPED, YOUNG, check
from chaos.history import Call, Footprint, History, Order, Seen, Strike

ROADMAP, TASK, EPOCH = UUID(int=1), UUID(int=2), UUID(int=3)
IDS = {"tutorial": UUID(int=11), "resources": UUID(int=12), "quiz": UUID(int=13)}
WORKER, OTHER = "host:1", "host:2"


def an_envelope(seq: int, **changes: Any) -> Envelope:
    told: Any = changes
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Envelope(roadmap_id=ROADMAP, task_id=TASK, seq=seq, epoch=EPOCH, at=at, changes=told)


def a_concept(status: ArtefactStatus) -> list[ChangedConcept]:
    ids: dict[str, UUID] = IDS if status == ArtefactStatus.COMPLETED else {}
    artefacts = {kind: ArtefactState(status=status, id=ids.get(kind)) for kind in ArtefactKind}
    return [changed_concept(None, ConceptState(concept_id="c0", artefacts=artefacts), None)]


DONE = Progress(total=1, completed=1)
EVENTS: list[Event] = [
    TaskStarted(**an_envelope(1, task={"task_id": TASK, "status": TaskStatus.RUNNING}), kind=TaskKind.CONTENT, total=1),
    ConceptStart(
        **an_envelope(2, concepts=a_concept(ArtefactStatus.GENERATING), progress=Progress(total=1, generating=1)),
        concept_id="c0",
        concept_name="Joins",
    ),
    ConceptComplete(
        **an_envelope(3, concepts=a_concept(ArtefactStatus.COMPLETED), progress=DONE),
        concept_id="c0",
        concept_name="Joins",
        tutorial_id=IDS["tutorial"],
        content_summary="",
        resources_id=IDS["resources"],
        resources_count=2,
        quiz_id=IDS["quiz"],
        quiz_questions_count=3,
        progress=Progress(total=1, completed=1),
    ),
    Completed(
        **an_envelope(4, status=RoadmapStatus.COMPLETED, task={"task_id": TASK, "status": TaskStatus.COMPLETED}),
        status=TaskStatus.COMPLETED,
        progress=DONE,
        usage=Usage(),
    ),
]
FIRST = WatchedRoadmap(
    roadmap_id=ROADMAP,
    epoch=EPOCH,
    seq=0,
    title="SQL",
    author="builtin:outline",
    task_id=TASK,
    kind=TaskKind.CONTENT,
    task_status=TaskStatus.QUEUED,
    status=RoadmapStatus.GENERATING,
    progress=Progress(total=1),
    reason=None,
    kinds=tuple(ArtefactKind),
    stages=(),
    concepts={"c0": ConceptState.waiting("c0")},
)


def after(events: list[Event]) -> WatchedRoadmap:
    state = FIRST
    for event in events:
        state = apply(state, event)
    return state


def a_write(kind: str, **changes: Any) -> ArtefactWrite:
    write = ArtefactWrite(
        at=2.5,
        operation="INSERT",
        artefact=kind,
        id=IDS[kind],
        roadmap_id=ROADMAP,
        concept_id="c0",
        version=1,
        writer=f"greenway-worker {WORKER}",
        holder=WORKER,
    )
    return replace(write, **changes)


def a_task_write(status: str, holder: str | None, token: int, **changes: Any) -> TaskWrite:
    write = TaskWrite(at=1.0, task_id=TASK, roadmap_id=ROADMAP, status=status, holder=holder, token=token)
    return replace(write, **changes)


def a_call(kind: str = "tutorial", **changes: Any) -> Call:
    call: dict[str, Any] = {"asked": 1.0, "delivered": 2.0, "outcome": "completed", "process": "worker"}
    what: dict[str, Any] = {"roadmap_id": ROADMAP, "concept_id": "c0", "artefact": kind}
    return Call(**(what | call | changes))


def a_history() -> History:
    artefacts = {kind: {"status": "completed", "id": str(artefact_id)} for kind, artefact_id in IDS.items()}
    row: dict[str, Any] = {"artefacts": artefacts, "removed_at": None}
    return History(
        roadmap_ids=[ROADMAP],
        calls=[a_call(kind) for kind in IDS],
        seen=[Seen("client 1", ROADMAP, first=FIRST, state=after(EVENTS), events=list(EVENTS))],
        reads={ROADMAP: after(EVENTS)},
        stored=Stored(
            artefact_writes=[a_write(kind) for kind in IDS],
            task_writes=[
                a_task_write("queued", None, 0),
                a_task_write("running", WORKER, 1),
                a_task_write("completed", WORKER, 1),
                a_task_write("completed", None, 2),
            ],
            events={ROADMAP: [event.model_dump(mode="json") for event in EVENTS]},
            positions={ROADMAP: 4},
            counters={ROADMAP: {"total": 1, "completed": 1, "partial": 0, "failed": 0, "generating": 0}},
            concepts={ROADMAP: {"c0": row}},
            tasks=[{"roadmap_id": ROADMAP, "error_code": None}],
        ),
    )


def test_a_good_history_has_no_violations() -> None:
    verdict = check(a_history())
    assert verdict.violations == []
    assert not verdict.repeats


def stored(history: History, **changes: Any) -> None:
    assert history.stored is not None
    history.stored = replace(history.stored, **changes)


def left_generating(history: History) -> None:
    history.unsettled.append((ROADMAP, "generating"))


def cancelled_by_nobody(history: History) -> None:
    history.reads[ROADMAP] = replace(FIRST, task_status=TaskStatus.CANCELLED)


def completed_without_content(history: History) -> None:
    history.reads[ROADMAP] = replace(after(EVENTS), concepts={"c0": ConceptState.waiting("c0")})


def an_artefact_changed(history: History) -> None:
    assert history.stored is not None
    stored(history, artefact_writes=[*history.stored.artefact_writes, a_write("quiz", operation="UPDATE")])


def an_artefact_lost(history: History) -> None:
    stored(history, artefact_writes=[a_write("tutorial"), a_write("resources")])


def a_second_version(history: History) -> None:
    assert history.stored is not None
    second = a_write("quiz", id=UUID(int=14), version=2)
    stored(history, artefact_writes=[*history.stored.artefact_writes, second])


def a_zombie_writes(history: History) -> None:
    stored(history, artefact_writes=[a_write(kind, holder=OTHER) for kind in IDS])


def a_token_goes_back(history: History) -> None:
    stored(history, task_writes=[a_task_write("running", WORKER, 2), a_task_write("running", WORKER, 1)])


def cancelled_is_overwritten(history: History) -> None:
    stored(history, task_writes=[a_task_write("cancelled", WORKER, 1), a_task_write("completed", WORKER, 1)])


def two_running_tasks(history: History) -> None:
    other = a_task_write("running", OTHER, 1, task_id=UUID(int=9))
    stored(history, task_writes=[a_task_write("running", WORKER, 1), other])


def an_event_is_missing(history: History) -> None:
    assert history.stored is not None
    stored(history, events={ROADMAP: [body for body in history.stored.events[ROADMAP] if body["seq"] != 2]})


def events_and_rows_differ(history: History) -> None:
    history.reads[ROADMAP] = replace(after(EVENTS), title="Another title")
    history.seen[0].state = history.reads[ROADMAP]


def counters_drift(history: History) -> None:
    assert history.stored is not None
    stored(history, counters={ROADMAP: history.stored.counters[ROADMAP] | {"generating": 1}})


def an_event_counts_wrongly(history: History) -> None:
    assert history.stored is not None
    last = history.stored.events[ROADMAP][-1]
    wrong = last | {"progress": last["progress"] | {"completed": 0}}
    stored(history, events={ROADMAP: [*history.stored.events[ROADMAP][:-1], wrong]})


def a_delivery_is_not_stored(history: History) -> None:
    history.calls.append(a_call(concept_id="c1"))


def a_client_is_behind(history: History) -> None:
    history.seen[0].state = after(EVENTS[:-1])


def a_client_is_refused(history: History) -> None:
    history.seen[0].refused = "There is no such roadmap."


def an_event_comes_twice(history: History) -> None:
    history.seen[0].events.append(EVENTS[-1])


def an_event_was_not_committed(history: History) -> None:
    history.seen[0].events[-1] = EVENTS[-1].model_copy(update={"progress": Progress(total=7)})


def a_bug(history: History) -> None:
    history.bugs.append("worker.0.log: task_crashed")


def failed(history: History, code: FailureCode, message: str, **changes: Any) -> None:
    """The resources have failed at first, and were written on a retry."""
    assert history.stored is not None
    shown = ShownFailure(artefact=ArtefactKind.RESOURCES, code=code, message=message, retryable=True)
    there = EVENTS[2].model_dump(exclude={"type"}) | {"resources_id": None}
    reason = {"code": code, "message": message, "retryable": True}
    event = ConceptFailed(**{**there, **reason, "failed": ("resources",), "failures": (shown,), **changes})
    (*others, last) = history.stored.events[ROADMAP]
    stored(history, events={ROADMAP: [*others[:2], event.model_dump(mode="json"), last]})


LIMIT = "The model's answer is longer than 2000000 bytes (GREENWAY_MAX_ANSWER_BYTES)."


def a_failure_does_not_name_the_limit(history: History) -> None:
    history.huge_answers = 1
    failed(history, FailureCode.INTERNAL, "Something went wrong.")


def more_fails_than_was_huge(history: History) -> None:
    failed(history, FailureCode.TOO_LONG, LIMIT)


def a_huge_answer_takes_another_artefact_along(history: History) -> None:
    history.huge_answers = 1
    failed(history, FailureCode.TOO_LONG, LIMIT, quiz_id=None)


def a_process_takes_it_all(history: History) -> None:
    history.footprints.append(Footprint(process="api-1", fault="a fault", before=10**8, most=3 * 10**8))


def a_call_is_repeated_for_nothing(history: History) -> None:
    history.calls.append(a_call(asked=9.0, delivered=10.0))


def an_old_result_is_lost(history: History) -> None:
    history.strikes.append(a_kill(at=4.5))
    history.calls.append(a_call(asked=9.0, delivered=10.0, process="other"))


def another_process_is_killed(history: History) -> None:
    """The same program, started again: what it delivers then is explained by nothing."""
    history.strikes.append(a_kill(at=0.5))
    history.calls.append(a_call(asked=9.0, delivered=10.0, process="other"))


def a_short_cut(history: History) -> None:
    history.strikes.append(a_cut(1.5, 3.5))
    history.calls = [a_call(delivered=2.0, outcome="cancelled"), a_call(asked=9.0, delivered=10.0, process="other")]


def a_slow_line(history: History) -> None:
    history.strikes.append(replace(a_cut(2.5, 20.0), fault="postgres_line_slow_down"))
    history.calls.append(a_call(asked=9.0, delivered=10.0, process="other"))


def a_kill_long_after_an_outage(history: History) -> None:
    history.strikes += [Strike(fault="away", began=1.5, ended=8.0, of_database=True), a_kill(at=20.0)]
    history.calls.append(a_call(asked=26.0, delivered=27.0, process="other"))


def a_pause_that_was_refused(history: History) -> None:
    history.orders.append(replace(an_order("pause", 1.4), status=409))
    history.calls = [a_call(delivered=1.5, outcome="cancelled"), a_call(asked=9.0, delivered=10.0)]


def an_outage_robs(history: History) -> None:
    history.strikes.append(Strike(fault="postgres_away", began=2.5, ended=8.0, of_database=True))
    history.calls.append(a_call(asked=9.0, delivered=10.0, process="other"))


def an_outage_interrupts(history: History) -> None:
    history.strikes.append(Strike(fault="postgres_away", began=1.5, ended=8.0, of_database=True))
    history.calls = [a_call(delivered=2.0, outcome="cancelled"), a_call(asked=9.0, delivered=10.0, process="other")]


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (left_generating, "every task ends: "),
        (cancelled_by_nobody, "every task ends: "),
        (completed_without_content, "every task ends: "),
        (an_artefact_changed, "no artefact is lost or changed: "),
        (an_artefact_lost, "no artefact is lost or changed: "),
        (a_second_version, "every artefact is written once: "),
        (a_zombie_writes, "nobody writes under an old token: "),
        (a_token_goes_back, "tasks move as they may: "),
        (cancelled_is_overwritten, "tasks move as they may: "),
        (two_running_tasks, "tasks move as they may: "),
        (an_event_is_missing, "events are gapless and agree with the rows: "),
        (events_and_rows_differ, "events are gapless and agree with the rows: "),
        (counters_drift, "counters agree with the rows: "),
        (an_event_counts_wrongly, "counters agree with the rows: "),
        (a_delivery_is_not_stored, "nothing that was delivered is lost: "),
        (another_process_is_killed, "no call is repeated without need: "),
        (a_short_cut, "no call is repeated without need: "),
        (a_slow_line, "no call is repeated without need: "),
        (a_kill_long_after_an_outage, "no call is repeated without need: "),
        (a_pause_that_was_refused, "no call is repeated without need: "),
        (a_client_is_behind, "every client ends with what a read gives: "),
        (a_client_is_refused, "every client ends with what a read gives: "),
        (an_event_comes_twice, "every client ends with what a read gives: "),
        (an_event_was_not_committed, "every client ends with what a read gives: "),
        (a_bug, "no process finds a bug: "),
        (a_failure_does_not_name_the_limit, "a huge answer costs its artefact alone: "),
        (more_fails_than_was_huge, "a huge answer costs its artefact alone: "),
        (a_huge_answer_takes_another_artefact_along, "a huge answer costs its artefact alone: "),
        (a_process_takes_it_all, "memory stays bounded: "),
        (a_call_is_repeated_for_nothing, "no call is repeated without need: "),
        (an_old_result_is_lost, "no call is repeated without need: "),
        (an_outage_robs, "no call is repeated without need: "),
        (an_outage_interrupts, "no call is repeated without need: "),
    ],
)
def test_each_violation_is_found(spoil: Callable[[History], None], sentence: str) -> None:
    history = a_history()
    spoil(history)
    violations = check(history).violations
    assert any(violation.startswith(sentence) for violation in violations), violations


def a_kill(at: float) -> Strike:
    return Strike(fault="kill_worker", began=at, ended=at, process="worker", killed=at)


def a_cut(began: float, ended: float) -> Strike:
    return Strike(fault="database_line_cut", began=began, ended=ended, process="worker", of_database=True)


def an_order(command: str, at: float, concept_id: str | None = None) -> Order:
    return Order(roadmap_id=ROADMAP, command=command, began=at, ended=at, status=202, concept_id=concept_id)


@pytest.mark.parametrize(
    ("first", "strikes", "why"),
    [
        (a_call(delivered=None, outcome=None), [a_kill(at=1.5)], IN_FLIGHT),
        (a_call(), [a_kill(at=2.5)], YOUNG),
        (a_call(), [a_cut(2.5, 20.0)], HELD),
        (a_call(), [Strike(fault="away", began=1.5, ended=60, of_database=True), a_kill(at=50.0)], HELD),
        (a_call(), [Strike(fault="killed", began=1.5, ended=3.0, of_database=True), a_cut(5.0, 20.0)], HELD),
        (a_call(), [replace(a_kill(at=1.5), killed=None, ended=22.0, is_freeze=True)], IN_FLIGHT),
    ],
)
def test_a_fault_explains_a_repeated_call(first: Call, strikes: list[Strike], why: str) -> None:
    history = a_history()
    history.calls = [first, a_call(asked=60.0, delivered=61.0, process="other")]
    history.strikes = strikes
    verdict = check(history)
    assert verdict.violations == []
    assert verdict.repeats == {why: 1}


def test_a_learner_who_pauses_has_what_was_in_flight_written_again() -> None:
    history = a_history()
    history.calls = [a_call(delivered=1.5, outcome="cancelled"), a_call(asked=9.0, delivered=10.0)]
    history.orders = [an_order("pause", 1.4)]
    assert check(history).repeats == {STOPPED: 1}


def test_a_pause_that_nobody_waited_for_any_more_may_hold_late() -> None:
    history = a_history()
    history.calls = [a_call(asked=18.0, delivered=19.0, outcome="cancelled"), a_call(asked=26.0, delivered=27.0)]
    history.orders = [replace(an_order("pause", 1.4), ended=9.4, status=None)]
    assert check(history).repeats == {STOPPED: 1}


def test_what_a_killed_worker_held_and_nobody_wants_any_more_is_not_stored() -> None:
    history = a_history()
    history.calls.append(a_call(concept_id="c1"))
    history.strikes = [a_kill(at=2.5)]
    verdict = check(history)
    assert verdict.violations == []
    assert verdict.not_stored == {YOUNG: 1}


def test_another_version_that_was_asked_for_is_no_repetition() -> None:
    history = a_history()
    history.calls.append(a_call("quiz", asked=9.0, delivered=10.0))
    history.orders = [an_order("regenerate", 8.0, "c0")]
    assert history.stored is not None
    second = a_write("quiz", id=UUID(int=14), version=2)
    stored(history, artefact_writes=[*history.stored.artefact_writes, second])
    verdict = check(history)
    assert verdict.violations == []
    assert not verdict.repeats
