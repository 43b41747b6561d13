"""Without a model, the API says what it has, and never gives a course for another goal without saying so."""

import pytest
from goals import LACKING
from httpx2 import AsyncClient

from app.agents.builtin.catalogue import fit_for


@pytest.mark.asyncio(loop_scope="module")
async def test_courses_are_offered_as_what_they_are(shared_api: AsyncClient) -> None:
    courses = (await shared_api.get("/api/v1/courses")).json()["courses"]
    assert len(courses) == 12
    assert all(course["concepts"] >= 20 and course["hours"] > 5 for course in courses)
    for course in courses:
        fit = (await shared_api.get("/api/v1/courses/fit", params={"goal": course["goal"]})).json()
        assert (fit["course"], fit["missing"]) == (course["title"], []), "a click on its card gives the course"


@pytest.mark.asyncio(loop_scope="module")
async def test_a_new_roadmap_says_how_far_a_course_covers_its_goal(shared_api: AsyncClient) -> None:
    whole = (await shared_api.post("/api/v1/roadmaps", json={"goal": "Learn SQL joins"})).json()
    assert whole["fit"] == {"course": "SQL for data analysis", "covered": ["SQL", "joins"], "missing": []}
    goal = "Learn to build REST APIs with FastAPI and Postgres"
    partly = (await shared_api.post("/api/v1/roadmaps", json={"goal": goal, "auto_approve": True})).json()
    assert partly["fit"]["course"] == "SQL for data analysis" and "FastAPI" in partly["fit"]["missing"]
    read = (await shared_api.get(f"/api/v1/roadmaps/{partly['roadmap_id']}")).json()
    assert read["goal"] == goal, "the goal stays in the learner's own words"


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("goal", LACKING[:6])
async def test_what_no_course_covers_is_told_with_every_new_roadmap(goal: str, shared_api: AsyncClient) -> None:
    assert (await shared_api.post("/api/v1/roadmaps", json={"goal": goal})).json()["fit"]["missing"]


def test_in_another_language_there_is_no_course() -> None:
    assert fit_for("我想学习 SQL", "zh-Hans").course is None
    assert fit_for("我想学习 SQL", "zh").missing


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("query", [{}, {"goal": ""}, {"goal": "x" * 4001}, {"goal": "a\0b"}])
async def test_what_is_no_goal_is_refused(query: dict[str, str], shared_api: AsyncClient) -> None:
    assert (await shared_api.get("/api/v1/courses/fit", params=query)).status_code == 422
