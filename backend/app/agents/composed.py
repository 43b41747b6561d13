"""Authors made of several."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TypeVar

import structlog

from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import Artefact
from app.domain.failures import Failure, FailureCode
from app.domain.model_settings import OUTLINE
from app.domain.outline_operations import RevisionPlan
from app.domain.roadmap import LearningRequest, Outline
from app.generation.ports import Author
from app.generation.work import ConceptBrief, Delivery

OUT_OF_REACH = frozenset({FailureCode.QUOTA, FailureCode.UNAVAILABLE, FailureCode.UNREACHABLE})
"""Failures of a model with which another one takes over: it is out of credit, or away."""

T = TypeVar("T")

log = structlog.get_logger()


class AuthorForParts:
    """Has each part written by the author for it, and all others by `main`."""

    def __init__(self, main: Author, by_part: Mapping[str, Author]) -> None:
        self.name = main.name
        self._main = main
        self._by_part = by_part

    async def draft(self, request: LearningRequest) -> Delivery[Outline]:
        return await self._of(OUTLINE).draft(request)

    async def revise(self, request: LearningRequest, outline: Outline, feedback: str) -> Delivery[RevisionPlan]:
        return await self._of(OUTLINE).revise(request, outline, feedback)

    async def write(self, kind: ArtefactKind, brief: ConceptBrief) -> Delivery[Artefact]:
        return await self._of(kind).write(kind, brief)

    async def close(self) -> None:
        await _close(self._main, *self._by_part.values())

    def _of(self, part: str) -> Author:
        return self._by_part.get(part, self._main)


class AuthorWithFallback:
    """Has `second` write what `first` cannot, because it is out of credit or away. Each signs what it has written; what
    the first one's attempt has cost counts."""

    def __init__(self, first: Author, second: Author) -> None:
        self.name = first.name
        self._first = first
        self._second = second

    async def draft(self, request: LearningRequest) -> Delivery[Outline]:
        return await self._ask(lambda author: author.draft(request))

    async def revise(self, request: LearningRequest, outline: Outline, feedback: str) -> Delivery[RevisionPlan]:
        return await self._ask(lambda author: author.revise(request, outline, feedback))

    async def write(self, kind: ArtefactKind, brief: ConceptBrief) -> Delivery[Artefact]:
        return await self._ask(lambda author: author.write(kind, brief))

    async def close(self) -> None:
        await _close(self._first, self._second)

    async def _ask(self, ask: Callable[[Author], Awaitable[Delivery[T]]]) -> Delivery[T]:
        delivery = await ask(self._first)
        if not isinstance(delivery.result, Failure) or delivery.result.code not in OUT_OF_REACH:
            return delivery
        log.info("fallback_model_asked", instead_of=delivery.author, code=delivery.result.code)
        second = await ask(self._second)
        return replace(second, usage=delivery.usage + second.usage)


async def _close(*authors: Author) -> None:
    for author in dict.fromkeys(authors):
        await author.close()
