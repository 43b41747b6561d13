"""The one table of states: what the documentation draws is what the code does, and nothing gets stuck."""

import re
from collections.abc import Iterable, Mapping
from itertools import product
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from factories import a_failure, an_artefact
from hypothesis import given
from hypothesis import strategies as st

from app.domain.content.concept_state import ConceptState
from app.domain.content.kind import ArtefactKind
from app.domain.content.status import ArtefactStatus
from app.domain.state_machine import ALLOWED, ARTEFACT_TRANSITIONS, TASK_TRANSITIONS, Transition
from app.domain.tasks import ACTIVE, ENDED, Progress, RoadmapStatus, TaskKind, TaskStatus, roadmap_status

DOCUMENT = (Path(__file__).parents[3] / "doc" / "states.md").read_text(encoding="utf-8")
DIAGRAMS = re.findall(r"```mermaid\n(.*?)```", DOCUMENT, re.DOTALL)
MOVES: list[Mapping[Any, Transition[Any]]] = [TASK_TRANSITIONS, ARTEFACT_TRANSITIONS]
QUIZ = ArtefactKind.QUIZ


def edges(moves: Mapping[Any, Transition[Any]]) -> set[tuple[str, str, str]]:
    return {
        (str(since), str(to), str(name)) for name, move in moves.items() for since, to in product(move.since, move.to)
    }


@pytest.mark.parametrize(("diagram", "moves"), list(zip(DIAGRAMS, MOVES, strict=True)), ids=["tasks", "artefacts"])
def test_the_diagram_shows_every_move_and_no_other(diagram: str, moves: Mapping[Any, Transition[Any]]) -> None:
    assert set(re.findall(r"(\w+) --> (\w+): (\w+)", diagram)) == edges(moves)


def test_the_table_of_commands_is_the_one_in_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", DOCUMENT, re.MULTILINE)
    told = {command: set(re.findall(r"`(\w+)`", statuses)) for command, statuses in rows}
    assert told == {str(command): {str(status) for status in statuses} for command, statuses in ALLOWED.items()}


@pytest.mark.parametrize(
    ("moves", "first", "ends"),
    [
        (MOVES[0], "queued", {str(status) for status in set(TaskStatus) - ACTIVE}),
        (MOVES[1], "pending", set[str]()),
    ],
)
def test_every_state_can_be_reached_and_left(moves: Mapping[Any, Transition[Any]], first: str, ends: set[str]) -> None:
    states = {state for since, to, _ in edges(moves) for state in (since, to)}
    reached = {first}
    while new := {to for since, to, _ in edges(moves) if since in reached} - reached:
        reached |= new
    assert reached == states
    assert states - {since for since, _, _ in edges(moves)} == ends


PROGRESSES = [Progress(total=3), Progress(total=3, completed=3), Progress(total=3, completed=1, failed=2)]


@pytest.mark.parametrize("progress", PROGRESSES)
@pytest.mark.parametrize("status", TaskStatus)
@pytest.mark.parametrize("kind", TaskKind)
def test_a_roadmap_is_at_work_just_while_its_task_is(kind: TaskKind, status: TaskStatus, progress: Progress) -> None:
    for returns_to in ENDED | {RoadmapStatus.AWAITING_REVIEW}:
        found = roadmap_status(kind, status, progress, returns_to)
        at_work = {RoadmapStatus.DRAFTING, RoadmapStatus.GENERATING, RoadmapStatus.PAUSED}
        assert (found in at_work) == status.is_active


@pytest.mark.parametrize("status", [TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED])
def test_a_roadmap_is_after_a_revision_where_it_was(status: TaskStatus) -> None:
    half, whole = Progress(total=3, completed=1), Progress(total=3, completed=3)
    review = RoadmapStatus.AWAITING_REVIEW
    assert roadmap_status(TaskKind.REVISE, status, half, review) == review
    assert roadmap_status(TaskKind.REVISE, status, half, RoadmapStatus.CANCELLED) == RoadmapStatus.CANCELLED
    assert roadmap_status(TaskKind.REVISE, status, half, RoadmapStatus.COMPLETED) == RoadmapStatus.PARTIAL
    assert roadmap_status(TaskKind.REVISE, status, whole, RoadmapStatus.PARTIAL) == RoadmapStatus.COMPLETED


ALL = ["started", "waiting_again", "retried", "given_up", "delivered", "failed", "regenerated", "restored"]


def changed(state: ConceptState, step: str, kind: ArtefactKind) -> ConceptState:
    match step:
        case "delivered":
            return state.delivered(kind, uuid4(), an_artefact(kind))
        case "failed":
            return state.delivered(kind, uuid4(), a_failure())
        case "regenerated":
            return state.regenerated([kind], "Shorter.")
        case "restored":
            may = state.statuses[kind] in (ArtefactStatus.COMPLETED, ArtefactStatus.FAILED) and state.artefacts[kind].id
            return state.restored(uuid4(), an_artefact(kind)) if may else state
        case _:
            turned: ConceptState = getattr(state, step)()
            return turned


def made(before: ConceptState, after: ConceptState) -> Iterable[tuple[str, str]]:
    return {
        (str(before.statuses[kind]), str(after.statuses[kind]))
        for kind in ArtefactKind
        if before.statuses[kind] != after.statuses[kind]
    }


@given(steps=st.lists(st.tuples(st.sampled_from(ALL), st.sampled_from(list(ArtefactKind))), max_size=30))
def test_a_concept_makes_only_moves_of_the_table_and_loses_nothing(steps: list[tuple[str, ArtefactKind]]) -> None:
    known = {(since, to) for since, to, _ in edges(MOVES[1])}
    state = ConceptState.waiting("c")
    for step, kind in steps:
        after = changed(state, step, kind)
        assert set(made(state, after)) <= known
        for each in ArtefactKind:
            assert state.artefacts[each].id is None or after.artefacts[each].id is not None, "an artefact is gone"
            assert after.statuses[each] != ArtefactStatus.COMPLETED or after.artefacts[each].id is not None
            assert (each in after.failures) == (after.statuses[each] == ArtefactStatus.FAILED)
        state = after


def complete() -> ConceptState:
    state = ConceptState.waiting("c")
    for kind in ArtefactKind:
        state = state.delivered(kind, uuid4(), an_artefact(kind))
    return state


def test_another_version_that_is_given_up_leaves_the_concept_as_it_was() -> None:
    before = complete()
    wanted = before.regenerated([QUIZ], "Harder.")
    assert (wanted.artefacts[QUIZ].status, wanted.artefacts[QUIZ].id) == (
        ArtefactStatus.PENDING,
        before.artefacts[QUIZ].id,
    )
    assert wanted.instructions == {QUIZ: "Harder."}
    assert wanted.started().given_up() == before


def test_another_version_takes_the_place_of_the_first() -> None:
    before, quiz_id = complete(), uuid4()
    after = before.regenerated([QUIZ], "Harder.").started().delivered(QUIZ, quiz_id, an_artefact(QUIZ))
    quiz = after.artefacts[QUIZ]
    assert (quiz.status, quiz.id, quiz.instructions) == (ArtefactStatus.COMPLETED, quiz_id, None)
    assert after.restored(before.artefacts[QUIZ].id or uuid4(), an_artefact(QUIZ)) == before


def test_what_nobody_waits_for_changes_nothing() -> None:
    state = complete()
    assert state.delivered(QUIZ, uuid4(), a_failure()) == state
    assert state.delivered(QUIZ, uuid4(), an_artefact(QUIZ)) == state
