"""What the built-in author makes of many wishes: the data of both languages, and a table of sentences."""

from typing import get_args

import pytest
from unit.test_builtin_revising import CHINESE, ENGLISH, drafted, hint

from app.agents.builtin.general_texts import GeneralLanguage
from app.agents.builtin.revising import revise
from app.agents.builtin.revising_words import Kind, Reply, example_wishes, vocabulary
from app.domain.failures import Failure
from app.domain.outline_edits import apply_operations
from app.domain.outline_rules import check_outline
from app.domain.roadmap import LearningRequest, Outline

LANGUAGES = get_args(GeneralLanguage)
LISTS, HINTS, REVIEW, RECALL = "Lists", "Type hints", "间隔复习", "主动回忆"


def note(feedback: str, request: LearningRequest | None = None, outline: Outline | None = None) -> str:
    """What the author says that it has done, on an outline that keeps the rules afterwards."""
    request = request or (CHINESE if any("\u4e00" <= one <= "\u9fff" for one in feedback) else ENGLISH)
    before = outline or drafted(request)
    plan = revise(request, before, feedback)
    assert not isinstance(plan, Failure), plan.message
    check_outline(apply_operations(before, plan.operations))
    return plan.note


def after(feedback: str, request: LearningRequest = ENGLISH, outline: Outline | None = None) -> Outline:
    before = outline or drafted(request)
    plan = revise(request, before, feedback)
    assert not isinstance(plan, Failure), plan.message
    return apply_operations(before, plan.operations)


def names(outline: Outline) -> list[str]:
    return [concept.name for concept in outline.concepts]


@pytest.mark.parametrize(
    ("feedback", "said"),
    [
        # Several names are several concepts; what is in quotes, or is a name in the outline, is one.
        ("add a and b and c", "Added: “a”, “b”, “c”."),
        ("add Stacks, Queues and Trees", "Added: “Stacks”, “Queues”, “Trees”."),
        ("add Stacks, Queues, and Trees", "Added: “Stacks”, “Queues”, “Trees”."),
        ("add “Research and development”", "Added: “Research and development”."),
        ("add 'remove all and rename things'", "Added: “remove all and rename things”."),
        ("add 「move it before」 and 'Newton's laws'", "Added: “move it before”, “Newton's laws”."),
        ("add don't panic", "Added: “don't panic”."),
        ("add Node.js, .NET and C++", "Added: “Node.js”, “.NET”, “C++”."),
        ("remove Names and assignment and Lists", "Removed: “Names and assignment”, “Lists”."),
        ("rename Names and assignment to Names", "“Names and assignment” is now “Names”."),
        (
            'rename "Lists" to "How to add to, and remove from, lists"',
            "is now “How to add to, and remove from, lists”.",
        ),
        ("add introduction to SQL", "Added: “introduction to SQL”."),
        ("add a concept called Slots", "Added: “Slots”."),
        ("add two concepts: Slots and Enums", "Added: “Slots”, “Enums”."),
        ("more about “ducks and drakes” and geese", "Added: “Ducks and drakes”, “Geese”."),
        # Courtesies.
        ("Could you please add Slots?", "Added: “Slots”."),
        ("I’d like you to remove Lists, thanks", "Removed: “Lists”."),
        ("Remove the Lists concept. Thank you!", "Removed: “Lists”."),
        # Several wishes.
        ("add X and remove Lists and make it harder", "Added: “X”. Removed: “Lists”. Harder: “Python programming”."),
        ("make Lists and Type hints harder", "Harder: “Lists”. Harder: “Type hints”."),
        ("remove Lists, then rename Type hints to Types", "Removed: “Lists”. “Type hints” is now “Types”."),
        ("easier, and 2 more about testing", "Easier: “Python programming”. Added: "),
        # Numbers.
        ("remove two concepts", "Removed: "),
        ("add a few more concepts", "Added: "),
        ("Lists takes 3 hours", "Now 3 hours: “Lists”."),
        ("make Lists one and a half hours long", "Now 1.5 hours: “Lists”."),
        ("spend 10 hours on Functions", "Now 10 hours: “Functions”."),
        ("20 hours in total", "Now 20 hours: “Python programming”."),
        ("give the course 33.5 hours", "Now 33.5 hours: “Python programming”."),
        ("make Lists a bit shorter", "Less time: “Lists”."),
        ("more time for Type hints", "More time: “Type hints”."),
        # Levels.
        ("Lists is hard", "Now hard: “Lists”."),
        ("set the level of Lists to medium", "Now medium: “Lists”."),
        ("make everything easy", "Now easy: “Python programming”."),
        # Chinese.
        ("添加栈、队列和树", "已添加：“栈”、“队列”、“树”。"),
        ("添加音阶和和弦", "已添加：“音阶”、“和弦”。"),
        ("添加饱和度", "已添加：“饱和度”。"),
        ("添加哈希，加密，签名", "已添加：“哈希”、“加密”、“签名”。"),
        ("添加合并排序和并发", "已添加：“合并排序”、“并发”。"),
        ("添加人工智能在医疗中的应用", "已添加：“人工智能在医疗中的应用”。"),
        ("添加「不要删除」", "已添加：“不要删除”。"),
        ("加“单元测试”", "已添加：“单元测试”。"),
        ("添加单元测试并且删除间隔复习", "已添加：“单元测试”。 已删除：“间隔复习”。"),
        ("添加测试，然后删除间隔复习，谢谢", "已添加：“测试”。 已删除：“间隔复习”。"),
        ("请帮我把间隔复习、主动回忆删除", "已删除：“间隔复习”、“主动回忆”。"),
        ("不要间隔复习", "已删除：“间隔复习”。"),
        ("删掉两个概念", "已删除："),
        ("加一些关于索引的内容", "已添加：“索引”。"),
        ("把间隔复习改名为“添加和删除”", "“间隔复习”已改名为“添加和删除”。"),
        ("间隔复习用 3 小时", "现在共 3 小时：“间隔复习”。"),
        ("把间隔复习改为两个小时", "现在共 2 小时：“间隔复习”。"),
        ("总共20小时", "现在共 20 小时：“编程：学习计划”。"),
        ("把间隔复习设为困难", "现在的难度为“困难”：“间隔复习”。"),
        ("让间隔复习更简单一些", "已调得更简单：“间隔复习”。"),
        ("把间隔复习缩短一点", "已缩短学习时间：“间隔复习”。"),
        ("难一点，再加三个概念", "已调得更难：“编程：学习计划”。 已添加："),
        # A Chinese outline, in English.
        ("add “测试” and remove 间隔复习", "已添加：“测试”。 已删除：“间隔复习”。"),
    ],
)
def test_a_wish_is_followed_as_a_whole(feedback: str, said: str) -> None:
    assert said in note(feedback)


