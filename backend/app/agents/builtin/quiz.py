"""Writes quizzes from definitions and key points, with the other concepts of the course as wrong answers."""

from collections.abc import Iterator
from random import Random

from app.agents.builtin.course import CurriculumConcept
from app.agents.builtin.curriculum import written_language
from app.agents.builtin.general_plan import general_plan
from app.agents.builtin.outline_quiz import before_question, outline_questions
from app.agents.builtin.questions import OPTIONS, Choice, Statement, distinct, question
from app.agents.builtin.quiz_pool import QuizPool, pool_of
from app.agents.builtin.study import Study
from app.agents.builtin.templates import fill
from app.agents.builtin.wording import QuizWording
from app.agents.dice import dice
from app.domain.content.kinds.quiz import Quiz
from app.generation.work import ConceptBrief

_METHODS = ("active-recall", "spaced-review", "deliberate-practice", "worked-examples", "error-log", "mixed-practice")
"""Concepts of the general plan that a quiz about a concept of the learner's own may ask for."""


def write_quiz(study: Study) -> Quiz:
    """Three to five questions."""
    seed = (study.curriculum.title, study.concept.concept_id)
    drafts = [*_about_concept(study, dice(*seed))] if study.concept.about else [*_about_outline(study, dice(*seed))]
    return Quiz(
        questions=tuple(question(draft, f"q{number}", *seed) for number, draft in enumerate(drafts[:5], start=1))
    )


def _about_concept(study: Study, random: Random) -> Iterator[Choice | Statement]:
    words = study.wording.quiz
    pool = pool_of(study.curriculum, study.brief.outline)
    subjects = [_renamed(pool.concepts[concept_id], study) for concept_id in study.concept.about]
    random.shuffle(subjects)
    yield _describes(subjects[0], pool, words, random)
    subject = subjects[1 % len(subjects)]
    points = random.sample(subject.key_points, len(subject.key_points))
    foreign = list(pool.foreign_points(subject, random))
    if len(foreign) > 1:
        yield _points(subject, points[1:], foreign[1:], words, random)
    if foreign:
        yield _statement(subject, points[0], foreign[0], words, random)
    neighbours = _neighbours(subjects, pool, random)
    yield _described(neighbours[0], pool, words, random)
    if draft := before_question(study.brief, words, random):
        yield draft
    yield _described(neighbours[1], pool, words, random)


def _about_outline(study: Study, random: Random) -> Iterator[Choice | Statement]:
    """For a concept of which nothing is known: its place in the roadmap, and how to study it."""
    words = study.wording.quiz
    brief: ConceptBrief = study.brief
    yield from outline_questions(brief, words, random)
    plan = general_plan(study.curriculum.topic, written_language(brief.request.language))
    pool = pool_of(plan, brief.outline)
    first, second = random.sample([pool.concepts[concept_id] for concept_id in _METHODS], 2)
    yield _describes(first, pool, words, random)
    yield _described(second, pool, words, random)


def _renamed(concept: CurriculumConcept, study: Study) -> CurriculumConcept:
    return study.concept if concept.concept_id == study.concept.concept_id else concept


def _neighbours(subjects: list[CurriculumConcept], pool: QuizPool, random: Random) -> list[CurriculumConcept]:
    """Other concepts, prerequisites in the roadmap first: asking again for what came before makes it stay."""
    taken = {concept.concept_id for concept in subjects}
    others = [concept for concept in pool.beside(subjects[0], random) if concept.concept_id not in taken]
    before = set(subjects[0].prerequisites) & pool.in_outline
    return sorted(others, key=lambda concept: concept.concept_id not in before)


def _describes(concept: CurriculumConcept, pool: QuizPool, words: QuizWording, random: Random) -> Choice:
    """Which sentence describes this concept?"""
    definitions = [other.definition for other in pool.beside(concept, random)]
    return Choice(
        prompt=fill(words.describes, name=concept.name),
        right=(concept.definition,),
        wrong=tuple(distinct(definitions, besides=[concept.definition])[: OPTIONS - 1]),
        explanation=fill(words.describes_explanation, name=concept.name, definition=concept.definition),
    )


def _described(concept: CurriculumConcept, pool: QuizPool, words: QuizWording, random: Random) -> Choice:
    """Which concept does this sentence describe?"""
    names = [other.name for other in pool.beside(concept, random)]
    return Choice(
        prompt=fill(words.described, definition=concept.definition),
        right=(concept.name,),
        wrong=tuple(distinct(names, besides=[concept.name])[: OPTIONS - 1]),
        explanation=fill(words.described_explanation, name=concept.name, definition=concept.definition),
    )


def _points(
    concept: CurriculumConcept,
    points: list[str],
    foreign: list[tuple[str, CurriculumConcept]],
    words: QuizWording,
    random: Random,
) -> Choice:
    """Which of these statements belong to this concept?"""
    right = points[: random.randint(1, min(3, len(points)))]
    wrong = distinct((point for point, _ in foreign), besides=right)[: OPTIONS - len(right)]
    return Choice(
        prompt=fill(words.points, name=concept.name),
        right=tuple(right),
        wrong=tuple(wrong),
        explanation=fill(
            words.points_explanation, name=concept.name, points="\n".join(f"- {point}" for point in right)
        ),
        several=True,
    )


def _statement(
    concept: CurriculumConcept, point: str, foreign: tuple[str, CurriculumConcept], words: QuizWording, random: Random
) -> Statement:
    """True or false: this statement is about this concept."""
    is_true = random.random() < 0.5
    false_point, other = foreign
    return Statement(
        prompt=fill(words.statement, name=concept.name, statement=point if is_true else false_point),
        is_true=is_true,
        explanation=fill(
            words.statement_true if is_true else words.statement_false, name=concept.name, other=other.name
        ),
        true=words.true,
        false=words.false,
    )
