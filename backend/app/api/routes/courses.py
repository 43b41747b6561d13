"""The curated courses, which need no model."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query

from app.agents.builtin.catalogue import fit_for, offered_courses
from app.api.answers import PREFIX
from app.domain.roadmap import MAX_GOAL
from app.domain.values import Text
from app.reading.views import CourseList, CourseView, FitView

router = APIRouter(prefix=f"{PREFIX}/courses", tags=["courses"])


@router.get("")
async def list_courses() -> CourseList:
    """The curated courses of the built-in author."""
    courses = await asyncio.to_thread(offered_courses)
    return CourseList(
        courses=[
            CourseView(title=course.title, goal=course.goal, concepts=course.concepts, hours=course.hours)
            for course in courses
        ]
    )


@router.get("/fit")
async def get_fit(
    goal: Annotated[Text, Query(min_length=1, max_length=MAX_GOAL)],
    language: Annotated[Text, Query(max_length=35)] = "en",
) -> FitView:
    """How far a curated course covers a goal. Where words are missing, the built-in author drafts a general study
    plan."""
    fit = await asyncio.to_thread(fit_for, goal, language)
    return FitView(course=fit.course, covered=list(fit.covered), missing=list(fit.missing))
