"""Answers to quizzes, marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.content.kinds.quiz import Option, Question, Quiz
from app.domain.quiz_marking import UnknownAnswer, mark

OPTIONS = tuple(Option(option_id=letter, text=f"Option {letter}") for letter in "abcd")


def a_question(question_id: str, *correct: str) -> Question:
    return Question(
        question_id=question_id,
        type="single" if len(correct) == 1 else "multiple",
        prompt="Which?",
        options=OPTIONS,
        correct=correct,
        explanation=f"Because of {question_id}.",
    )


QUIZ = Quiz(questions=(a_question("q1", "a"), a_question("q2", "b", "d")))


@pytest.mark.parametrize(
    ("answers", "right"),
    [
        ({"q1": ["a"], "q2": ["d", "b"]}, [True, True]),
        ({"q1": ["b"], "q2": ["b", "d"]}, [False, True]),
        ({"q1": ["a"], "q2": ["b"]}, [True, False]),
        ({"q1": ["a"], "q2": ["b", "c", "d"]}, [True, False]),
        ({"q1": ["a", "b"]}, [False, False]),
        ({"q1": ["a"], "q2": []}, [True, False]),
        ({}, [False, False]),
    ],
)
def test_exactly_the_correct_options_are_right(answers: dict[str, list[str]], right: list[bool]) -> None:
    marked = mark(QUIZ, answers)
    assert [question.correct for question in marked.questions] == right
    assert marked.score == sum(right) / 2


def test_it_tells_what_would_have_been_right_and_why() -> None:
    _, second = mark(QUIZ, {}).questions
    assert second.correct_options == ("b", "d")
    assert second.explanation == "Because of q2."


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [({"q9": ["a"]}, "The quiz has no question q9."), ({"q1": ["z"]}, "The question q1 has no option z.")],
)
def test_what_was_not_asked_cannot_be_answered(answers: dict[str, list[str]], sentence: str) -> None:
    with pytest.raises(UnknownAnswer, match=sentence):
        mark(QUIZ, answers)


@given(st.dictionaries(st.sampled_from(["q1", "q2"]), st.lists(st.sampled_from("abcd"), max_size=6)))
def test_the_order_and_repetition_of_choices_do_not_matter(answers: dict[str, list[str]]) -> None:
    again = {question_id: sorted(set(chosen), reverse=True) for question_id, chosen in answers.items()}
    assert mark(QUIZ, answers) == mark(QUIZ, again)
