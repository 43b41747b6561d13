"""The orchestrator: many concepts at once, saved in batches, and nothing finished is ever lost."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import cast
from uuid import uuid4

import pytest
import structlog
from factories import a_failure, an_artefact, an_outline
from fakes import FakeWriter, InMemoryStore, RecordingEvents

from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import KINDS, Artefact
from app.domain.content.kinds.tutorial import Section, Tutorial
from app.domain.content.status import ArtefactStatus, ContentStatus
from app.domain.events import Completed, ConceptComplete, ConceptFailed, ConceptStart, TaskPaused
from app.domain.failures import Failure, FailureCode
from app.domain.tasks import TaskStatus
from app.domain.usage import Usage
from app.generation.breaker import BUGS
from app.generation.orchestrator import Limits, Orchestrator, RunEnd
from app.generation.ports import AuthorBug, OwnershipLost, StoreUnavailable
from app.generation.saver import MAX_UNSAVED_CONCEPTS

NO_AGE = Limits(flush_max_age=None)
TUTORIAL, QUIZ = ArtefactKind.TUTORIAL, ArtefactKind.QUIZ


class Bench:
    """An orchestrator with its fakes."""

    def __init__(self, concepts: int, limits: Limits = NO_AGE) -> None:
        self.agents = FakeWriter()
        self.store = InMemoryStore(an_outline(concepts))
        self.events = RecordingEvents()
        self.may_start = True
        self.orchestrator = Orchestrator(self.agents, self.store, self.events, limits, may_start=lambda: self.may_start)

    async def run(self) -> RunEnd:
        return await asyncio.wait_for(self.orchestrator.run(), 10)

    def start(self) -> "asyncio.Task[RunEnd]":
        return asyncio.create_task(self.orchestrator.run())

    def answer(self, answer: object) -> None:
        self.agents.answer = answer  # type: ignore[method-assign, assignment]

    @property
    def batch_sizes(self) -> list[int]:
        return [batch.size for batch in self.store.batches]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    ("concepts", "batches"), [(25, [10, 10, 5]), (30, [10, 10, 10]), (8, [8]), (0, []), (33, [10, 10, 10, 3])]
)
async def test_batches_of_ten(concepts: int, batches: list[int]) -> None:
    bench = Bench(concepts)
    assert await bench.run() == RunEnd.FINISHED
    assert bench.batch_sizes == batches


async def test_every_artefact_of_every_concept_is_saved_once() -> None:
    bench = Bench(25)
    await bench.run()
    saved = [(item.concept_id, item.kind) for batch in bench.store.batches for item in batch.artefacts]
    assert sorted(saved) == sorted((f"c{number}", kind) for number in range(25) for kind in ArtefactKind)
    assert bench.store.progress.completed == 25
    assert bench.orchestrator.unsaved == 0


async def test_what_is_published_is_what_was_committed_in_its_order() -> None:
    bench = Bench(12)
    await bench.run()
    assert bench.events.published == bench.store.events
    assert [event.seq for event in bench.events.published] == list(range(1, len(bench.store.events) + 1))
    assert isinstance(bench.events.published[0], ConceptStart)
    last = bench.events.published[-1]
    assert isinstance(last, Completed)
    assert last.status == TaskStatus.COMPLETED


async def test_no_more_than_five_concepts_at_once_and_three_agents_each() -> None:
    bench = Bench(20)

    async def answer(kind: ArtefactKind, concept_id: str) -> Artefact:
        await asyncio.sleep(0.002)
        return an_artefact(kind, concept_id)

    bench.answer(answer)
    await bench.run()
    assert bench.agents.most_at_once == 15


async def test_concepts_start_in_learning_order() -> None:
    bench = Bench(12, Limits(flush_max_age=None, concurrency=1))
    await bench.run()
    assert bench.agents.order == [f"c{number}" for number in range(12)]


async def test_one_failed_artefact_keeps_the_others_and_the_run() -> None:
    bench = Bench(5)

    async def answer(kind: ArtefactKind, concept_id: str) -> Artefact | Failure:
        return a_failure() if (kind, concept_id) == (ArtefactKind.QUIZ, "c2") else an_artefact(kind)

    bench.answer(answer)
    assert await bench.run() == RunEnd.FINISHED
    state = bench.store.states["c2"]
    assert state.status == ContentStatus.PARTIAL
    assert state.having(ArtefactStatus.COMPLETED) == (ArtefactKind.TUTORIAL, ArtefactKind.RESOURCES)
    assert bench.store.progress.completed == 4
    assert bench.store.status == TaskStatus.PARTIAL
    failed = [event for event in bench.events.published if isinstance(event, ConceptFailed)]
    assert [(event.concept_id, event.failed) for event in failed] == [("c2", (ArtefactKind.QUIZ,))]


@pytest.mark.parametrize(
    ("sections", "length", "limit"),
    [(201, 1, "ARTEFACT_LIMITS"), (1, 200_001, "ARTEFACT_LIMITS"), (200, 15_000, "MAX_ARTEFACT_BYTES")],
)
async def test_what_is_too_large_to_be_kept_fails_alone_and_names_the_limit(
    sections: int, length: int, limit: str
) -> None:
    bench = Bench(2)
    large = Tutorial(summary="S", sections=(Section(heading="H", markdown="x" * length),) * sections)

    async def answer(kind: ArtefactKind, concept_id: str) -> Artefact:
        return large if (kind, concept_id) == (ArtefactKind.TUTORIAL, "c0") else an_artefact(kind)

    bench.answer(answer)
    await bench.run()
    state = bench.store.states["c0"]
    assert state.status == ContentStatus.PARTIAL
    assert state.failures[ArtefactKind.TUTORIAL].code == FailureCode.TOO_LARGE
    assert limit in state.failures[ArtefactKind.TUTORIAL].message
    assert bench.store.progress.completed == 1


async def test_many_failures_never_abort_the_run() -> None:
    bench = Bench(10)

    async def answer(kind: ArtefactKind, concept_id: str) -> Artefact | Failure:
        return an_artefact(kind) if concept_id == "c9" else a_failure()

    bench.answer(answer)
    await bench.run()
    assert (bench.store.progress.failed, bench.store.progress.completed) == (9, 1)


async def test_everything_failed_is_a_failed_task() -> None:
    bench = Bench(4)

    async def answer(kind: ArtefactKind, concept_id: str) -> Failure:
        return a_failure()

    bench.answer(answer)
    await bench.run()
    assert bench.store.status == TaskStatus.FAILED


async def test_an_old_entry_is_saved_while_its_concept_is_still_being_written() -> None:
    bench = Bench(1, Limits(flush_max_age=0.01))
    quiz_may_come = asyncio.Event()

    async def answer(kind: ArtefactKind, concept_id: str) -> Artefact:
        if kind == ArtefactKind.QUIZ:
            await quiz_may_come.wait()
        return an_artefact(kind)

    bench.answer(answer)
    run = bench.start()
    await until(lambda: len(bench.store.batches) == 1)
    assert {item.kind for item in bench.store.batches[0].artefacts} == {
        ArtefactKind.TUTORIAL,
        ArtefactKind.RESOURCES,
    }
    assert bench.store.states["c0"].status == ContentStatus.GENERATING
    quiz_may_come.set()
    assert await run == RunEnd.FINISHED
    assert any(isinstance(event, ConceptComplete) for event in bench.events.published)


async def test_only_missing_artefacts_are_written() -> None:
    bench = Bench(3)
    for kind in (ArtefactKind.TUTORIAL, ArtefactKind.RESOURCES):
        state = bench.store.states["c1"]
        bench.store.states["c1"] = state.delivered(kind, uuid4(), an_artefact(kind))
    await bench.run()
    written = {kind for concept_id, kind in bench.agents.calls if concept_id == "c1"}
    assert written == {ArtefactKind.QUIZ}
    assert bench.store.progress.completed == 3


@pytest.fixture
def quiz_reads_tutorial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cast("dict[ArtefactKind, object]", KINDS), QUIZ, replace(KINDS[QUIZ], reads=(TUTORIAL,)))


@pytest.mark.usefixtures("quiz_reads_tutorial")
async def test_a_kind_is_written_when_what_it_reads_is_there_and_others_do_not_wait() -> None:
    bench = Bench(3)
    told = asyncio.Event()

    async def answer(kind: ArtefactKind, concept_id: str) -> Artefact | Failure:
        if kind == TUTORIAL:
            await told.wait()
        return an_artefact(kind, concept_id)

    bench.answer(answer)
    run = bench.start()
    await until(lambda: bench.agents.calls["c2", ArtefactKind.RESOURCES] == 1)
    assert not any(kind == QUIZ for _, kind in bench.agents.calls)
    told.set()
    assert await run == RunEnd.FINISHED
    assert bench.agents.sources["c1", QUIZ] == {TUTORIAL: an_artefact(TUTORIAL, "c1")}
    assert bench.agents.sources["c1", ArtefactKind.RESOURCES] == {}
    assert bench.store.progress.completed == 3


@pytest.mark.usefixtures("quiz_reads_tutorial")
async def test_a_kind_whose_source_has_failed_is_written_without_it() -> None:
    bench = Bench(1)

    async def answer(kind: ArtefactKind, concept_id: str) -> Artefact | Failure:
        return a_failure() if kind == TUTORIAL else an_artefact(kind, concept_id)

    bench.answer(answer)
    await bench.run()
    assert bench.agents.sources["c0", QUIZ] == {}
    assert bench.store.states["c0"].having(ArtefactStatus.FAILED) == (TUTORIAL,)


@pytest.mark.usefixtures("quiz_reads_tutorial")
async def test_a_kind_that_is_written_alone_reads_what_is_stored() -> None:
    bench = Bench(2)
    await bench.run()
    again = Orchestrator(bench.agents, bench.store, bench.events, NO_AGE, may_start=lambda: True)
    bench.store.states["c0"] = bench.store.states["c0"].regenerated([QUIZ], None)
    bench.store.status = TaskStatus.RUNNING
    bench.agents.sources.clear()
    await asyncio.wait_for(again.run(), 10)
    assert bench.agents.sources == {("c0", QUIZ): {TUTORIAL: an_artefact(TUTORIAL, "c0")}}


async def test_saving_does_not_hold_a_slot() -> None:
    """While the first batch cannot be saved, the agents go on."""
    bench = Bench(40)
    bench.store.away = False
    await_save = asyncio.Event()
    real_save = bench.store.save

    async def slow_save(batch: object) -> object:
        await await_save.wait()
        return await real_save(batch)  # type: ignore[arg-type]

    bench.store.save = slow_save  # type: ignore[method-assign, assignment]
    run = bench.start()
    await until(lambda: len(bench.agents.order) == 40)
    assert bench.store.batches == []
    await_save.set()
    assert await run == RunEnd.FINISHED
    assert bench.batch_sizes == [10, 10, 10, 10]


async def test_backpressure_stops_new_concepts_and_drops_nothing() -> None:
    bench = Bench(90)

    def go_away() -> None:
        bench.store.away = True
        raise StoreUnavailable("away")

    bench.store.before_save = go_away
    run = bench.start()
    await until(lambda: len(bench.agents.order) > MAX_UNSAVED_CONCEPTS)
    for _ in range(200):
        await asyncio.sleep(0)
    assert len(bench.agents.order) <= MAX_UNSAVED_CONCEPTS + 1 + Limits().concurrency
    bench.store.before_save = lambda: None
    bench.store.away = False
    assert await run == RunEnd.FINISHED
    assert bench.store.progress.completed == 90
    assert max(bench.agents.calls.values()) == 1


async def test_cancel_ends_calls_in_flight_and_saves_what_has_finished() -> None:
    bench = Bench(10)

    async def answer(kind: ArtefactKind, concept_id: str) -> Artefact:
        if concept_id != "c0" and kind != ArtefactKind.TUTORIAL:
            await asyncio.Event().wait()
        return an_artefact(kind)

    bench.answer(answer)
    run = bench.start()
    await until(lambda: bench.agents.running == 2 * 5)
    bench.store.status = TaskStatus.CANCELLED
    bench.orchestrator.cancel()
    assert await run == RunEnd.STOPPED
    assert bench.agents.running == 0
    saved = {(item.concept_id, item.kind) for batch in bench.store.batches for item in batch.artefacts}
    assert {("c0", kind) for kind in ArtefactKind} <= saved
    assert ("c1", ArtefactKind.TUTORIAL) in saved
    assert bench.store.status == TaskStatus.CANCELLED


async def test_cancel_before_anything_has_started() -> None:
    bench = Bench(3)
    bench.orchestrator.cancel()
    assert await bench.run() == RunEnd.STOPPED
    assert bench.agents.calls.total() == 0


async def test_stop_starting_lets_calls_in_flight_finish() -> None:
    bench = Bench(20)
    go_on = asyncio.Event()

    async def answer(kind: ArtefactKind, concept_id: str) -> Artefact:
        await go_on.wait()
        return an_artefact(kind)

    bench.answer(answer)
    run = bench.start()
    await until(lambda: bench.agents.running == 15)
    bench.orchestrator.stop_starting()
    go_on.set()
    assert await run == RunEnd.STOPPED
    assert bench.batch_sizes == [5]
    assert bench.store.status == TaskStatus.RUNNING


async def test_stop_starting_when_nothing_is_left_still_finishes() -> None:
    bench = Bench(3)
    go_on = asyncio.Event()

    async def answer(kind: ArtefactKind, concept_id: str) -> Artefact:
        await go_on.wait()
        return an_artefact(kind)

    bench.answer(answer)
    run = bench.start()
    await until(lambda: bench.agents.running == 9)
    bench.orchestrator.stop_starting()
    go_on.set()
    assert await run == RunEnd.FINISHED


async def test_hold_keeps_new_concepts_back_until_release() -> None:
    bench = Bench(8)
    bench.orchestrator.hold()
    run = bench.start()
    for _ in range(100):
        await asyncio.sleep(0)
    assert bench.agents.calls.total() == 0
    bench.orchestrator.release()
    assert await run == RunEnd.FINISHED


async def test_a_process_that_has_stood_still_starts_nothing_until_it_is_released() -> None:
    """It wakes up between two looks at its lease: the lease is asked at each start."""
    bench = Bench(8)
    bench.may_start = False
    run = bench.start()
    for _ in range(100):
        await asyncio.sleep(0)
    bench.may_start = True  # the lease is renewed, and nobody knows yet whether the task is still there
    for _ in range(100):
        await asyncio.sleep(0)
    assert bench.agents.calls.total() == 0
    bench.orchestrator.release()
    assert await run == RunEnd.FINISHED


async def test_a_task_that_is_lost_is_not_written_to_any_more() -> None:
    bench = Bench(30)

    def lose() -> None:
        bench.store.owned = False

    bench.store.before_save = lose
    with pytest.raises(OwnershipLost):
        await bench.run()
    assert bench.agents.running == 0
    (saved,) = bench.store.batches
    assert 0 < bench.orchestrator.unsaved <= bench.agents.calls.total() - len(saved.artefacts)


@pytest.mark.parametrize(("bug", "spent"), [(KeyError("bug"), 0), (AuthorBug(Usage(calls=2)), 2)])
async def test_a_bug_costs_one_artefact_and_counts_what_it_has_used_up(bug: Exception, spent: int) -> None:
    bench = Bench(9)

    async def answer(kind: ArtefactKind, concept_id: str) -> Artefact:
        if (concept_id, kind) == ("c7", ArtefactKind.QUIZ):
            raise bug
        return an_artefact(kind)

    bench.answer(answer)
    assert await bench.run() == RunEnd.FINISHED
    progress = bench.store.progress
    assert (progress.completed, progress.partial) == (8, 1)
    failed = bench.store.states["c7"].failures[ArtefactKind.QUIZ]
    assert failed.code == FailureCode.INTERNAL
    saved = [item for batch in bench.store.batches for item in batch.artefacts if item.concept_id == "c7"]
    assert sum(item.delivery.usage.calls for item in saved) == spent


async def test_bugs_in_a_row_pause_the_run() -> None:
    bench = Bench(30)

    async def answer(kind: ArtefactKind, concept_id: str) -> Artefact:
        raise KeyError("bug")

    bench.answer(answer)
    assert await bench.run() == RunEnd.PAUSED
    assert bench.agents.calls.total() <= BUGS + 3 * Limits().concurrency


async def test_the_breaker_pauses_after_three_refusals_in_a_row() -> None:
    bench = Bench(30)

    async def answer(kind: ArtefactKind, concept_id: str) -> Failure:
        return a_failure(FailureCode.UNAUTHORISED)

    bench.answer(answer)
    assert await bench.run() == RunEnd.PAUSED
    assert bench.store.status == TaskStatus.PAUSED
    assert len(bench.agents.order) <= Limits().concurrency


async def test_what_failed_for_a_refused_key_waits_to_be_written_when_the_task_is_paused() -> None:
    bench = Bench(4)

    async def answer(kind: ArtefactKind, concept_id: str) -> Artefact | Failure:
        refused = concept_id != "c0" or kind == ArtefactKind.QUIZ
        return a_failure(FailureCode.QUOTA) if refused else an_artefact(kind)

    bench.answer(answer)
    assert await bench.run() == RunEnd.PAUSED
    first = bench.store.states["c0"]
    assert first.having(ArtefactStatus.COMPLETED) == (ArtefactKind.TUTORIAL, ArtefactKind.RESOURCES)
    assert first.having(ArtefactStatus.PENDING) == (ArtefactKind.QUIZ,)
    assert bench.store.progress.pending == 4


async def test_a_single_refusal_is_a_failure_like_any_other() -> None:
    bench = Bench(12)

    async def answer(kind: ArtefactKind, concept_id: str) -> Artefact | Failure:
        refused = (concept_id, kind) == ("c3", ArtefactKind.RESOURCES)
        return a_failure(FailureCode.UNAUTHORISED) if refused else an_artefact(kind)

    bench.answer(answer)
    assert await bench.run() == RunEnd.FINISHED
    assert bench.store.progress.partial == 1
    assert bench.store.progress.completed == 11
    assert bench.store.states["c3"].failures[ArtefactKind.RESOURCES].code == FailureCode.UNAUTHORISED


async def test_a_task_that_has_cost_its_limit_is_paused_and_loses_nothing() -> None:
    bench = Bench(30, Limits(flush_max_age=None, max_cost_usd=1.0))
    bench.agents.usage = Usage(calls=1, cost_usd=0.1)
    assert await bench.run() == RunEnd.PAUSED
    assert isinstance(paused := bench.store.events[-1], TaskPaused)
    assert paused.code == FailureCode.BUDGET
    assert "1.00" in paused.message and "GREENWAY_MAX_COST_USD" in paused.message
    paid = sum(bench.agents.calls.values())
    assert 10 <= paid <= 10 + 3 * Limits().concurrency
    assert sum(len(batch.artefacts) for batch in bench.store.batches) == paid


async def test_a_task_that_has_cost_its_limit_before_makes_no_call() -> None:
    bench = Bench(3, Limits(flush_max_age=None, max_cost_usd=1.0))
    bench.store.spent = Usage(calls=9, cost_usd=1.0)
    assert await bench.run() == RunEnd.PAUSED
    assert not bench.agents.calls


async def test_the_last_artefact_may_reach_the_limit() -> None:
    bench = Bench(1, Limits(flush_max_age=None, max_cost_usd=0.3))
    bench.agents.usage = Usage(calls=1, cost_usd=0.1)
    assert await bench.run() == RunEnd.FINISHED


async def test_log_lines_say_what_the_contract_says() -> None:
    for concepts, triggers, final in ((30, 3, None), (33, 3, 3), (8, 0, 8)):
        with structlog.testing.capture_logs() as logs:
            await Bench(concepts).run()
        trigger = [entry for entry in logs if entry["event"] == "incremental_batch_trigger"]
        assert [(entry["buffer_size"], entry["batch_size"], entry["reason"]) for entry in trigger] == [
            (10, 10, "size")
        ] * triggers
        finals = [entry for entry in logs if entry["event"] == "incremental_save_final_batch"]
        assert [entry["remaining_count"] for entry in finals] == ([final] if final else [])
        sizes = [10] * triggers + ([final] if final else [])
        for event in ("incremental_batch_save_started", "incremental_batch_save_completed"):
            assert [cast(int, entry["batch_size"]) for entry in logs if entry["event"] == event] == sizes
