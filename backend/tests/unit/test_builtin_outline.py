"""The built-in author's outlines: exact size, rules kept, goals understood."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.agents.builtin.author import BuiltinAuthor
from app.agents.builtin.course import Curriculum
from app.agents.builtin.curriculum import curriculum_for
from app.agents.builtin.drafting import outline_of
from app.agents.builtin.extension import extension_texts
from app.agents.builtin.general_plan import general_plan
from app.agents.builtin.general_texts import GeneralLanguage, general_texts
from app.agents.builtin.selection import shrink
from app.agents.builtin.subject import subject_of
from app.agents.builtin.syllabus import all_syllabi, find_syllabus
from app.domain.outline_rules import check_outline
from app.domain.roadmap import LearningRequest, Level, Outline

SYLLABI = all_syllabi()
GOALS = [syllabus.goals[0] for syllabus in SYLLABI] + [
    "Beekeeping",
    "学习摄影",
    "I want to learn how to {subject} * <b>",
]
LEVELS: list[Level] = ["beginner", "intermediate", "advanced"]

goals = st.sampled_from(GOALS) | st.text(min_size=3, max_size=200).filter(lambda text: len(text.strip()) >= 3)
languages = st.sampled_from(["en", "en-GB", "zh", "zh-Hans-CN", "fr", "de-AT"])


def _request(goal: str, language: str, size: int, level: Level) -> LearningRequest:
    return LearningRequest(goal=goal, language=language, concepts=size, level=level)


def _outline(goal: str, size: int, level: Level = "beginner", language: str = "en") -> Outline:
    return outline_of(curriculum_for(goal, language), size, level)


def _assert_sound(outline: Outline, size: int) -> None:
    check_outline(outline, max_concepts=3000)
    concepts = list(outline.concepts)
    assert len(concepts) == size
    assert len({concept.concept_id for concept in concepts}) == size
    assert len({concept.name.casefold() for concept in concepts}) == size
    seen: set[str] = set()
    for concept in concepts:
        assert set(concept.prerequisites) <= seen, f"{concept.name} stands before what it needs"
        seen.add(concept.concept_id)
        assert concept.description
    for stage in outline.stages:
        assert stage.description
        assert all(module.description for module in stage.modules)


def test_there_are_at_least_twelve_syllabi() -> None:
    assert len(SYLLABI) >= 12
    assert all(find_syllabus(goal) is syllabus for syllabus in SYLLABI for goal in syllabus.goals)


@settings(max_examples=50, deadline=None)
@given(goal=goals, language=languages, size=st.integers(3, 300), level=st.sampled_from(LEVELS))
async def test_every_outline_has_the_size_and_keeps_the_rules(
    goal: str, language: str, size: int, level: Level
) -> None:
    try:
        request = _request(goal, language, size, level)
    except ValueError:
        return  # not a goal that the API would accept
    first = await BuiltinAuthor(0).draft(request)
    assert isinstance(first.result, Outline)
    _assert_sound(first.result, size)
    again = await BuiltinAuthor(0).draft(request)
    assert again.result == first.result
    assert first.usage.cost_usd == 0


@pytest.mark.parametrize("goal", GOALS)
@pytest.mark.parametrize("size", [3, 4, 39, 40, 41, 42, 325, 326, 1000, 3000])
def test_outlines_of_any_size_are_exact(goal: str, size: int) -> None:
    _assert_sound(_outline(goal, size), size)


@pytest.mark.parametrize("goal", GOALS)
def test_all_concepts_of_the_largest_outline_are_found_again_by_their_id(goal: str) -> None:
    curriculum = curriculum_for(goal, "en")
    for concept in _outline(goal, 3000).concepts:
        known = curriculum.concept(concept.concept_id)
        assert known is not None
        assert (known.name, known.definition) == (concept.name, concept.description)


def test_unknown_ids_have_no_concept() -> None:
    for goal in ("sql", "Beekeeping"):
        for concept_id in ("nonsense", "inner-join--nonsense", "nonsense--practice", "x--review-a", "week-0--plan"):
            assert curriculum_for(goal, "en").concept(concept_id) is None


@pytest.mark.parametrize("goal", GOALS)
@pytest.mark.parametrize("level", LEVELS)
def test_shrinking_keeps_prerequisites_and_order(goal: str, level: Level) -> None:
    curriculum = curriculum_for(goal, "en")
    order = [known.concept_id for stage in curriculum.stages for known in stage.concepts]
    for size in range(3, len(order)):
        kept = [known for stage in shrink(curriculum.stages, size, level) for known in stage.concepts]
        ids = [known.concept_id for known in kept]
        assert len(ids) == size
        assert ids == [concept_id for concept_id in order if concept_id in set(ids)]
        assert all(set(known.prerequisites) <= set(ids) for known in kept)


@pytest.mark.parametrize("goal", GOALS)
def test_a_half_sized_outline_still_reaches_the_last_stage(goal: str) -> None:
    assert len(_outline(goal, 20).stages) == len(curriculum_for(goal, "en").stages)


def test_advanced_learners_get_fewer_easy_concepts() -> None:
    def easy(level: Level) -> int:
        return sum(c.difficulty == "easy" for goal in GOALS for c in _outline(goal, 25, level).concepts)

    assert easy("advanced") < easy("beginner")


def test_ids_leave_room_for_the_suffix_of_an_extension() -> None:
    longest = max(len(f"--{kind.id}") for kind in (*extension_texts().kinds, extension_texts().review)) + len("-999")
    for goal in GOALS:
        for stage in curriculum_for(goal, "en").stages:
            for name in (
                stage.stage_id,
                *(u.module_id for u in stage.modules),
                *(x.concept_id for x in stage.concepts),
            ):
                assert len(name) + longest <= 64


@pytest.mark.parametrize(
    ("goal", "subject"),
    [
        ("I want to learn how to bake bread so that I can open a shop", "bake bread"),
        ("Learn beekeeping", "beekeeping"),
        ("Please help me to get better at chess!", "chess"),
        ("I'd like to learn the basics of French cooking in 3 months", "French cooking"),
        ("How do I play the violin?", "play the violin"),
        ("Learning", "Learning"),
        ("Node.js for beginners", "Node.js"),
        ("我想学习摄影", "摄影"),
        ("学习摄影，以便拍好家人", "摄影"),
        ("我想要系统地学做川菜", "做川菜"),
        ("学术写作", "学术写作"),
        ("想象力训练", "想象力训练"),
        ("怎么弹吉他？", "弹吉他"),
        ("教我游泳", "游泳"),
    ],
)
def test_the_subject_is_found_in_the_goal(goal: str, subject: str) -> None:
    assert subject_of(goal) == subject


def test_curated_courses_are_in_english_only() -> None:
    assert curriculum_for("learn SQL", "en-GB").links
    assert not curriculum_for("learn SQL", "zh").links
    assert curriculum_for("learn SQL", "zh").title == "SQL：学习计划"


def test_both_languages_have_the_same_plan() -> None:
    english, chinese = general_texts("en"), general_texts("zh")

    def shape(language: GeneralLanguage) -> list[object]:
        texts = general_texts(language)
        ids: list[object] = [(c.id, c.prerequisites, c.hours, c.difficulty) for c in texts.concepts]
        ids += [stage.id for stage in texts.stages] + [m.id for stage in texts.stages for m in stage.modules]
        return [*ids, *((step.id, step.about) for step in texts.weeks.steps), *(f.id for f in texts.weeks.focuses)]

    assert shape("en") == shape("zh")
    assert len(list(english.concepts)) == len(list(chinese.concepts)) == 40


def test_the_chinese_plan_is_in_chinese() -> None:
    outline = _outline("我想学习摄影", 300, language="zh")
    assert outline.title == "摄影：学习计划"
    for concept in outline.concepts:
        for text in (concept.name, concept.description):
            assert sum(character.isascii() and character.isalpha() for character in text) <= 3, text
            assert any("一" <= character <= "鿿" for character in text), text


@pytest.mark.parametrize("curriculum", [general_plan("beekeeping", "en"), general_plan("养蜂", "zh")])
def test_no_definition_of_the_general_plan_leaks_its_name(curriculum: Curriculum) -> None:
    for stage in curriculum.stages:
        for known in stage.concepts:
            assert known.name.casefold() not in known.definition.casefold()


def test_no_definition_of_a_syllabus_leaks_its_name() -> None:
    for syllabus in SYLLABI:
        for concept in syllabus.concepts:
            assert concept.name.casefold() not in concept.definition.casefold()


def test_no_gap_is_left_unfilled() -> None:
    for language, goal in (("en", "Beekeeping"), ("zh", "养蜂"), ("en", "sql")):
        curriculum = curriculum_for(goal, language)
        for concept in _outline(goal, 500, language=language).concepts:
            known = curriculum.concept(concept.concept_id)
            assert known is not None
            texts = [known.name, known.definition, known.query, *known.keywords]
            if known.origin == "general":
                texts += [known.explanation, *known.key_points, *known.exercises, *known.mistakes]
            for gap in ("{subject}", "{target}", "{week}", "{focus}", "{round}"):
                assert all(gap not in text for text in texts)


def test_importing_the_author_reads_no_syllabus() -> None:
    program = (
        "from app.agents.builtin import author, syllabus, wording, general_texts, extension\n"
        "caches = [syllabus.all_syllabi, wording.wording, general_texts.general_texts, extension.extension_texts]\n"
        "assert all(cache.cache_info().misses == 0 for cache in caches)\n"
    )
    backend = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", program], cwd=backend, check=True)
