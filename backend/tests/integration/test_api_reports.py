"""Questions that a learner reports as wrong are neither shown nor marked, until the report is withdrawn."""

from typing import Any
from uuid import UUID

import pytest
from factories import AUTHOR
from httpx2 import AsyncClient
from integration.conftest import Desk, generated, problem_in

from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds.quiz import Option, Question, Quiz
from app.domain.question_reports import MAX_REASON
from app.generation.work import Batch, Delivery, FinishedArtefact

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def api(shared_api: AsyncClient) -> AsyncClient:
    return shared_api


@pytest.fixture
def desk(shared_desk: Desk) -> Desk:
    return shared_desk


def a_quiz(questions: int) -> Quiz:
    options = (Option(option_id="a", text="yes"), Option(option_id="b", text="no"))
    return Quiz(
        questions=tuple(
            Question(
                question_id=f"q{number}",
                type="single",
                prompt=f"Question {number}?",
                options=options,
                correct=("a",),
                explanation="So it is.",
            )
            for number in range(1, questions + 1)
        )
    )


async def with_quiz(desk: Desk, questions: int = 3) -> tuple[UUID, str]:
    delivery = Delivery(result=a_quiz(questions), author=AUTHOR)
    quiz = FinishedArtefact(concept_id="c0", kind=ArtefactKind.QUIZ, delivery=delivery)
    roadmap_id = await generated(desk, Batch(artefacts=(quiz,), finished=()))
    return roadmap_id, f"/api/v1/roadmaps/{roadmap_id}/concepts/c0"


def asked(concept: dict[str, Any]) -> list[str]:
    return [question["question_id"] for question in concept["quiz"]["questions"]]


async def test_a_reported_question_is_not_shown_and_the_report_can_be_withdrawn(api: AsyncClient, desk: Desk) -> None:
    _, address = await with_quiz(desk)
    concept = (await api.put(f"{address}/quiz/questions/q2/report", json={"reason": "Both are right."})).json()
    assert asked(concept) == ["q1", "q3"]
    [reported] = concept["quiz"]["reported"]
    assert (reported["question_id"], reported["prompt"], reported["reason"]) == (
        "q2",
        "Question 2?",
        "Both are right.",
    )
    assert "correct" not in str(concept["quiz"])
    assert asked((await api.get(address)).json()) == ["q1", "q3"]
    back = (await api.delete(f"{address}/quiz/questions/q2/report")).json()
    assert asked(back) == ["q1", "q2", "q3"]
    assert "reported" not in back["quiz"]


async def test_marks_count_what_is_left(api: AsyncClient, desk: Desk) -> None:
    _, address = await with_quiz(desk)
    await api.put(f"{address}/quiz/questions/q2/report", json={"reason": "Both are right."})
    answers = {"q1": ["a"], "q2": ["b"], "q3": ["a"]}  # another page may have shown the question before
    marked = (await api.post(f"{address}/quiz/attempts", json={"answers": answers})).json()
    assert marked["score"] == 1.0
    assert [one["question_id"] for one in marked["questions"]] == ["q1", "q3"]


async def test_a_quiz_of_which_everything_was_reported_is_not_marked(api: AsyncClient, desk: Desk) -> None:
    _, address = await with_quiz(desk, questions=1)
    await api.put(f"{address}/quiz/questions/q1/report", json={"reason": "Wrong."})
    problem_in(await api.post(f"{address}/quiz/attempts", json={"answers": {}}), 409, "conflict")


async def test_a_report_needs_a_question_and_a_reason(api: AsyncClient, desk: Desk) -> None:
    roadmap_id, address = await with_quiz(desk)
    problem_in(await api.put(f"{address}/quiz/questions/q9/report", json={"reason": "Wrong."}), 404, "not_found")
    problem_in(await api.put(f"{address}/quiz/questions/q1/report", json={"reason": " "}), 422, "invalid_input")
    long = await api.put(f"{address}/quiz/questions/q1/report", json={"reason": "x" * (MAX_REASON + 1)})
    assert "(MAX_REASON)" in problem_in(long, 422, "invalid_input")["detail"]
    other = f"/api/v1/roadmaps/{roadmap_id}/concepts/c1/quiz/questions/q1/report"
    problem_in(await api.put(other, json={"reason": "Wrong."}), 409, "conflict")


async def test_a_report_is_of_one_version_of_the_quiz(api: AsyncClient, desk: Desk) -> None:
    _, address = await with_quiz(desk)
    await api.put(f"{address}/quiz/questions/q1/report", json={"reason": "Wrong."})
    body = {"artefacts": ["quiz"], "instructions": "Replace question 1: it is wrong."}
    assert (await api.post(f"{address}/regenerate", json=body)).status_code == 202
    _, other = await with_quiz(desk)
    quiz_id = (await api.get(other)).json()["quiz"]["quiz_id"]
    foreign = await api.put(f"{address}/quiz/questions/q2/report", json={"reason": "Wrong.", "quiz_id": quiz_id})
    problem_in(foreign, 404, "not_found")
    assert asked((await api.get(other)).json()) == ["q1", "q2", "q3"]
