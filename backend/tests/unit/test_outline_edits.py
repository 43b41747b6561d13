"""Operations on outlines, and what a diff says of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.outline_diff import diff
from app.domain.outline_edits import apply_operations
from app.domain.outline_operations import (
    AddConcept,
    AddModule,
    AddStage,
    Change,
    Describe,
    Merge,
    Move,
    NewConcept,
    NewModule,
    Operation,
    Remove,
    Rename,
    Reorder,
    Retitle,
    Split,
)
from app.domain.outline_rules import OutlineError, check_outline
from app.domain.roadmap import Concept, Module, Outline, Stage


def an_outline() -> Outline:
    """Two stages, three modules: c1 c2 c3 | c4 c5 || c6; each concept requires the one before."""

    def module(module_id: str, *numbers: int) -> Module:
        concepts = tuple(
            Concept(concept_id=f"c{n}", name=f"Concept {n}", prerequisites=(f"c{n - 1}",) if n > 1 else ())
            for n in numbers
        )
        return Module(module_id=module_id, name=f"Module {module_id}", concepts=concepts)

    return Outline(
        title="Course",
        stages=(
            Stage(stage_id="s1", name="One", modules=(module("m1", 1, 2, 3), module("m2", 4, 5))),
            Stage(stage_id="s2", name="Two", modules=(module("m3", 6),)),
        ),
    )


def shape(outline: Outline) -> str:
    return " || ".join(
        " | ".join(" ".join(concept.concept_id for concept in module.concepts) for module in stage.modules)
        for stage in outline.stages
    )


def edited(*operations: Operation) -> Outline:
    return apply_operations(an_outline(), operations)


def the(outline: Outline, concept_id: str) -> Concept:
    return next(concept for concept in outline.concepts if concept.concept_id == concept_id)


NEW = NewConcept(concept_id="n", name="New")


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (AddConcept(concept_id="n", name="New", module_id="m1"), "c1 c2 c3 n | c4 c5 || c6"),
        (AddConcept(concept_id="n", name="New", module_id="m1", before="c1"), "n c1 c2 c3 | c4 c5 || c6"),
        (AddModule(name="New", stage_id="s2", concepts=(NEW,), before="m3"), "c1 c2 c3 | c4 c5 || n | c6"),
        (AddStage(name="New", modules=(NewModule(name="N", concepts=(NEW,)),)), "c1 c2 c3 | c4 c5 || c6 || n"),
        (Remove(target="concept", id="c2"), "c1 c3 | c4 c5 || c6"),
        (Remove(target="concept", id="c6"), "c1 c2 c3 | c4 c5"),
        (Remove(target="module", id="m2"), "c1 c2 c3 || c6"),
        (Remove(target="stage", id="s1"), "c6"),
        (Move(target="concept", id="c1", into="m2", before="c5"), "c2 c3 | c4 c1 c5 || c6"),
        (Move(target="concept", id="c1"), "c2 c3 c1 | c4 c5 || c6"),
        (Move(target="concept", id="c6", into="m1"), "c1 c2 c3 c6 | c4 c5"),
        (Move(target="module", id="m1", into="s2"), "c4 c5 || c6 | c1 c2 c3"),
        (Move(target="module", id="m3", into="s1", before="m2"), "c1 c2 c3 | c6 | c4 c5"),
        (Move(target="stage", id="s2", before="s1"), "c6 || c1 c2 c3 | c4 c5"),
        (Reorder(target="stage", order=("s2", "s1")), "c6 || c1 c2 c3 | c4 c5"),
        (Reorder(target="module", of="s1", order=("m2", "m1")), "c4 c5 | c1 c2 c3 || c6"),
        (Reorder(target="concept", of="m1", order=("c3", "c1", "c2")), "c3 c1 c2 | c4 c5 || c6"),
        (Merge(concept_ids=("c2", "c3"), name="Both"), "c1 c2 | c4 c5 || c6"),
        (Split(concept_id="c2", into=(NewConcept(name="A"), NEW)), "c1 c2 n c3 | c4 c5 || c6"),
    ],
)
def test_each_operation_puts_things_where_they_belong(operation: Operation, expected: str) -> None:
    assert shape(edited(operation)) == expected


def test_texts_and_numbers_change_and_the_rest_stays() -> None:
    outline = edited(
        Retitle(title="Better"),
        Rename(target="stage", id="s1", name="First"),
        Describe(target="module", id="m1", description="About it."),
        Rename(target="concept", id="c2", name="Second"),
        Change(concept_id="c2", estimated_hours=3, difficulty="hard", prerequisites=()),
    )
    assert (outline.title, outline.stages[0].name) == ("Better", "First")
    assert outline.stages[0].modules[0].description == "About it."
    changed = the(outline, "c2")
    assert (changed.name, changed.estimated_hours, changed.difficulty) == ("Second", 3, "hard")
    assert changed.prerequisites == ()
    untouched = ("c1", "c3", "c4", "c5", "c6")
    assert [the(outline, one) for one in untouched] == [the(an_outline(), one) for one in untouched]


def test_nothing_requires_what_is_gone() -> None:
    assert the(edited(Remove(target="concept", id="c2")), "c3").prerequisites == ("c1",)
    assert the(edited(Remove(target="module", id="m2")), "c6").prerequisites == ("c3",)


def test_what_required_a_merged_concept_requires_the_whole() -> None:
    outline = edited(Merge(concept_ids=("c2", "c3"), name="Both"))
    assert the(outline, "c2").prerequisites == ("c1",)
    assert the(outline, "c2").estimated_hours == 2
    assert the(outline, "c4").prerequisites == ("c2",)


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        (
            {"description": "x" * 1000},
            "they have 2,001 characters of description, but a concept may have at most 2,000.",
        ),
        ({"keywords": tuple("abcdefghijk")}, "they have 22 keywords, but a concept may have at most 20."),
        ({"estimated_hours": 500.5}, "they have 1,001 hours, but a concept may have at most 1,000."),
    ],
)
def test_a_merge_cuts_nothing(part: dict[str, Any], fault: str) -> None:
    twin = {"keywords": tuple(word.upper() for word in part["keywords"])} if "keywords" in part else part
    operations: list[Operation] = [
        AddConcept(module_id="m1", concept_id="a", name="A", **part),
        AddConcept(module_id="m1", concept_id="b", name="B", **twin),
        Merge(concept_ids=("a", "b"), name="Both"),
    ]
    with pytest.raises(OutlineError) as refused:
        edited(*operations)
    assert refused.value.message == f"Operation 3 (merge): together {fault}"


def test_a_merge_with_a_description_of_its_own_may_join_long_ones() -> None:
    long: dict[str, Any] = {"module_id": "m1", "description": "x" * 1500}
    outline = edited(
        AddConcept(concept_id="a", name="A", **long),
        AddConcept(concept_id="b", name="B", **long),
        Merge(concept_ids=("a", "b"), name="Both", description="Short."),
    )
    assert the(outline, "a").description == "Short."


def test_what_required_a_split_concept_requires_its_last_part() -> None:
    outline = edited(Split(concept_id="c2", into=(NewConcept(name="A"), NEW)))
    assert the(outline, "c2").prerequisites == ("c1",)
    assert the(outline, "n").prerequisites == ("c2",)
    assert the(outline, "c3").prerequisites == ("n",)


@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        (Rename(target="concept", id="nope", name="X"), 'Operation 2 (rename): there is no concept "nope".'),
        (Remove(target="stage", id="c1"), 'Operation 2 (remove): there is no stage "c1".'),
        (AddConcept(name="X", module_id="m9"), 'Operation 2 (add_concept): there is no module "m9".'),
        (Move(target="concept", id="c1", before="c6"), 'Operation 2 (move): there is no "c6" to place it before.'),
        (
            Reorder(target="stage", order=("s1",)),
            "Operation 2 (reorder): the order must name each of s1, s2 exactly once.",
        ),
        (Merge(concept_ids=("c1", "c1"), name="X"), "Operation 2 (merge): a concept cannot be merged with itself."),
    ],
)
def test_a_refusal_names_the_operation_and_the_fault(operation: Operation, fault: str) -> None:
    with pytest.raises(OutlineError) as refused:
        edited(Retitle(title="T"), operation)
    assert refused.value.message == fault


IDS = st.sampled_from([f"c{number}" for number in range(1, 8)])
MODULES = st.sampled_from(["m1", "m2", "m3"])
OPERATIONS = st.one_of(
    st.builds(Remove, target=st.just("concept"), id=IDS),
    st.builds(Remove, target=st.just("module"), id=MODULES),
    st.builds(Move, target=st.just("concept"), id=IDS, into=st.none() | MODULES, before=st.none() | IDS),
    st.builds(Merge, concept_ids=st.lists(IDS, min_size=2, max_size=3).map(tuple), name=st.just("Merged")),
    st.builds(Split, concept_id=IDS, into=st.just((NewConcept(name="A"), NewConcept(name="B")))),
    st.builds(AddConcept, name=st.just("Added"), module_id=MODULES),
)


@given(operations=st.lists(OPERATIONS, max_size=12))
def test_whatever_is_done_ids_are_unique_and_prerequisites_exist(operations: list[Operation]) -> None:
    outline = an_outline()
    for operation in operations:
        try:
            after = apply_operations(outline, [operation])
        except OutlineError:
            continue
        ids = [concept.concept_id for concept in after.concepts]
        assert len(set(ids)) == len(ids)
        assert all(set(concept.prerequisites) <= set(ids) for concept in after.concepts)
        assert all(stage.modules and all(module.concepts for module in stage.modules) for stage in after.stages)
        assert Outline.model_validate(after.model_dump(mode="json")) == after
        told = {(change.change, change.id) for change in diff(outline, after) if change.target == "concept"}
        before_ids = {concept.concept_id for concept in outline.concepts}
        assert {one for kind, one in told if kind == "added"} == set(ids) - before_ids
        assert {one for kind, one in told if kind == "removed"} == before_ids - set(ids)
        outline = after


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (Rename(target="concept", id="c2", name="X"), {("renamed", "concept", "c2")}),
        (Retitle(title="X"), {("renamed", "title", None)}),
        (Move(target="concept", id="c1"), {("moved", "concept", "c1"), ("changed", "concept", "c2")}),
        (Move(target="concept", id="c5", into="m3", before="c6"), {("moved", "concept", "c5")}),
        (Change(concept_id="c1", estimated_hours=9), {("changed", "concept", "c1")}),
        (AddConcept(concept_id="n", name="New", module_id="m1"), {("added", "concept", "n")}),
        (
            Remove(target="concept", id="c6"),
            {("removed", "concept", "c6"), ("removed", "module", "m3"), ("removed", "stage", "s2")},
        ),
    ],
)
def test_a_diff_says_what_was_done(operation: Operation, expected: set[tuple[str, str, str | None]]) -> None:
    changes = diff(an_outline(), edited(operation))
    assert {(change.change, change.target, change.id) for change in changes} == expected


def test_without_a_change_there_is_no_diff() -> None:
    assert diff(an_outline(), an_outline()) == []


@pytest.mark.parametrize(
    ("broken", "details"),
    [
        (Outline(title="Course", stages=()), {"case": "no_stages"}),
        (
            Outline(title="Course", stages=(Stage(stage_id="s1", name="One", modules=()),)),
            {"case": "no_modules", "stage": "One"},
        ),
        (
            Outline(
                title="Course",
                stages=(
                    Stage(stage_id="s1", name="One", modules=(Module(module_id="m1", name="First", concepts=()),)),
                ),
            ),
            {"case": "no_concepts", "module": "First", "stage": "One"},
        ),
    ],
)
def test_a_broken_rule_is_told_with_its_place(broken: Outline, details: dict[str, str]) -> None:
    with pytest.raises(OutlineError) as refused:
        check_outline(broken)
    assert refused.value.details == details


def test_an_operation_that_breaks_a_rule_says_which_one() -> None:
    with pytest.raises(OutlineError) as refused:
        edited(Change(concept_id="c1", prerequisites=("c6",)))
    assert refused.value.details == {"case": "cycle", "concepts": refused.value.details["concepts"]}
