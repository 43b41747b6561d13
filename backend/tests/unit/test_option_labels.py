"""Options lose the labels of their places, and explanations speak of options by their words."""

import pytest
from model_answers import a_question

from app.agents.asking.question import Unusable
from app.agents.writing.option_labels import speaks_of_letters, without_labels, without_letters
from app.agents.writing.quiz import QuizReply, _quiz

CITIES = ["Paris", "Rome", "Bonn"]


@pytest.mark.parametrize(
    "labels",
    ["A) |B) |C) ", "(a) |(b) |(c) ", "1. |2. |3. ", "Ａ．|Ｂ．|Ｃ．", "A. |B. |C. ", "a: |b: |c: ", "[A] |[B] |[C] ",
     "A、|B、|C、", "（1）|（2）|（3）", "①|②|③", "**A.** |**B.** |**C.** ", "Option A: |Option B: |Option C: ",
     "а) |б) |в) ", "一、|二、|三、", "أ) |ب) |ج) ", " A) | B) | C) ", "A)|B)|C)", "ア．|イ．|ウ．", "가. |나. |다. "],
)  # fmt: skip
def test_labels_of_their_places_are_stripped(labels: str) -> None:
    labelled = [label + city for label, city in zip(labels.split("|"), CITIES, strict=True)]
    assert without_labels(labelled) == CITIES


@pytest.mark.parametrize(
    "options",
    [
        ["1. FC Köln", "Bayern", "Schalke"],
        ["B) Paris", "A) Rome", "C) Bonn"],
        ["A) Paris", "Rome", "C) Bonn"],
        ["1.5 V", "2.5 V", "3.5 V"],
        ["1:1", "2:1", "3:1"],
        ["A cat", "B flat", "C sharp"],
        ["a", "b", "c"],
        ["A)", "B)", "C)"],
        ["1", "2", "3"],
        ["A.x()", "B.x()", "C.x()"],
    ],
)
def test_what_is_no_label_of_a_place_stays(options: list[str]) -> None:
    assert without_labels(options) == options


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        ("Option B is wrong.", "“Rome” is wrong."),
        ("Options A and C are in the north.", "“Paris” and “Bonn” are in the north."),
        ("The answer (B) is the capital.", "“Rome” is the capital."),
        ("B is correct because it is old.", "“Rome” is correct because it is old."),
        ("Option b is wrong, choice 3 too.", "“Rome” is wrong, “Bonn” too."),
        ("Answer B fits.", "“Rome” fits."),
        ("An answer a child gives.", "An answer a child gives."),
        ("选项B错误。", "“Rome”错误。"),
        ("A是正确的。", "“Paris”是正确的。"),
        ("Antwort C stimmt.", "“Bonn” stimmt."),
        ("Plan B is always there.", "Plan B is always there."),
        ("A city on a river.", "A city on a river."),
        ("Option D does not exist.", "Option D does not exist."),
    ],
)
def test_letters_in_explanations_give_way_to_the_options(text: str, repaired: str) -> None:
    assert without_letters(text, CITIES, "Which city is it?") == repaired


def test_letters_that_are_names_in_the_question_stay() -> None:
    text = "C is correct where speed matters."
    assert without_letters(text, ["C", "Python", "Rust"], "Which language is it?") == text
    assert not speaks_of_letters(text, 3, ["Which language is it?", "C", "Python", "Rust"])


def test_a_quiz_shows_no_labels_and_no_letters() -> None:
    questions = [a_question("single", [True, False, False], f"city {n}") for n in range(3)]
    for question in questions:
        for letter, option in zip("ABC", question["options"], strict=True):
            option["text"] = f"{letter}) {option['text']}"
        question["explanation"] = "A is correct, and option B is not."
    quiz = _quiz(QuizReply.model_validate({"questions": questions}), "seed")
    for number, shown in enumerate(quiz.questions):
        assert {option.text for option in shown.options} == {f"Statement {n} on city {number}" for n in range(3)}
        assert shown.explanation == (
            f"“Statement 0 on city {number}” is correct, and “Statement 1 on city {number}” is not."
        )


def test_labels_that_hide_a_repetition_are_noticed() -> None:
    questions = [a_question("single", [True, False], f"city {n}") for n in range(3)]
    for question in questions:
        question["options"][0]["text"], question["options"][1]["text"] = "A) The same", "B) The same"
    with pytest.raises(Unusable, match="two different options"):
        _quiz(QuizReply.model_validate({"questions": questions}), "seed")
