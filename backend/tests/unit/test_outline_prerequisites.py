"""Whatever is done to an outline, each prerequisite that is left stands before what needs it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.outline_diff import diff
from app.domain.outline_edits import edit
from app.domain.outline_operations import (
    AddConcept,
    Change,
    Merge,
    Move,
    NewConcept,
    Operation,
    Remove,
    Reorder,
    Split,
)
from app.domain.outline_prerequisites import Edge, edges_of, settled
from app.domain.outline_rules import OutlineError, check_outline
from app.domain.roadmap import MAX_PREREQUISITES, Concept, Module, Outline, Stage


def an_outline(**needs: str) -> Outline:
    """c1 c2 c3 | c4 c5 || c6 c7; each requires the one before, or the ones that are given for it."""

    def module(module_id: str, *numbers: int) -> Module:
        return Module(
            module_id=module_id,
            name=module_id,
            concepts=tuple(
                Concept(
                    concept_id=f"c{n}",
                    name=f"Concept {n}",
                    prerequisites=tuple(needs.get(f"c{n}", f"c{n - 1}" if n > 1 else "").split()),
                )
                for n in numbers
            ),
        )

    return Outline(
        title="Course",
        stages=(
            Stage(stage_id="s1", name="One", modules=(module("m1", 1, 2, 3), module("m2", 4, 5))),
            Stage(stage_id="s2", name="Two", modules=(module("m3", 6, 7),)),
        ),
    )


def needs(outline: Outline) -> dict[str, str]:
    return {concept.concept_id: " ".join(concept.prerequisites) for concept in outline.concepts}


CHAIN = {"c1": "", "c2": "c1", "c3": "c2", "c4": "c3", "c5": "c4", "c6": "c5", "c7": "c6"}


@pytest.mark.parametrize(
    ("operation", "changed", "dropped"),
    [
        (Move(target="concept", id="c2", into="m1"), {"c3": "c1"}, ["c3 c2"]),
        (Move(target="concept", id="c1", into="m1", before="c3"), {"c2": ""}, ["c2 c1"]),
        (Move(target="concept", id="c2", into="m3"), {"c3": "c1"}, ["c3 c2"]),
        (Move(target="module", id="m1", into="s1"), {"c4": ""}, ["c4 c3"]),
        (Move(target="stage", id="s1"), {"c6": ""}, ["c6 c5"]),
        (Reorder(target="concept", of="m1", order=("c3", "c2", "c1")), {"c2": "", "c3": ""}, ["c3 c2", "c2 c1"]),
        (Remove(target="concept", id="c2"), {"c3": "c1"}, []),
        (Remove(target="module", id="m1"), {"c4": ""}, []),
        (Remove(target="module", id="m2"), {"c6": "c3"}, []),
        (Remove(target="stage", id="s1"), {"c6": ""}, []),
        (Merge(concept_ids=("c5", "c2"), name="Both"), {"c5": "c4 c1", "c3": "c1"}, ["c3 c5"]),
    ],
)
def test_prerequisites_follow_what_moves_and_are_inherited(
    operation: Operation, changed: dict[str, str], dropped: list[str]
) -> None:
    edited = edit(an_outline(), [operation])
    left = needs(edited.outline)
    assert left == {one: required for one, required in (CHAIN | changed).items() if one in left}
    assert [f"{one.concept_id} {one.prerequisite_id}" for one in edited.dropped] == dropped


def test_what_is_inherited_is_needed_once() -> None:
    outline = an_outline(c3="c1 c2", c4="c2 c3")
    assert needs(edit(outline, [Remove(target="concept", id="c3")]).outline)["c4"] == "c2 c1"


def test_a_move_there_and_back_costs_nothing_in_one_edit() -> None:
    there = Move(target="concept", id="c2", into="m1")
    back = Move(target="concept", id="c2", into="m1", before="c3")
    assert edit(an_outline(), [there, back]).outline == an_outline()


@pytest.mark.parametrize(
    ("operations", "fault"),
    [
        ([Change(concept_id="c1", prerequisites=("c2",))], "The prerequisites form a cycle: "),
        (
            [Change(concept_id="c2", prerequisites=()), Change(concept_id="c1", prerequisites=("c2",))],
            'Concept "Concept 1" cannot require "Concept 2", which comes later; move "Concept 2" before it.',
        ),
        (
            [AddConcept(name="New", module_id="m1", before="c1", prerequisites=("c1",))],
            'Concept "New" cannot require "Concept 1", which comes later; move "Concept 1" before it.',
        ),
    ],
)
def test_what_is_asked_for_is_not_dropped_but_refused(operations: list[Operation], fault: str) -> None:
    with pytest.raises(OutlineError) as refused:
        edit(an_outline(), operations)
    assert refused.value.message.startswith(fault)


def test_a_prerequisite_may_be_asked_for_and_moved_to_its_place_in_one_edit() -> None:
    outline = an_outline(c5="", c6="")
    operations: list[Operation] = [
        Change(concept_id="c2", prerequisites=("c5",)),
        Move(target="concept", id="c5", into="m1", before="c1"),
    ]
    assert needs(edit(outline, operations).outline)["c2"] == "c5"


def many(count: int, *, chained: bool) -> Outline:
    """`count` concepts, a hub that needs them all, one that needs the hub and fifty others, and a last one."""
    below = [f"b{n}" for n in range(count)]
    others = [f"o{n}" for n in range(MAX_PREREQUISITES - 1)]
    concepts = [
        *(
            Concept(concept_id=one, name=one, prerequisites=(below[n - 1],) if chained and n else ())
            for n, one in enumerate(below)
        ),
        *(Concept(concept_id=one, name=one) for one in others),
        Concept(concept_id="hub", name="Hub", prerequisites=tuple(below)),
        Concept(concept_id="last", name="Last", prerequisites=("hub", *others)),
    ]
    module = Module(module_id="m", name="M", concepts=tuple(concepts))
    return Outline(title="T", stages=(Stage(stage_id="s", name="S", modules=(module,)),))


def test_too_many_to_inherit_leave_out_what_others_among_them_need() -> None:
    outline = edit(many(3, chained=True), [Remove(target="concept", id="hub")]).outline
    last = list(outline.concepts)[-1]
    assert len(last.prerequisites) == MAX_PREREQUISITES
    assert "b2" in last.prerequisites
    assert Outline.model_validate(outline.model_dump()) == outline


def test_more_than_may_be_needed_is_a_sentence_not_a_cut() -> None:
    with pytest.raises(OutlineError) as refused:
        edit(many(3, chained=False), [Remove(target="concept", id="hub")])
    assert 'Concept "Last" would require 52 concepts; at most 50 are allowed.' in refused.value.message


IDS = st.sampled_from([f"c{number}" for number in range(1, 9)])
MODULES = st.sampled_from(["m1", "m2", "m3"])
STAGES = st.sampled_from(["s1", "s2"])
SOME = st.lists(IDS, max_size=3).map(tuple)
OPERATIONS = st.one_of(
    st.builds(Move, target=st.just("concept"), id=IDS, into=st.none() | MODULES, before=st.none() | IDS),
    st.builds(Move, target=st.just("module"), id=MODULES, into=STAGES, before=st.none()),
    st.builds(Move, target=st.just("stage"), id=STAGES, before=st.none() | STAGES),
    st.builds(Reorder, target=st.just("concept"), of=MODULES, order=st.permutations(["c1", "c2", "c3"]).map(tuple)),
    st.builds(Reorder, target=st.just("stage"), order=st.permutations(["s1", "s2"]).map(tuple)),
    st.builds(Remove, target=st.just("concept"), id=IDS),
    st.builds(Remove, target=st.just("module"), id=MODULES),
    st.builds(Remove, target=st.just("stage"), id=STAGES),
    st.builds(Change, concept_id=IDS, prerequisites=SOME),
    st.builds(Merge, concept_ids=st.lists(IDS, min_size=2, max_size=3).map(tuple), name=st.just("Merged")),
    st.builds(Split, concept_id=IDS, into=st.just((NewConcept(name="A"), NewConcept(name="B")))),
    st.builds(
        AddConcept, name=st.sampled_from("UVWXYZ"), module_id=MODULES, before=st.none() | IDS, prerequisites=SOME
    ),
)


def reached(edges: set[Edge], start: str) -> set[str]:
    below, waiting = set[str](), [start]
    while waiting:
        one = waiting.pop()
        fresh = {needed for concept, needed in edges if concept == one} - below
        below |= fresh
        waiting += fresh
    return below


@given(edits=st.lists(st.lists(OPERATIONS, min_size=1, max_size=3), max_size=10))
def test_whatever_is_done_each_prerequisite_is_earlier_can_be_removed_and_was_told(
    edits: list[list[Operation]],
) -> None:
    outline = an_outline()
    for operations in edits:
        try:
            edited = edit(outline, operations)
            after = check_outline(edited.outline)
        except OutlineError:
            continue
        place = {concept.concept_id: index for index, concept in enumerate(after.concepts)}
        for concept in after.concepts:
            assert len(set(concept.prerequisites)) == len(concept.prerequisites)
            for one in concept.prerequisites:
                assert place[one] < place[concept.concept_id]
                rest = tuple(other for other in concept.prerequisites if other != one)
                without = edit(after, [Change(concept_id=concept.concept_id, prerequisites=rest)])
                assert needs(without.outline)[concept.concept_id].split() == list(rest)
                assert without.dropped == ()
        # What an edit does not ask for is lost only where it is told: to the API's client, and in the diff.
        told = {(one.concept_id, one.prerequisite_id) for one in edited.dropped}
        assert told.isdisjoint(edges_of(after))
        changed = {change.id for change in diff(outline, after) if change.change == "changed"}
        assert {concept for concept, one in told if (concept, one) in edges_of(outline)} <= changed
        if all(isinstance(one, Move | Reorder) for one in operations):
            assert edges_of(outline) - edges_of(after) == told
            assert all(reached(edges_of(after), one) <= reached(edges_of(outline), one) for one in place)
        outline = after


def test_an_outline_of_an_earlier_version_is_settled() -> None:
    """Moves used to leave prerequisites that came later."""
    outline = an_outline(c1="c3", c3="")
    with pytest.raises(OutlineError, match=r'Concept "Concept 1" requires "Concept 3", which comes later\.'):
        check_outline(outline)
    edited = settled(outline)
    assert check_outline(edited.outline) is edited.outline
    assert needs(edited.outline) == CHAIN | {"c3": ""}
    assert [one.prerequisite_name for one in edited.dropped] == ["Concept 3"]
