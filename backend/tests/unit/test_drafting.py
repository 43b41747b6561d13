"""Whatever a model drafts, the outline keeps the rules: size, names, prerequisites, hours."""

from datetime import date, timedelta

import pytest
from factories import a_request
from hypothesis import given, settings
from hypothesis import strategies as st

from app.agents.drafting.draft import OutlineDraft
from app.agents.drafting.replies import ConceptReply, ModulePlan, PlanReply, StagePlan
from app.agents.drafting.sizes import apportion
from app.domain.outline_rules import check_outline
from app.domain.roadmap import Outline

TODAY = date(2026, 1, 1)

_names = st.one_of(
    st.sampled_from(["Joins", "joins", "  Joins\n", "Indexes", "Views", "", " ", "\x00", "\x1b[31m", "x" * 500]),
    st.text(max_size=20),
)
_replies = st.builds(
    ConceptReply,
    module=st.integers(),
    name=_names,
    description=st.one_of(st.text(max_size=20), st.just("\x07" + "y" * 5000)),
    hours=st.one_of(st.floats(), st.sampled_from([float("nan"), float("inf"), float("-inf"), -3.0, 0.0])),
    difficulty=st.sampled_from(["easy", "medium", "hard"]),
    keywords=st.lists(_names, max_size=12),
    requires=st.lists(_names, max_size=12),
)
_answers = st.lists(st.tuples(st.integers(0, 1), st.lists(_replies, max_size=8)), max_size=6)


def _concept(name: str, *, module: int = 1, hours: float = 1.0, requires: tuple[str, ...] = ()) -> ConceptReply:
    return ConceptReply(
        module=module, name=name, description="", hours=hours, difficulty="easy", keywords=[], requires=list(requires)
    )


def _plan(*stages: dict[str, int]) -> PlanReply:
    return PlanReply(
        stages=[
            StagePlan(
                name=f"Stage {number}",
                description="",
                modules=[ModulePlan(name=name, description="", concepts=size) for name, size in modules.items()],
            )
            for number, modules in enumerate(stages, start=1)
        ]
    )


def _draft(concepts: int = 9) -> OutlineDraft:
    return OutlineDraft(_plan({"Reading": 4, "Writing": 2}, {"Tuning": 3}), concepts)


def _outline(draft: OutlineDraft) -> Outline:
    return draft.outline("SQL", a_request(), TODAY)


def _names_by_module(outline: Outline) -> dict[str, list[str]]:
    return {
        module.name: [concept.name for concept in module.concepts]
        for stage in outline.stages
        for module in stage.modules
    }


@given(total=st.integers(0, 3000), weights=st.lists(st.integers(1, 1000), min_size=1, max_size=72))
def test_sizes_add_up_and_each_is_at_least_one_where_there_is_enough(total: int, weights: list[int]) -> None:
    sizes = apportion(total, weights)
    assert len(sizes) == len(weights)
    assert sum(sizes) == total
    assert min(sizes) >= (1 if total >= len(weights) else 0)


@pytest.mark.parametrize(
    ("total", "weights", "sizes"),
    [(30, [10, 20], [10, 20]), (6, [1, 1, 1], [2, 2, 2]), (2, [5, 5, 5], [1, 1, 0]), (0, [1], [0])],
)
def test_sizes_follow_the_weights(total: int, weights: list[int], sizes: list[int]) -> None:
    assert apportion(total, weights) == pytest.approx(sizes, abs=1)
    assert sum(apportion(total, weights)) == total


@settings(deadline=None)
@given(answers=_answers, wanted=st.integers(3, 20))
def test_any_answers_make_an_outline_that_keeps_the_rules(
    answers: list[tuple[int, list[ConceptReply]]], wanted: int
) -> None:
    draft = _draft(wanted)
    added = sum(draft.add(stage, concepts) for stage, concepts in answers)
    if added:
        outline = check_outline(_outline(draft))
        assert len(list(outline.concepts)) == added <= wanted


@settings(deadline=None)
@given(answers=_answers, wanted=st.integers(3, 20))
def test_all_names_differ_whatever_the_answers(answers: list[tuple[int, list[ConceptReply]]], wanted: int) -> None:
    draft = _draft(wanted)
    if sum(draft.add(stage, concepts) for stage, concepts in answers):
        names = [concept.name.casefold() for concept in _outline(draft).concepts]
        assert len(set(names)) == len(names)


@settings(deadline=None)
@given(answers=_answers, days=st.integers(-10, 400), hours_per_week=st.integers(1, 168))
def test_hours_fit_the_deadline_but_for_the_least_that_a_concept_takes(
    answers: list[tuple[int, list[ConceptReply]]], days: int, hours_per_week: int
) -> None:
    draft = _draft()
    if added := sum(draft.add(stage, concepts) for stage, concepts in answers):
        request = a_request(deadline=TODAY + timedelta(days=days), hours_per_week=hours_per_week)
        outline = check_outline(draft.outline("SQL", request, TODAY))
        weeks = max(days, 1) / 7
        assert sum(one.estimated_hours for one in outline.concepts) <= max(weeks * hours_per_week, 0.25 * added)


def test_without_a_deadline_hours_stay_as_they_are() -> None:
    draft = _draft()
    draft.add(0, [_concept("Joins", hours=7.5), _concept("Views", hours=1.25)])
    assert [concept.estimated_hours for concept in _outline(draft).concepts] == [7.5, 1.25]


def test_hours_shrink_in_proportion_before_a_deadline() -> None:
    draft = _draft()
    draft.add(0, [_concept("Joins", hours=30), _concept("Views", hours=10)])
    outline = draft.outline("SQL", a_request(deadline=TODAY + timedelta(weeks=2), hours_per_week=10), TODAY)
    assert [concept.estimated_hours for concept in outline.concepts] == [15, 5]


def test_a_name_that_is_taken_gets_its_module_s_before_it_and_is_dropped_after_that() -> None:
    draft = _draft()
    assert draft.add(0, [_concept("Joins"), _concept("joins", module=2), _concept("JOINS", module=2)]) == 2
    assert _names_by_module(_outline(draft)) == {"Reading": ["Joins"], "Writing": ["Writing: joins"]}


def test_a_concept_requires_only_what_stands_before_it() -> None:
    draft = _draft()
    draft.add(0, [_concept("Joins", requires=("Joins", "Views", "Nothing")), _concept("Views", requires=(" JOINS ",))])
    joins, views = _outline(draft).concepts
    assert joins.prerequisites == ()
    assert views.prerequisites == (joins.concept_id,)


def test_a_stage_takes_no_more_concepts_than_it_wants() -> None:
    draft = _draft()
    assert draft.add(1, [_concept(f"Concept {number}") for number in range(10)]) == 3
    assert not draft.is_large_enough
    assert draft.add(0, [_concept(f"Other {number}") for number in range(10)]) == 6
    assert draft.is_large_enough
    assert draft.requests(8) == []


def test_only_what_is_missing_is_asked_for() -> None:
    draft = _draft()
    draft.add(0, [_concept("Joins")])
    number, request = draft.requests(4)[0]
    assert (number, request["existing"]) == (0, ["Joins"])
    assert sum(module["wanted"] for module in request["modules"]) == 4
