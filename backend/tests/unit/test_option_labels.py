"""Options lose the labels of their places, and explanations speak of options by their words."""

import pytest
from model_answers import a_question

from app.agents.asking.structured_request import InvalidReply
from app.agents.writing.option_labels import without_labels
from app.agents.writing.option_letters import speaks_of_letters, without_letters
from app.agents.writing.quiz import QuizReply, _quiz

CITIES = ["Paris", "Rome", "Bonn"]


@pytest.mark.parametrize(
    "labels",
    ["A) |B) |C) ", "(a) |(b) |(c) ", "1. |2. |3. ", "Ａ．|Ｂ．|Ｃ．", "A. |B. |C. ", "a: |b: |c: ", "[A] |[B] |[C] ",
     "A、|B、|C、", "（1）|（2）|（3）", "①|②|③", "**A.** |**B.** |**C.** ", "Option A: |Option B: |Option C: ",
     "A - |B - |C - ", "a – |b – |c – ", "أ- |ب- |ج- ", "A/ |B/ |C/ ", "a.) |b.) |c.) ", "i. |ii. |iii. ",
     "(I) |(II) |(III) ", "Ⅰ. |Ⅱ. |Ⅲ. ", "⑴ |⑵ |⑶ ", "⒈|⒉|⒊", "⒜|⒝|⒞", "❶ |❷ |❸ ", "㈠|㈡|㈢", "🅰 |🅱 |🅲 ",
     "1️⃣ |2️⃣ |3️⃣ ",
     "「A」|「B」|「C」", "*A.* |*B.* |*C.* ", "**A**. |**B**. |**C**. ", "**A** |**B** |**C** ",
     "<b>A.</b> |<b>B.</b> |<b>C.</b> ",
     "- A) |- B) |- C) ", "١) |٢) |٣) ", "۱. |۲. |۳. ", "१. |२. |३. ", "ক) |খ) |গ) ", "ก. |ข. |ค. ", "الف) |ب) |پ) ",
     "ა) |ბ) |გ) ", "ա) |բ) |գ) ", "அ) |ஆ) |இ) ", "㉮ |㉯ |㉰ ", "あ. |い. |う. ", "イ. |ロ. |ハ. ", "甲：|乙：|丙：",
     "选项A：|选项B：|选项C：", "Option (A) |Option (B) |Option (C) ", "Réponse A : |Réponse B : |Réponse C : ",
     "Вариант А: |Вариант Б: |Вариант В: ", "А) |В) |С) ",
     "\u200fأ) |\u200fب) |\u200fج) ", "\u200bA) |\u200bB) |\u200bC) ",
     "A.|B.|C.", "0) |1) |2) ", "א. |ב. |ג. ", "א') |ב') |ג') ",
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
        ["1 - x", "2 - x", "3 - x"],
        ["1：1", "2：1", "3：1"],
        ["①②", "①③", "②③"],
        ["a.b", "b.c", "c.d"],
        ["A/B", "B/C", "C/D"],
        ["Plan A: run", "Plan B: hide", "Plan C: ask"],
        ["I am", "II", "III"],
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
        ("The correct answer is B.", "The correct answer is “Rome”."),
        ("Correct answer: B", "Correct answer: “Rome”"),
        ("The correct option is (C).", "The correct option is “Bonn”."),
        ("The answer is a river in it.", "The answer is a river in it."),
        ("OPTION B IS WRONG.", "“Rome” IS WRONG."),
        ("Option **B** and option “C” are wrong.", "“Rome” and “Bonn” are wrong."),
        ("Option B's claim is old.", "“Rome”'s claim is old."),
        ("Both A and B are wrong.", "Both “Paris” and “Rome” are wrong."),
        ("A, B and C are wrong.", "“Paris”, “Rome” and “Bonn” are wrong."),
        ("(B) is right.", "“Rome” is right."),
        ("A: correct. B: wrong.", "“Paris”: correct. “Rome”: wrong."),
        ("Option A describes the north.", "“Paris” describes the north."),
        ("Answer: A river runs there.", "Answer: A river runs there."),
        ("Ответ: В столице.", "Ответ: В столице."),
        ("Вариант в том, чтобы ждать.", "Вариант в том, чтобы ждать."),
        ("The option a child would take.", "The option a child would take."),
        ("Unlike B, this one is on a river.", "Unlike “Rome”, this one is on a river."),
        ("The first option is wrong.", "“Paris” is wrong."),
        ("The second and third options are old.", "“Rome” and “Bonn” are old."),
        ("Option two is wrong.", "“Rome” is wrong."),
        ("The first choice of many is Rome.", "The first choice of many is Rome."),
        ("Die richtige Antwort ist B.", "Die richtige Antwort ist “Rome”."),
        ("B ist falsch.", "“Rome” ist falsch."),
        ("Antworten A und C sind richtig.", "“Paris” und “Bonn” sind richtig."),
        ("La bonne réponse est B.", "La bonne réponse est “Rome”."),
        ("La respuesta correcta es B.", "La respuesta correcta es “Rome”."),
        ("A alternativa B está errada.", "A alternativa “Rome” está errada."),
        ("L'opzione C è sbagliata.", "L'opzione “Bonn” è sbagliata."),
        ("Правильный ответ — Б.", "Правильный ответ — “Rome”."),
        ("Варианты А и Б неверны.", "Варианты “Paris” и “Rome” неверны."),
        ("Odpowiedź B jest poprawna.", "Odpowiedź “Rome” jest poprawna."),
        ("Đáp án B đúng.", "Đáp án “Rome” đúng."),
        ("故选B。", "故选“Rome”。"),
        ("A项正确，B项错误。", "“Paris”项正确，“Rome”项错误。"),
        ("①和③正确。", "“Paris”和“Bonn”正确。"),
        ("第二个选项错误。", "“Rome”错误。"),
        ("正解はBです。", "正解は“Rome”です。"),
        ("選択肢アは正しい。", "選択肢“Paris”は正しい。"),
        ("정답은 B입니다.", "정답은 “Rome”입니다."),
        ("보기 ②는 틀렸다.", "보기 “Rome”는 틀렸다."),
        ("الإجابة الصحيحة هي ب.", "الإجابة الصحيحة هي “Rome”."),
        ("תשובה ב נכונה.", "תשובה “Rome” נכונה."),
        ("विकल्प B गलत है।", "विकल्प “Rome” गलत है।"),
        ("Vitamin C helps, and so do points A and B.", "Vitamin C helps, and so do points A and B."),
        ("C++ is right, and C# is wrong.", "C++ is right, and C# is wrong."),
        ("The answers are: a river, b roads.", "The answers are: a river, b roads."),
        ("Plan B is always there.", "Plan B is always there."),
        ("A city on a river.", "A city on a river."),
        ("Option D does not exist.", "Option D does not exist."),
    ],
)
def test_letters_in_explanations_give_way_to_the_options(text: str, repaired: str) -> None:
    assert without_letters(text, CITIES, "Which city is it?") == repaired


@pytest.mark.parametrize(
    "text", ["Options A to C are wrong.", "Options A–C are wrong.", "The options above are wrong."]
)
def test_what_cannot_be_repaired_is_asked_for_again(text: str) -> None:
    assert without_letters(text, CITIES, "Which city is it?") == text
    assert speaks_of_letters(text, 3, ["Which city is it?", *CITIES])


@pytest.mark.parametrize("piece", [" ", "(", "A, ", "answer ", "x", "option A", "A or ", "ответ", "是", "**"])
def test_texts_without_end_are_read_in_linear_time(piece: str) -> None:
    """What grows with the square takes minutes here."""
    text = "The answer" + piece * 60_000
    without_letters(text, CITIES, "Which city is it?")
    without_labels([text, text])


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
    with pytest.raises(InvalidReply, match="two different options"):
        _quiz(QuizReply.model_validate({"questions": questions}), "seed")


@pytest.mark.parametrize(
    "text", ["Vitamin C is right for this.", "Hepatitis A is correct.", "Plan B is true to its name."]
)
def test_a_letter_that_ends_a_name_stays(text: str) -> None:
    assert without_letters(text, ["one", "two", "three"], "Which?") == text
    assert not speaks_of_letters(text, 3, ["Which?"])
