"""Drafts in three steps: goal analysis, plan, and the concepts of all stages at once; no answer gets too long."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from app.agents.asking.asker import Asker
from app.agents.drafting.draft import OutlineDraft
from app.agents.drafting.replies import MAX_CONCEPTS, StageReply, goal_request, plan_request, stage_request
from app.domain.failures import Failure, FailureCode, failure
from app.domain.roadmap import LearningRequest, Outline, earliest_today
from app.domain.usage import Usage
from app.generation.containment import contained
from app.generation.ports import AuthorBug
from app.generation.work import Delivery

ROUNDS = 4
"""How often the stages that lack concepts are asked for them."""


class Drafter:
    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    async def draft(self, request: LearningRequest) -> Delivery[Outline]:
        asked: list[Delivery[Any]] = []
        try:
            return await self._draft(request, asked)
        except Exception as bug:
            raise AuthorBug(_sum(asked) + (bug.usage if isinstance(bug, AuthorBug) else Usage())) from bug

    async def _draft(self, request: LearningRequest, asked: list[Delivery[Any]]) -> Delivery[Outline]:
        """Draft; what has been asked is noted, so that its usage counts even when drafting fails."""
        asked.append(goal := await self._asker.ask(goal_request(request)))
        if isinstance(goal.result, Failure):
            return _failed(goal.result, asked)
        asked.append(plan := await self._asker.ask(plan_request(request, goal.result)))
        if isinstance(plan.result, Failure):
            return _failed(plan.result, asked)
        draft = OutlineDraft(plan.result, request.concepts)
        for _ in range(ROUNDS):
            wanted = draft.requests(MAX_CONCEPTS)
            if not wanted:
                break
            stage_requests = [stage_request(request, goal.result, draft.course(), stage) for _, stage in wanted]
            came = await asyncio.gather(
                *(
                    contained(self._asker.ask(one), language=request.language, question="stage")
                    for one in stage_requests
                )
            )
            asked += came
            if failed := _fill(draft, [stage for stage, _ in wanted], came):
                return _failed(failed, asked)
        if not draft.is_large_enough:
            return _failed(failure(FailureCode.INVALID_OUTPUT, request.language), asked)
        outline = draft.outline(goal.result.title, request, earliest_today(datetime.now(UTC)))
        return Delivery(result=outline, usage=_sum(asked), prompt=plan.prompt)


def _fill(draft: OutlineDraft, stages: Sequence[int], answers: Sequence[Delivery[StageReply]]) -> Failure | None:
    """Take up what has come. A failure counts only where nothing new has come at all: the next round asks again."""
    added = 0
    failed: Failure | None = None
    for stage, answer in zip(stages, answers, strict=True):
        if isinstance(answer.result, Failure):
            failed = answer.result
        else:
            added += draft.add(stage, answer.result.concepts)
    return failed if added == 0 else None


def _failed(reason: Failure, asked: Sequence[Delivery[object]]) -> Delivery[Outline]:
    raw_answer = next((each.raw_answer for each in reversed(asked) if each.raw_answer), None)
    return Delivery(result=reason, usage=_sum(asked), prompt=asked[-1].prompt, raw_answer=raw_answer)


def _sum(asked: Sequence[Delivery[object]]) -> Usage:
    return sum((each.usage for each in asked), Usage())
