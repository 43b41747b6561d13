"""The built-in author follows a small set of wishes, and says so when it does not understand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.builtin.curriculum import curriculum_for
from app.agents.builtin.drafting import outline_of
from app.agents.builtin.revising import NOTE_LENGTH, revise
from app.domain.failures import Failure, FailureCode
from app.domain.outline_edits import apply_operations
from app.domain.outline_rules import check_outline
from app.domain.roadmap import LearningRequest, Outline

ENGLISH = LearningRequest(goal="Learn Python programming")
CHINESE = LearningRequest(goal="学习编程", language="zh")


def drafted(request: LearningRequest) -> Outline:
    return outline_of(curriculum_for(request.goal, request.language), 20, "beginner")


def after(feedback: str, request: LearningRequest = ENGLISH) -> Outline:
    before = drafted(request)
    plan = revise(request, before, feedback)
    assert not isinstance(plan, Failure), plan.message
    assert plan.note
    return check_outline(apply_operations(before, plan.operations))


def names(outline: Outline) -> set[str]:
    return {concept.name for concept in outline.concepts}


def hint(feedback: str, request: LearningRequest = ENGLISH) -> str:
    refused = revise(request, drafted(request), feedback)
    assert isinstance(refused, Failure), "it must not be understood"
    assert refused.code == FailureCode.NOT_UNDERSTOOD
    return refused.message


@pytest.mark.parametrize(
    ("feedback", "request_", "added", "removed"),
    [
        ("two more about testing", ENGLISH, 2, 0),
        ("Please add 3 concepts about web scraping.", ENGLISH, 3, 0),
        ("add “Unit testing”", ENGLISH, 1, 0),
        ("add decorators to Type hints", ENGLISH, 1, 0),
        ("remove Lists", ENGLISH, 0, 1),
        ("drop the concept 'type hints'", ENGLISH, 0, 1),
        ("5 fewer", ENGLISH, 0, 5),
        ("fewer concepts", ENGLISH, 0, 4),
        ("make it longer", ENGLISH, 4, 0),
        ("3 more concepts", ENGLISH, 3, 0),
        ("rename Lists to Sequences", ENGLISH, 1, 1),
        ("add X. remove Lists; 2 more", ENGLISH, 3, 1),
        ("再加两个关于测试的概念", CHINESE, 2, 0),
        ("少两个概念", CHINESE, 0, 2),
        ("多三个概念", CHINESE, 3, 0),
        ("添加“单元测试”", CHINESE, 1, 0),
        ("删除间隔复习", CHINESE, 0, 1),
        ("把“间隔复习”改名为“复习”", CHINESE, 1, 1),
    ],
)
def test_a_wish_changes_so_many_names(feedback: str, request_: LearningRequest, added: int, removed: int) -> None:
    before, now = names(drafted(request_)), names(after(feedback, request_))
    assert (len(now - before), len(before - now)) == (added, removed)


def test_a_topic_gets_what_the_curriculum_has_on_it_first() -> None:
    assert "Testing with pytest" in names(after("two more about testing"))


def test_a_concept_goes_into_the_module_that_is_named() -> None:
    modules = [module for stage in after("add “Slots” to “Type hints”").stages for module in stage.modules]
    together = next(module for module in modules if any(concept.name == "Slots" for concept in module.concepts))
    assert "Type hints" in {concept.name for concept in together.concepts}


@pytest.mark.parametrize(("feedback", "sign"), [("make it easier", -1), ("harder", 1), ("make Lists harder", 1)])
def test_easier_and_harder_shift_difficulty_and_hours(feedback: str, sign: int) -> None:
    levels = ["easy", "medium", "hard"]
    before = {concept.concept_id: concept for concept in drafted(ENGLISH).concepts}
    changed = [
        (levels.index(now.difficulty) - levels.index(was.difficulty), now.estimated_hours - was.estimated_hours)
        for now in after(feedback).concepts
        if now != (was := before[now.concept_id])
    ]
    assert changed
    assert all(level * sign >= 0 and hours * sign >= 0 for level, hours in changed)
    assert len(changed) == 1 if "Lists" in feedback else len(changed) > 10


@pytest.mark.parametrize(
    ("feedback", "said"),
    [
        ("sing a song", "“sing a song”"),
        ("remove e", "“Booleans and truthiness”"),
        ("remove Cobol", "“Cobol”"),
        ("100 fewer", "at least 3"),
        ("add Lists", "already"),
        ("add X. dance", "“dance”"),
        ("...", "understands"),
    ],
)
def test_what_it_cannot_do_is_said(feedback: str, said: str) -> None:
    assert said in hint(feedback)


@pytest.mark.parametrize("wish", ["add {}", "rename Lists to {}", "two more about {}", "more about {}"])
def test_a_long_name_is_refused_and_never_cut(wish: str) -> None:
    longest = "Heaps " * 20 + "of sand"
    assert "too long for a name" in hint(wish.format(longest))
    fits = ("Heaps of sand " * 6).strip()
    assert any(name.startswith(fits) for name in names(after(wish.format(fits))))


def test_a_long_note_ends_with_an_ellipsis() -> None:
    request = ENGLISH
    plan = revise(request, drafted(request), ". ".join(f"add {number} {'x' * 100}" for number in range(30)))
    assert not isinstance(plan, Failure), plan.message
    assert len(plan.note) <= NOTE_LENGTH
    assert plan.note.endswith("…")


def test_chinese_sentences_end_with_any_of_their_signs() -> None:
    assert {"单元测试", "集成测试"} <= names(after("添加单元测试！添加集成测试。", CHINESE))


def test_a_chinese_learner_is_told_in_chinese() -> None:
    assert "内置作者能理解" in hint("唱首歌", CHINESE)


@given(feedback=st.text(max_size=60) | st.from_regex(r"(add|remove|rename|more|fewer|把|添加) .{0,30}", fullmatch=True))
def test_any_words_give_a_plan_that_keeps_the_rules_or_a_reason(feedback: str) -> None:
    for request in (ENGLISH, CHINESE):
        before = drafted(request)
        plan = revise(request, before, feedback)
        if isinstance(plan, Failure):
            assert plan.code == FailureCode.NOT_UNDERSTOOD
        else:
            check_outline(apply_operations(before, plan.operations))
