"""A curated course is given for what it covers, never because a word occurs."""

import pytest
from goals import FIT, LACKING

from app.agents.builtin.curriculum import curriculum_for
from app.agents.builtin.fit import fit_of
from app.agents.builtin.syllabus import all_syllabi

FOUND = 27
"""How many of the goals that a course covers must find it."""


def test_goals_that_a_course_covers_find_it() -> None:
    assert len(FIT) == len(LACKING) == 30
    found = [goal for goal, title in FIT.items() if fit_of(goal).is_whole and fit_of(goal).course == title]
    assert len(found) >= FOUND, [(goal, fit_of(goal)) for goal in FIT if goal not in found]


@pytest.mark.parametrize("goal", LACKING)
def test_a_goal_that_no_course_covers_is_told_what_is_missing(goal: str) -> None:
    fit = fit_of(goal)
    assert fit.missing and not fit.is_whole
    assert curriculum_for(goal, "en").title not in {syllabus.title for syllabus in all_syllabi()}


def test_what_is_missing_is_said_in_the_learners_own_words() -> None:
    fit = fit_of("Learn to build REST APIs with FastAPI and Postgres")
    assert (fit.course, fit.covered) == ("SQL for data analysis", ("Postgres",))
    assert set(fit.missing) >= {"REST", "APIs", "FastAPI"}
    assert fit_of("I don't want to learn SQL, teach me MongoDB").missing == ("MongoDB",)


@pytest.mark.parametrize("goal", ["", "   ", "?", "learn", "12", "not SQL", "🎸", "a" * 4000, "не SQL"])
def test_a_goal_that_says_little_finds_no_course(goal: str) -> None:
    assert not fit_of(goal).is_whole


def test_every_phrase_of_a_course_finds_it() -> None:
    lost = {goal: fit_of(goal) for syllabus in all_syllabi() for goal in syllabus.goals if not fit_of(goal).is_whole}
    assert not lost
