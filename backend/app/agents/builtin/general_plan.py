"""A study plan for any subject: it does not know the subject, but how to study one well."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.agents.builtin.course import CurriculumConcept, CurriculumModule, CurriculumStage
from app.agents.builtin.general_texts import (
    Focus,
    GeneralConcept,
    GeneralLanguage,
    GeneralTexts,
    Weeks,
    WeekStep,
    general_texts,
)
from app.agents.builtin.syllabus import Link
from app.agents.builtin.templates import fill, fill_all, headline

_WEEKS_PER_STAGE = 13
_WEEK_CONCEPT = re.compile(r"week-([1-9]\d{0,3})--([a-z-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralPlan:
    """Implements `Curriculum` for one subject."""

    title: str
    topic: str
    stages: tuple[CurriculumStage, ...]
    links: tuple[Link, ...] = ()
    _weeks: Weeks = field(repr=False)
    _by_id: Mapping[str, CurriculumConcept] = field(repr=False)

    def concept(self, concept_id: str) -> CurriculumConcept | None:
        if week := _WEEK_CONCEPT.fullmatch(concept_id):
            for step, previous in _steps(self._weeks):
                if step.id == week[2]:
                    return self._week_concept(int(week[1]), step, previous)
        return self._by_id.get(concept_id)

    def extended(self, extra: int) -> tuple[CurriculumStage, ...]:
        """The stages and as many weeks of practice as it takes, a quarter of a year to the stage."""
        concepts_left, modules = extra, list[CurriculumModule]()
        while concepts_left > 0:
            module = self._week(len(modules) + 1, concepts_left)
            modules.append(module)
            concepts_left -= len(module.concepts)
        quarters = range(0, len(modules), _WEEKS_PER_STAGE)
        return self.stages + tuple(
            self._quarter(start, modules[start : start + _WEEKS_PER_STAGE]) for start in quarters
        )

    def _quarter(self, start: int, modules: Sequence[CurriculumModule]) -> CurriculumStage:
        words = {"subject": self.topic, "first": str(start + 1), "last": str(start + len(modules))}
        return CurriculumStage(
            stage_id=f"weeks-from-{start + 1}",
            name=fill(self._weeks.stage, **words),
            description=fill(self._weeks.stage_description, **words),
            modules=tuple(modules),
        )

    def _week(self, week: int, concepts_left: int) -> CurriculumModule:
        words = self._week_words(week)
        steps = _steps(self._weeks)[:concepts_left]
        return CurriculumModule(
            module_id=f"week-{week}",
            name=fill(self._weeks.module, **words),
            description=fill(self._weeks.module_description, **words),
            concepts=tuple(self._week_concept(week, step, previous) for step, previous in steps),
        )

    def _week_concept(self, week: int, step: WeekStep, previous: WeekStep | None) -> CurriculumConcept:
        words = self._week_words(week)
        focus = self._focus(week)
        practised = self._by_id[step.about]
        if previous is not None:
            earlier = [f"week-{week}--{previous.id}"]
        else:
            earlier = [f"week-{week - 1}--{step.id}"] if week > 1 else []
        return CurriculumConcept(
            concept_id=f"week-{week}--{step.id}",
            name=fill(step.name, **words),
            definition=fill(step.definition, **words),
            explanation=f"{fill(step.explanation, **words).strip()}\n\n{fill(focus.advice, **words)}",
            key_points=fill_all(step.key_points, **words) + practised.key_points[:3],
            example=practised.example,
            exercises=(*fill_all(step.exercises, **words), fill(focus.exercise, **words)),
            mistakes=fill_all(step.mistakes, **words) + practised.mistakes[:1],
            hours=step.hours,
            difficulty="medium",
            keywords=practised.keywords,
            prerequisites=(practised.concept_id, *earlier),
            about=(practised.concept_id,),
            origin="general",
            query=practised.query,
        )

    def _focus(self, week: int) -> Focus:
        return self._weeks.focuses[(week - 1) % len(self._weeks.focuses)]

    def _week_words(self, week: int) -> dict[str, str]:
        return {"subject": self.topic, "week": str(week), "focus": self._focus(week).name}


def general_plan(subject: str, language: GeneralLanguage) -> GeneralPlan:
    texts = general_texts(language)
    stages = _stages(texts, subject)
    return GeneralPlan(
        title=headline(texts.title, subject=subject),
        topic=subject,
        stages=stages,
        _weeks=texts.weeks,
        _by_id={concept.concept_id: concept for stage in stages for concept in stage.concepts},
    )


def _steps(weeks: Weeks) -> list[tuple[WeekStep, WeekStep | None]]:
    """The steps of a week, each with the one before it."""
    return list(zip(weeks.steps, (None, *weeks.steps), strict=False))


def _stages(texts: GeneralTexts, subject: str) -> tuple[CurriculumStage, ...]:
    return tuple(
        CurriculumStage(
            stage_id=stage.id,
            name=headline(stage.name, subject=subject),
            description=fill(stage.description, subject=subject),
            modules=tuple(
                CurriculumModule(
                    module_id=module.id,
                    name=headline(module.name, subject=subject),
                    description=fill(module.description, subject=subject),
                    concepts=tuple(_concept(concept, subject) for concept in module.concepts),
                )
                for module in stage.modules
            ),
        )
        for stage in texts.stages
    )


def _concept(concept: GeneralConcept, subject: str) -> CurriculumConcept:
    return CurriculumConcept(
        concept_id=concept.id,
        name=headline(concept.name, subject=subject),
        definition=fill(concept.definition, subject=subject),
        explanation=fill(concept.explanation, subject=subject).strip(),
        key_points=fill_all(concept.key_points, subject=subject),
        example=fill(concept.example, subject=subject),
        exercises=fill_all(concept.exercises, subject=subject),
        mistakes=fill_all(concept.mistakes, subject=subject),
        hours=concept.hours,
        difficulty=concept.difficulty,
        keywords=fill_all(concept.keywords, subject=subject),
        prerequisites=concept.prerequisites,
        about=(concept.id,),
        origin="general",
        query=f"{subject} {concept.keywords[0]}",
    )