@pytest.mark.parametrize(
    ("feedback", "first", "second"),
    [
        ("move Type hints before Lists", HINTS, LISTS),
        ("put Lists after “Files and paths”", "Files and paths", LISTS),
        ("put Lists first", LISTS, "The interpreter and the REPL"),
        ("start with Type hints", HINTS, "The interpreter and the REPL"),
        ("move the interpreter to the end", HINTS, "The interpreter and the REPL"),
        ("move the module Functions before First programs", "Defining functions", "The interpreter and the REPL"),
        ("move Real programs before Functions and collections", "Modules and imports", "Defining functions"),
        ("add Slots after Lists", LISTS, "Slots"),
        ("add Slots before Lists", "Slots", LISTS),
        ("add “A”, “B” and “C” after Lists", "A", "B"),
        ("add “A” and “B” before Lists", "A", "B"),
        ("add “A” and “B” before Lists", "B", LISTS),
        ("move Type hints and Lists before Functions", HINTS, LISTS),
        ("move Type hints and Lists after Integers and floats", HINTS, LISTS),
        ("把间隔复习移到主动回忆之前", REVIEW, RECALL),
        ("把间隔复习放到最后", "把“编程”教给新手", REVIEW),
        ("先学间隔复习", REVIEW, "编程：它讲的是什么"),
        ("在主动回忆前面添加“测试”", "测试", RECALL),
        ("把刻意练习和间隔复习移到主动回忆前", "刻意练习", REVIEW),
    ],
)
def test_one_stands_right_before_the_other(feedback: str, first: str, second: str) -> None:
    request = CHINESE if any("\u4e00" <= one <= "\u9fff" for one in feedback) else ENGLISH
    order = names(after(feedback, request))
    if "the module" in feedback or "Real programs" in feedback:
        assert order.index(first) < order.index(second)
    else:
        assert order.index(first) + 1 == order.index(second)


@pytest.mark.parametrize(
    "feedback", ["add Slots into Functions", "add Slots to the Functions module", "move Lists to Functions"]
)
def test_what_goes_into_a_module_stands_at_its_end(feedback: str) -> None:
    modules = {module.name: module.concepts for stage in after(feedback).stages for module in stage.modules}
    assert modules["Functions"][-1].name in {"Slots", LISTS}


