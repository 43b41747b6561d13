"""What a watcher knows after events: in whatever way they reach it, it is the same."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from uuid import uuid4

import pytest
from factories import an_outline
from hypothesis import given, settings
from hypothesis import strategies as st
from watched_runs import CONTENT, Run, after, as_answered

from app.cli.watching.reducer import apply, is_next
from app.cli.watching.state import WatchedRoadmap
from app.cli.watching.words import concept_word
from app.domain.content.kind import ArtefactKind
from app.domain.content.status import ArtefactStatus, ContentStatus
from app.domain.events import Event
from app.domain.tasks import RoadmapStatus

OTHER_TASK = uuid4()


def written(count: int = 3) -> Run:
    """A run whose first two concepts are ready, and whose third is being written."""
    return Run(an_outline(count)).drafted().approved().writing("c0", "c1", "c2").ready("c0", "c1")


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Anything may follow anything that the ledger lets follow."""
    run = Run(an_outline(draw(st.integers(1, 6)))).drafted()
    concepts = st.sampled_from([*(f"c{number}" for number in range(6)), "gone"])
    steps = {
        "queued": lambda: run.queued(draw(st.sampled_from([CONTENT, OTHER_TASK]))),
        "started": run.started,
        "outlined": lambda: run.outlined(an_outline(draw(st.integers(1, 6)))),
        "writing": lambda: run.writing(draw(concepts)),
        "ready": lambda: run.ready(draw(concepts)),
        "without": lambda: run.without(draw(concepts), *draw(st.sets(st.sampled_from(ArtefactKind), min_size=1))),
        "saved": lambda: run.saved(draw(concepts), draw(st.sampled_from(ArtefactKind)), failed=draw(st.booleans())),
        "paused": run.paused,
        "completed": run.completed,
        "failed": run.failed,
        "cancelled": run.cancelled,
    }
    for step in draw(st.lists(st.sampled_from(sorted(steps)), max_size=25)):
        steps[step]()
    return run


@settings(deadline=None)
@given(run=runs(), data=st.data())
def test_duplicates_and_reconnects_at_any_point_give_the_same_state(run: Run, data: st.DataObject) -> None:
    state = after([])
    while state.seq < len(run.events):
        since = data.draw(st.integers(0, state.seq))
        until = data.draw(st.integers(state.seq + 1, len(run.events)))
        for event in run.events[since:until]:
            state = apply(apply(state, event), event)
    assert state == run.state


@settings(deadline=None)
@given(run=runs(), data=st.data())
def test_a_snapshot_at_any_point_gives_the_same_state(run: Run, data: st.DataObject) -> None:
    point = data.draw(st.integers(0, len(run.events)))
    state = WatchedRoadmap.of(as_answered(after(run.events[:point])))
    for event in run.events:
        state = apply(state, event)
    assert state == run.state


@settings(deadline=None)
@given(run=runs())
def test_the_tree_and_the_states_name_the_same_concepts(run: Run) -> None:
    state = run.state
    shown = [c.concept_id for stage in state.stages for module in stage.modules for c in module.concepts]
    assert sorted(shown) == sorted(state.concepts)


@pytest.mark.parametrize("missing", [1, 2, 5])
def test_an_event_before_which_another_is_missing_changes_nothing(missing: int) -> None:
    run = written()
    state = after(run.events[: -1 - missing])
    assert apply(state, run.events[-1]) == state


def test_an_event_of_another_epoch_changes_nothing() -> None:
    run = written()
    state = after(run.events[:-1])
    assert apply(state, run.events[-1].model_copy(update={"epoch": uuid4()})) == state


@pytest.mark.parametrize("stop", ["queued", "paused", "failed", "cancelled"])
def test_nothing_is_being_written_any_more(stop: str) -> None:
    run = written()
    getattr(run, stop)()
    assert run.state.progress.generating == 0
    assert run.state.concepts["c2"].status == ContentStatus.PENDING
    assert run.state.progress.completed == 2


def test_a_retry_takes_up_what_has_failed_and_another_task_does_not() -> None:
    run = written().without("c2", ArtefactKind.QUIZ)
    again, anew = deepcopy(run), deepcopy(run)
    assert again.queued(CONTENT).state.progress.partial == 1
    assert anew.queued(OTHER_TASK, retries=True).state.progress.partial == 0


def test_what_is_missing_of_a_concept_is_named() -> None:
    run = written(5).without("c2", ArtefactKind.QUIZ).without("c3", *ArtefactKind)
    run.without("c4", ArtefactKind.TUTORIAL, ArtefactKind.QUIZ)
    words = [concept_word(concept) for concept in run.state.concepts.values()]
    assert words == ["ready", "ready", "quiz missing", "failed", "tutorial and quiz missing"]


def test_single_artefacts_are_taken_from_a_batch() -> None:
    run = written().saved("c2", ArtefactKind.TUTORIAL)
    assert run.state.concepts["c2"].artefacts[ArtefactKind.TUTORIAL].status == ArtefactStatus.COMPLETED
    assert run.state.concepts["c2"].status == ContentStatus.GENERATING


def test_an_edited_outline_keeps_the_states_of_known_concepts() -> None:
    run = written().cancelled().outlined(an_outline(4))
    assert [c.status for c in run.state.concepts.values()] == ["completed", "completed", "pending", "pending"]
    assert run.state.status == RoadmapStatus.CANCELLED


def _statuses(events: Sequence[Event]) -> list[RoadmapStatus]:
    return [after(events[: number + 1]).status for number in range(len(events))]


def test_the_roadmap_goes_through_its_states() -> None:
    run = Run(an_outline(1)).drafted().approved().writing("c0").ready("c0").completed()
    assert _statuses(run.events) == [
        "drafting",
        "drafting",
        "awaiting_review",
        "generating",
        "generating",
        "generating",
        "generating",
        "completed",
    ]


def test_control_characters_do_not_reach_the_terminal() -> None:
    answer = as_answered(replace(after([]), title="\x1b[31mred\x07\nline", reason="a\x9bb"))
    state = WatchedRoadmap.of(answer)
    assert (state.title, state.reason) == ("[31mred line", "a b")


@pytest.mark.parametrize("changes", [None, {"reread": True}])
def test_an_event_that_does_not_tell_what_it_changed_is_not_applied(changes: dict[str, bool] | None) -> None:
    run = written()
    state = after(run.events[:-1])
    silent = run.events[-1].model_copy(update={"changes": changes})
    assert not is_next(state, silent)
    assert apply(state, silent) == state
    assert apply(state, run.events[-1]) != state
