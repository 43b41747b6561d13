"""How the answers to a quiz are marked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.content.kinds.quiz import Question, Quiz

Answers = Mapping[str, Sequence[str]]
"""The ids of the chosen options, by the question's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedQuestion:
    question_id: str
    correct: bool
    correct_options: tuple[str, ...]
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedQuiz:
    """`score` is the share of questions answered correctly, from 0 to 1."""

    score: float
    questions: tuple[MarkedQuestion, ...]


class UnknownAnswer(ValueError):
    """An answer to what was not asked; `str(error)` is a plain sentence."""


def mark(quiz: Quiz, answers: Answers) -> MarkedQuiz:
    """An answer is right when exactly the correct options are chosen; a question without an answer is not right.

    Raises:
        UnknownAnswer: there is no such question, or it has no such option.
    """
    options = {question.question_id: {option.option_id for option in question.options} for question in quiz.questions}
    for question_id, chosen in answers.items():
        if question_id not in options:
            raise UnknownAnswer(f"The quiz has no question {question_id}.")
        if unknown := sorted(set(chosen) - options[question_id]):
            raise UnknownAnswer(f"The question {question_id} has no option {unknown[0]}.")
    marked = tuple(_marked(question, answers.get(question.question_id, ())) for question in quiz.questions)
    return MarkedQuiz(score=sum(question.correct for question in marked) / len(marked), questions=marked)


def _marked(question: Question, chosen: Sequence[str]) -> MarkedQuestion:
    return MarkedQuestion(
        question_id=question.question_id,
        correct=set(chosen) == set(question.correct),
        correct_options=question.correct,
        explanation=question.explanation,
    )