@pytest.mark.parametrize(
    ("feedback", "named"),
    [
        ("sing a song and add X", "“sing a song”"),
        ("add X, then sing a song", "“sing a song”"),
        ("make Lists harder and sing a song", "“sing a song”"),
        ("remove Lists and Cobol", "“Cobol”"),
        ("don't remove Lists", "“don't remove Lists”"),
        ("add X and don’t remove Lists", "“don’t remove Lists”"),
        ("add a new module called Databases", "“add a new module called Databases”"),
        ("add X to “Nowhere”", "“Nowhere”"),
        ("move Lists before Lists", "“Lists” cannot be moved there"),
        ("move Functions to Lists", "“Functions” cannot be moved there"),
        ("make it 1 hour", "5 to 20000 hours"),
        ("rename Lists to Type hints", "already"),
        ("add “…”", "understands"),
        ("add Lists and X", "already"),
        ("less theory", "“less theory”"),
        ("添加测试。唱首歌", "“唱首歌”"),
        ("不要删除间隔复习", "“不要删除间隔复习”"),
        ("添加一个新模块", "“添加一个新模块”"),
        ("删除间隔复习和天文", "“天文”"),
        ("添加“…”", "内置作者能理解"),
    ],
)
def test_a_wish_is_refused_as_a_whole_with_the_part_that_is_at_fault(feedback: str, named: str) -> None:
    assert named in hint(feedback, CHINESE if any("\u4e00" <= one <= "\u9fff" for one in feedback) else ENGLISH)


@pytest.mark.parametrize("feedback", ["add Slots and Enums, and make it shorter", "shorter, and add Slots and Enums"])
def test_shorter_keeps_what_the_same_words_ask_for(feedback: str) -> None:
    now = names(after(feedback))
    assert {"Slots", "Enums"} <= set(now)
    assert len(now) < 22


@pytest.mark.parametrize(
    "asked", ["add Slots", "two more about testing", "add Decorators", "rename Type hints to Annotations"]
)
def test_shorter_keeps_what_was_asked_for_before(asked: str) -> None:
    request = ENGLISH.model_copy(update={"concepts": 20})
    outline = after(asked, request)
    wanted = set(names(outline)) - set(names(drafted(request)))
    assert wanted
    assert wanted <= set(names(after("shorter", request, outline)))


def test_fewer_ends_where_only_what_was_asked_for_is_left() -> None:
    assert "stays" in hint("21 fewer and make everything easier, and add A and B and C and D")


@pytest.mark.parametrize(
    ("language", "gaps"),
    [
        (
            "en",
            [
                ["A"],
                ["A", "B", LISTS],
                ["Sets"],
                [LISTS],
                [LISTS, "A"],
                [LISTS, HINTS],
                *[[]] * 4,
                [LISTS],
                [LISTS],
                [],
            ],
        ),
        (
            "zh",
            [
                ["A"],
                [REVIEW, "A", "B"],
                ["A"],
                [REVIEW],
                [REVIEW, "A"],
                [REVIEW, RECALL],
                *[[]] * 4,
                [REVIEW],
                [REVIEW],
                [],
            ],
        ),
    ],
)
def test_the_author_understands_its_examples_and_lists_them_in_its_hint(
    language: GeneralLanguage, gaps: list[list[str]]
) -> None:
    request = {"en": ENGLISH, "zh": CHINESE}[language]
    for example, names in zip(example_wishes(language), gaps, strict=True):
        assert example in hint("?!", request)
        assert note(example.replace("…", "{}").format(*names), request)


def test_all_languages_have_phrases_and_replies_for_everything() -> None:
    for language in LANGUAGES:
        words = vocabulary(language)
        assert len(words.wishes) == sum(len(get_args(one)) for one in get_args(Kind)), language
        assert len(words.replies) == sum(len(get_args(one)) for one in get_args(Reply)), language
        assert len(words.examples) == len(vocabulary("en").examples)


def test_a_concept_in_the_way_of_a_phrase_does_not_hide_it() -> None:
    outline = after("rename Lists to Concepts")
    assert "Added" in note("two more concepts about testing", ENGLISH, outline)


def test_a_concept_is_added_even_where_what_it_requires_was_moved_behind_it() -> None:
    outline = after("move Lists to the end")
    assert "Added" in note("9 more concepts", ENGLISH, outline)
