"""The built-in author's artefacts: a valid tutorial, quiz and list of resources for every concept, edited or not."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from app.agents.builtin.author import BuiltinAuthor
from app.agents.builtin.curriculum import curriculum_for
from app.agents.builtin.drafting import outline_of
from app.agents.builtin.syllabus import all_syllabi
from app.agents.builtin.templates import fill
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import Artefact
from app.domain.content.kinds.quiz import Question, Quiz
from app.domain.content.kinds.resources import Resources
from app.domain.content.kinds.tutorial import Tutorial
from app.domain.failures import Failure
from app.domain.roadmap import Concept, LearningRequest, Module, Outline, Stage
from app.domain.text import shortened
from app.generation.ports import Author
from app.generation.work import ConceptBrief

AUTHOR: Author = BuiltinAuthor(0)
SYLLABI = all_syllabi()
GOALS = [(syllabus.goals[0], "en") for syllabus in SYLLABI] + [
    ("Beekeeping", "en"),
    ("学习摄影", "zh"),
    ("French cooking", "fr"),
]


def _request(goal: str, language: str = "en", size: int = 40) -> LearningRequest:
    return LearningRequest(
        goal=goal,
        language=language,
        secondary_language="es-MX",
        concepts=size,
        content_preference=("visual", "text", "audio", "hands_on"),
    )


def _draft(request: LearningRequest) -> Outline:
    return outline_of(curriculum_for(request.goal, request.language), request.concepts, request.level)


def _briefs(request: LearningRequest, outline: Outline) -> Iterator[ConceptBrief]:
    for stage in outline.stages:
        for module in stage.modules:
            for concept in module.concepts:
                yield ConceptBrief(
                    concept=concept, stage_name=stage.name, module_name=module.name, request=request, outline=outline
                )


async def _write(kind: ArtefactKind, brief: ConceptBrief) -> Artefact:
    delivery = await AUTHOR.write(kind, brief)
    assert not isinstance(delivery.result, Failure)
    assert delivery.usage.cost_usd == 0
    return delivery.result


async def _quizzes(request: LearningRequest) -> list[Quiz]:
    quizzes = [await _write(ArtefactKind.QUIZ, brief) for brief in _briefs(request, _draft(request))]
    return [quiz for quiz in quizzes if isinstance(quiz, Quiz)]


async def _assert_three_good_artefacts(brief: ConceptBrief) -> None:
    tutorial = await _write(ArtefactKind.TUTORIAL, brief)
    assert isinstance(tutorial, Tutorial)
    assert tutorial.summary
    assert tutorial.exercises
    assert tutorial.mistakes
    assert len(tutorial.sections) == 5
    assert all(section.heading and section.markdown for section in tutorial.sections)
    assert "Greenway" in tutorial.sections[-1].markdown

    quiz = await _write(ArtefactKind.QUIZ, brief)
    assert isinstance(quiz, Quiz)
    assert 3 <= len(quiz.questions) <= 5
    assert len({question.prompt for question in quiz.questions}) == len(quiz.questions)
    for question in quiz.questions:
        assert question.explanation
        assert len(question.options) <= 4
        assert len(question.correct) < len(question.options)

    resources = await _write(ArtefactKind.RESOURCES, brief)
    assert isinstance(resources, Resources)
    assert len({str(item.url) for item in resources.items}) == len(resources.items)
    assert {item.origin for item in resources.items if item.type == "search"} == {"search"}
    for item in resources.items:
        assert item.url.scheme in {"https", "http"}


@pytest.mark.parametrize(("goal", "language"), GOALS)
async def test_every_concept_gets_three_good_artefacts(goal: str, language: str) -> None:
    request = _request(goal, language)
    for brief in _briefs(request, _draft(request)):
        await _assert_three_good_artefacts(brief)


@pytest.mark.parametrize(("goal", "language"), GOALS)
@pytest.mark.parametrize("size", [3, 400])
async def test_small_and_extended_outlines_get_them_too(goal: str, language: str, size: int) -> None:
    request = _request(goal, language, size)
    for brief in list(_briefs(request, _draft(request)))[:: max(1, size // 60)]:
        await _assert_three_good_artefacts(brief)


async def test_choices_have_four_options() -> None:
    for goal, language in GOALS:
        for quiz in await _quizzes(_request(goal, language)):
            choices = [question for question in quiz.questions if question.type == "single"]
            assert sum(len(question.options) == 4 for question in choices) >= 2


async def test_the_same_brief_always_gets_the_same_artefacts() -> None:
    request = _request("sql", size=60)
    for brief in list(_briefs(request, _draft(request)))[:10]:
        for kind in ArtefactKind:
            assert await _write(kind, brief) == await _write(kind, brief)


async def test_positions_of_right_answers_are_spread_evenly() -> None:
    positions: Counter[int] = Counter()
    truths: Counter[str] = Counter()
    for goal, language in GOALS:
        for quiz in await _quizzes(_request(goal, language)):
            for question in quiz.questions:
                if question.type == "single" and len(question.options) == 4:
                    positions[_position(question)] += 1
                elif question.type == "true_false":
                    truths[question.correct[0]] += 1
    assert sum(positions.values()) > 1000
    assert _chi_square(positions, 4) < 16.3  # the 0.1 % quantile for three degrees of freedom
    assert _chi_square(truths, 2) < 10.9  # and for one


def _position(question: Question) -> int:
    return [option.option_id for option in question.options].index(question.correct[0])


def _chi_square(counts: "Counter[int] | Counter[str]", classes: int) -> float:
    expected = sum(counts.values()) / classes
    return sum((count - expected) ** 2 / expected for count in counts.values())


async def test_statements_of_other_concepts_are_not_about_this_one() -> None:
    syllabus = next(syllabus for syllabus in SYLLABI if "sql" in syllabus.goals)
    points = {concept.name: set(concept.key_points) for concept in syllabus.concepts}
    request = _request("sql")
    for brief in _briefs(request, _draft(request)):
        quiz = await _write(ArtefactKind.QUIZ, brief)
        assert isinstance(quiz, Quiz)
        for question in quiz.questions:
            if question.type == "multiple":
                right = {option.text for option in question.options if option.option_id in question.correct}
                wrong = {option.text for option in question.options} - right
                assert right <= points[brief.concept.name]
                assert not wrong & points[brief.concept.name]
                assert all(brief.concept.name.casefold() not in text.casefold() for text in wrong)


def _edited(outline: Outline) -> Outline:
    """What a learner may do: rename, reword, add, remove, and leave a module with one concept."""
    first, second, *_ = outline.concepts
    own = Concept(concept_id="my-own", name="Bees & <b>wax</b> {subject} 蜂蜡", prerequisites=(first.concept_id,))
    renamed = first.model_copy(update={"name": "A name of my own"})
    other = second.model_copy(update={"name": "Something else", "description": "Entirely my words.", "keywords": ()})
    return Outline(
        title="Mine",
        stages=(
            Stage(
                stage_id="s",
                name="Only stage",
                modules=(
                    Module(module_id="m", name="Main", concepts=(renamed, other)),
                    Module(module_id="n", name="More", concepts=(own,)),
                ),
            ),
        ),
    )


@pytest.mark.parametrize(("goal", "language"), GOALS)
async def test_edited_outlines_get_honest_artefacts(goal: str, language: str) -> None:
    request = _request(goal, language)
    original = _draft(request)
    edited = _edited(original)
    renamed, other, own = _briefs(request, edited)
    for brief in (renamed, other, own):
        await _assert_three_good_artefacts(brief)

    kept = await _write(ArtefactKind.TUTORIAL, renamed)
    assert isinstance(kept, Tutorial)
    assert kept.summary == next(original.concepts).description
    for brief in (other, own):
        guide = await _write(ArtefactKind.TUTORIAL, brief)
        assert isinstance(guide, Tutorial)
        assert brief.concept.name in guide.summary


async def test_an_outline_of_one_unknown_concept_gets_them_too() -> None:
    request = _request("sql")
    concept = Concept(concept_id="x", name="x" * 120)
    module = Module(module_id="m", name="M", concepts=(concept,))
    outline = Outline(title="T", stages=(Stage(stage_id="s", name="S", modules=(module,)),))
    (brief,) = _briefs(request, outline)
    await _assert_three_good_artefacts(brief)


async def test_searches_are_encoded_and_in_the_learners_languages() -> None:
    request = _request("C++ & <templates> 100% #1", language="de")
    brief = next(_briefs(request, _draft(request)))
    resources = await _write(ArtefactKind.RESOURCES, brief)
    assert isinstance(resources, Resources)
    assert [(urlsplit(str(item.url)).hostname, item.language) for item in resources.items] == [
        ("de.wikipedia.org", "de"),
        ("es.wikipedia.org", "es"),
        ("duckduckgo.com", "de"),
        ("www.youtube.com", "de"),
    ]
    for item in resources.items:
        (values,) = parse_qs(urlsplit(str(item.url)).query, strict_parsing=True).values()
        assert "C++ & <templates> 100% #1" in values[0]


async def test_curated_links_come_from_the_syllabus_only() -> None:
    for syllabus in SYLLABI:
        allowed = {str(link.url) for concept in syllabus.concepts for link in concept.links}
        allowed |= {str(link.url) for link in syllabus.links}
        request = _request(syllabus.goals[0], size=60)
        for brief in _briefs(request, _draft(request)):
            resources = await _write(ArtefactKind.RESOURCES, brief)
            assert isinstance(resources, Resources)
            curated = {str(item.url) for item in resources.items if item.origin == "curated"}
            assert curated
            assert curated <= allowed


async def test_a_language_that_it_does_not_write_is_named() -> None:
    for language, expected in (("fr", True), ("en-GB", False), ("zh-Hant", False)):
        request = _request("French cooking", language)
        tutorial = await _write(ArtefactKind.TUTORIAL, next(_briefs(request, _draft(request))))
        assert isinstance(tutorial, Tutorial)
        assert (f"({language})" in tutorial.sections[-1].markdown) is expected


async def test_the_pace_is_kept() -> None:
    request = _request("sql", size=3)
    async with asyncio.timeout(5):
        loop = asyncio.get_running_loop()
        start = loop.time()
        await BuiltinAuthor(0.02).draft(request)
        assert loop.time() - start >= 0.02


def test_gaps_are_filled_once() -> None:
    assert fill("{a} {b} {c}", a="{b}", b="2") == "{b} 2 {c}"


def test_texts_are_shortened_at_a_word() -> None:
    assert shortened("one two three four", 12) == "one two…"
    assert shortened("摄影" * 40, 10) == "摄影摄影摄影摄影摄…"
