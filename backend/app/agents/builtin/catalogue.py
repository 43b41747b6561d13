"""The curated courses, as they are offered, and how far one covers a goal. The first look reads their files."""

from dataclasses import dataclass

from app.agents.builtin.curriculum import primary_language
from app.agents.builtin.fit import Fit, fit_of
from app.agents.builtin.subject import subject_of
from app.agents.builtin.syllabus import all_syllabi


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedCourse:
    """`goal` are words from which the course is drafted."""

    title: str
    goal: str
    concepts: int
    hours: float


def offered_courses() -> list[OfferedCourse]:
    """By title."""
    courses = []
    for syllabus in all_syllabi():
        concepts = list(syllabus.concepts)
        hours = sum(concept.hours for concept in concepts)
        courses.append(
            OfferedCourse(title=syllabus.title, goal=syllabus.title, concepts=len(concepts), hours=round(hours, 1))
        )
    return sorted(courses, key=lambda course: course.title)


def fit_for(goal: str, language: str) -> Fit:
    """How far a course covers a goal; the courses are in English."""
    if primary_language(language) == "en":
        return fit_of(goal)
    return Fit(course=None, covered=(), missing=(subject_of(goal),))
