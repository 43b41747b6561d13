"""The replies of a model that drafts, and the requests for them."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from app.agents.asking.prompts import load_prompt
from app.agents.asking.structured_request import InvalidReply, Line, Reply, StructuredRequest, at_most
from app.agents.writing.facts import facts_of_learner
from app.domain.roadmap import LearningRequest

GOAL_ROOM, PLAN_ROOM, STAGE_ROOM = 1200, 4000, 4000
"""Tokens that the replies may take."""
MAX_STAGES, MAX_MODULES, MAX_CONCEPTS = 12, 6, 20
CONCEPTS_OF_A_STAGE = 6
"""Concepts that a stage should have at least, where there are several."""


class GoalReply(Reply):
    title: Line
    abilities: Annotated[list[Line], at_most(6, at_least=1)]
    known: Annotated[list[Line], at_most(6)]
    gaps: Annotated[list[Line], at_most(6)]
    scope: Line


class ModulePlan(Reply):
    name: Line
    description: Line
    concepts: Annotated[int, Field(ge=1, le=1000)]


class StagePlan(Reply):
    name: Line
    description: Line
    modules: Annotated[list[ModulePlan], at_most(MAX_MODULES, at_least=1)]


class PlanReply(Reply):
    stages: Annotated[list[StagePlan], at_most(MAX_STAGES, at_least=1)]


class ConceptReply(Reply):
    module: int
    name: Line
    description: Line
    hours: float
    difficulty: Literal["easy", "medium", "hard"]
    keywords: Annotated[list[Line], at_most(5)]
    requires: Annotated[list[Line], at_most(3)]


class StageReply(Reply):
    concepts: Annotated[list[ConceptReply], at_most(MAX_CONCEPTS, at_least=1)]


def plan_reply(concepts: int) -> type[PlanReply]:
    """For so many concepts: the model is told how many stages there may be."""
    stages = min(MAX_STAGES, max(1, concepts // CONCEPTS_OF_A_STAGE))
    return create_model(
        "PlanReply", __base__=PlanReply, stages=(Annotated[list[StagePlan], at_most(stages, at_least=1)], ...)
    )


def stage_reply(concepts: int) -> type[StageReply]:
    """For so many concepts: the model is told where to end."""
    return create_model(
        "StageReply", __base__=StageReply, concepts=(Annotated[list[ConceptReply], at_most(concepts, at_least=1)], ...)
    )


def goal_request(request: LearningRequest) -> StructuredRequest[GoalReply, GoalReply]:
    return StructuredRequest(
        prompt=load_prompt("goal"),
        facts={"language": request.language, "learner": facts_of_learner(request)},
        reply=GoalReply,
        accept=lambda reply: reply,
        prose=lambda reply: [*reply.abilities, *reply.gaps, reply.scope],
        language=request.language,
        room=GOAL_ROOM,
    )


def plan_request(request: LearningRequest, goal: GoalReply) -> StructuredRequest[PlanReply, PlanReply]:
    return StructuredRequest(
        prompt=load_prompt("plan"),
        facts={
            "language": request.language,
            "learner": facts_of_learner(request),
            "course": goal.model_dump(),
            "concepts": request.concepts,
        },
        reply=plan_reply(request.concepts),
        accept=_without_repetition,
        prose=lambda reply: [
            text for stage in reply.stages for module in stage.modules for text in (module.name, module.description)
        ],
        language=request.language,
        room=PLAN_ROOM,
    )


def stage_request(
    request: LearningRequest, goal: GoalReply, course: Sequence[dict[str, Any]], stage: dict[str, Any]
) -> StructuredRequest[StageReply, StageReply]:
    """`course` outlines all stages; `stage` is the one to fill: its name, its modules with how many concepts each
    still wants, and the names that exist."""
    return StructuredRequest(
        prompt=load_prompt("stage"),
        facts={
            "language": request.language,
            "learner": facts_of_learner(request),
            "abilities": goal.abilities,
            "course": course,
            **stage,
        },
        reply=stage_reply(sum(module["wanted"] for module in stage["modules"])),
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
        named = {module.name.casefold(): module for module in reversed(stage.modules) if module.name}
        modules = [module for key, module in reversed(named.items()) if key not in seen]
        seen |= named.keys()
        if modules:
            stages.append(stage.model_copy(update={"modules": modules}))
    if not stages:
        raise InvalidReply("The course needs at least one stage with a module.")
    return PlanReply(stages=stages)
