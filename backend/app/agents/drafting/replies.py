"""What the drafting agents answer with, and what is asked of them."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from app.agents.asking.prompts import load_prompt
from app.agents.asking.question import Question, Reply, Unusable
from app.agents.writing.facts import facts_of_learner
from app.domain.roadmap import LearningRequest

GOAL_ROOM, PLAN_ROOM, STAGE_ROOM = 3000, 6000, 8000
"""Tokens that the replies may take, thoughts included."""


class GoalReply(Reply):
    title: Annotated[str, Field(min_length=1)]
    abilities: Annotated[list[str], Field(min_length=1)]
    known: list[str]
    gaps: list[str]
    scope: str


class ModulePlan(Reply):
    name: Annotated[str, Field(min_length=1)]
    description: str
    concepts: Annotated[int, Field(ge=1, le=1000)]


class StagePlan(Reply):
    name: Annotated[str, Field(min_length=1)]
    description: str
    modules: Annotated[list[ModulePlan], Field(min_length=1)]


class PlanReply(Reply):
    stages: Annotated[list[StagePlan], Field(min_length=1)]


class ConceptReply(Reply):
    module: int
    name: Annotated[str, Field(min_length=1)]
    description: str
    hours: float
    difficulty: Literal["easy", "medium", "hard"]
    keywords: list[str]
    requires: list[str]


class StageReply(Reply):
    concepts: Annotated[list[ConceptReply], Field(min_length=1)]


def goal_question(request: LearningRequest) -> Question[GoalReply, GoalReply]:
    return Question(
        prompt=load_prompt("goal"),
        facts={"language": request.language, "learner": facts_of_learner(request)},
        reply=GoalReply,
        accept=lambda reply: reply,
        prose=lambda reply: [*reply.abilities, *reply.gaps, reply.scope],
        language=request.language,
        room=GOAL_ROOM,
    )


def plan_question(request: LearningRequest, goal: GoalReply) -> Question[PlanReply, PlanReply]:
    return Question(
        prompt=load_prompt("plan"),
        facts={
            "language": request.language,
            "learner": facts_of_learner(request),
            "course": goal.model_dump(),
            "concepts": request.concepts,
        },
        reply=PlanReply,
        accept=_without_repetition,
        prose=lambda reply: [
            text for stage in reply.stages for module in stage.modules for text in (module.name, module.description)
        ],
        language=request.language,
        room=PLAN_ROOM,
    )


def stage_question(
    request: LearningRequest, goal: GoalReply, course: Sequence[dict[str, Any]], stage: dict[str, Any]
) -> Question[StageReply, StageReply]:
    """`course` outlines all stages; `stage` is the one to fill: its name, its modules with how many concepts each
    still wants, and the names that exist."""
    return Question(
        prompt=load_prompt("stage"),
        facts={
            "language": request.language,
            "learner": facts_of_learner(request),
            "abilities": goal.abilities,
            "course": course,
            **stage,
        },
        reply=StageReply,
        accept=lambda reply: reply,
        prose=lambda reply: [text for concept in reply.concepts for text in (concept.name, concept.description)],
        language=request.language,
        room=STAGE_ROOM,
    )


def _without_repetition(plan: PlanReply) -> PlanReply:
    """Modules of a name that has been there are left out."""
    seen: set[str] = set()
    stages: list[StagePlan] = []
    for stage in plan.stages:
        named = {module.name.casefold(): module for module in reversed(stage.modules)}
        modules = [module for key, module in reversed(named.items()) if key not in seen]
        seen |= named.keys()
        if modules:
            stages.append(stage.model_copy(update={"modules": modules}))
    if not stages:
        raise Unusable("The course needs at least one stage with a module.")
    return PlanReply(stages=stages)
