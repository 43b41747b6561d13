"""What a model writes as a quiz becomes one whose answers are valid, in an order that gives nothing away."""

from collections import Counter

import pytest
from factories import an_outline, pending

from app.agents.asking.structured_request import InvalidReply
from app.agents.writing.quiz import OptionReply, QuestionReply, QuizReply, quiz_request
from app.domain.content.kinds.quiz import Question, Quiz
from app.generation.work import ConceptBrief

CONCEPTS = 200


def _briefs(concepts: int) -> list[ConceptBrief]:
    return [one.brief for one in pending(an_outline(concepts))]


def _quiz(*questions: QuestionReply, brief: ConceptBrief | None = None) -> Quiz:
    return quiz_request(brief or _briefs(1)[0]).accept(QuizReply(questions=list(questions)))


def _right(text: str = "right") -> OptionReply:
    return OptionReply(text=text, correct=True, explanation=f"Why {text} is so.")


def _wrong(text: str) -> OptionReply:
    return OptionReply(text=text, correct=False, explanation=f"Why {text} is not so.")


def _asked(prompt: str, *options: OptionReply) -> QuestionReply:
    options = options or (_right(), _wrong("one"), _wrong("two"), _wrong("three"))
    return QuestionReply(type="single", prompt=prompt, options=list(options), explanation="It is so.")


FOUR = [_asked(f"Question {number}?") for number in range(4)]
UNUSABLE = [
    _asked("", _right(), _wrong("one")),
    _asked("No answer?", _wrong("one"), _wrong("two")),
    _asked("Only answers?", _right("one"), _right("two")),
    _asked("One option?", _right(), _wrong("Right.")),
    _asked("Without a reason?", _right(), OptionReply(text="one", correct=False, explanation="")),
    _asked("QUESTION 0?"),
    _asked("True?", _right(), _wrong("one"), _wrong("two")).model_copy(update={"type": "true_false"}),
]


def _texts(question: Question) -> list[str]:
    return [option.text for option in question.options]


def _places(quiz: Quiz) -> list[str]:
    return [place for question in quiz.questions for place in question.correct]


def test_correct_answers_are_spread_over_all_places() -> None:
    quizzes = [_quiz(*FOUR, brief=brief) for brief in _briefs(CONCEPTS)]
    assert all(sorted(_places(quiz)) == ["a", "b", "c", "d"] for quiz in quizzes)
    counted = Counter(place for quiz in quizzes for place in _places(quiz))
    assert all(0.2 <= counted[place] / (4 * CONCEPTS) <= 0.3 for place in "abcd")


@pytest.mark.parametrize("question", range(4))
def test_no_question_has_its_answer_at_a_favourite_place(question: int) -> None:
    counted = Counter(_places(_quiz(*FOUR, brief=brief))[question] for brief in _briefs(CONCEPTS))
    assert all(0.15 <= counted[place] / CONCEPTS <= 0.35 for place in "abcd")


def test_a_concept_s_order_is_always_the_same_and_another_s_is_another() -> None:
    first, second = _briefs(2)
    assert _quiz(*FOUR, brief=first) == _quiz(*FOUR, brief=first)
    assert _quiz(*FOUR, brief=first) != _quiz(*FOUR, brief=second)


def test_the_answer_that_is_marked_is_the_one_that_was_correct() -> None:
    for question in _quiz(*FOUR).questions:
        correct = [option.text for option in question.options if option.option_id in question.correct]
        assert correct == ["right"]
        assert sorted(_texts(question)) == ["one", "right", "three", "two"]


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_options_of_one_text_the_correct_one_stays(order: int) -> None:
    twice = [_right("The same"), _wrong("the  same.")][::order]
    question = _quiz(*FOUR, _asked("Twice?", *twice, _wrong("other"))).questions[-1]
    assert sorted(_texts(question)) == ["The same", "other"]
    assert len(question.correct) == 1


def test_a_single_question_with_two_answers_becomes_a_multiple_one() -> None:
    question = _quiz(*FOUR, _asked("Two?", _right("one"), _right("two"), _wrong("three"))).questions[-1]
    assert question.type == "multiple"
    assert len(question.correct) == 2


@pytest.mark.parametrize("unusable", UNUSABLE, ids=lambda question: question.prompt or "no prompt")
def test_a_question_that_cannot_be_used_is_left_out(unusable: QuestionReply) -> None:
    quiz = _quiz(*FOUR[:2], unusable, FOUR[2])
    assert [question.prompt for question in quiz.questions] == ["Question 0?", "Question 1?", "Question 2?"]
    assert [question.question_id for question in quiz.questions] == ["q1", "q2", "q3"]


@pytest.mark.parametrize("unusable", UNUSABLE, ids=lambda question: question.prompt or "no prompt")
def test_fewer_than_three_questions_are_no_quiz(unusable: QuestionReply) -> None:
    with pytest.raises(InvalidReply) as refused:
        _quiz(*FOUR[:2], unusable)
    assert refused.value.reasons[0].startswith("Question 3: ")


@pytest.mark.parametrize(
    "text",
    [
        "All of the above",
        "none of the above.",
        "All the above",
        "A and B",
        "以上选项都对",
        "上述均正确",
        "Both A and B",
        "Neither of the options",
        "以上都对",
        "以上所有",
        "都不对",
    ],
)
def test_options_that_speak_of_others_are_refused(text: str) -> None:
    with pytest.raises(InvalidReply, match="must not speak of other options"):
        _quiz(*FOUR[:2], _asked("Which?", _right(), _wrong(text)))


def test_every_option_carries_its_explanation() -> None:
    for question in _quiz(*FOUR).questions:
        for option in question.options:
            verb = "is" if option.text == "right" else "is not"
            assert option.explanation == f"Why {option.text} {verb} so."
