"""Chooses the curriculum for a goal: a curated course where there is one, else the general study plan."""

from functools import lru_cache

from app.agents.builtin.course import Curriculum
from app.agents.builtin.curated import curated_course
from app.agents.builtin.fit import fit_of
from app.agents.builtin.general_plan import general_plan
from app.agents.builtin.general_texts import GeneralLanguage
from app.agents.builtin.subject import subject_of


def primary_language(tag: str) -> str:
    """`zh` for `zh-Hant-TW`."""
    return tag.partition("-")[0].casefold()


def written_language(tag: str) -> GeneralLanguage:
    """The language that the built-in author writes in for a learner of that language."""
    return "zh" if primary_language(tag) == "zh" else "en"


@lru_cache(maxsize=256)
def curriculum_for(goal: str, language: str) -> Curriculum:
    """The same for every call, so that an outline drafted in one process is understood in another."""
    if primary_language(language) == "en" and (course := curated_course(fit_of(goal))) is not None:
        return course
    return general_plan(subject_of(goal), written_language(language))
