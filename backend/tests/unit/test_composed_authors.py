"""Authors made of several: each part has its own, and the second takes over when the first is out of reach."""

from typing import TypeVar

import pytest
from factories import a_request, an_artefact, an_outline

from app.agents.composed import OUT_OF_REACH, AuthorForParts, AuthorWithFallback
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import Artefact
from app.domain.failures import FailureCode, failure
from app.domain.outline_operations import RevisionPlan
from app.domain.roadmap import LearningRequest, Outline
from app.domain.usage import Usage
from app.generation.work import ConceptBrief, Delivery

BRIEF = ConceptBrief(
    concept=next(an_outline(1).concepts), stage_name="s", module_name="m", request=a_request(), outline=an_outline(1)
)


T = TypeVar("T")


class OneAuthor:
    """Delivers, or fails with a code; each call costs a call."""

    def __init__(self, name: str, code: FailureCode | None = None) -> None:
        self.name = name
        self.code = code
        self.closed = 0

    async def draft(self, request: LearningRequest) -> Delivery[Outline]:
        return self._deliver(an_outline(1))

    async def revise(self, request: LearningRequest, outline: Outline, feedback: str) -> Delivery[RevisionPlan]:
        return self._deliver(RevisionPlan.model_validate({"operations": [{"op": "retitle", "title": "New"}]}))

    async def write(self, kind: ArtefactKind, brief: ConceptBrief) -> Delivery[Artefact]:
        return self._deliver(an_artefact(kind, "c0"))

    async def close(self) -> None:
        self.closed += 1

    def _deliver(self, result: T) -> Delivery[T]:
        if self.code is None:
            return Delivery(result=result, author=self.name, usage=Usage(calls=1))
        failed = failure(self.code, "en", seconds=1, limit="1", times=1)
        return Delivery(result=failed, author=self.name, usage=Usage(calls=1))


async def test_each_part_is_written_by_its_own_author_and_all_are_closed_once() -> None:
    main, other = OneAuthor("main"), OneAuthor("other")
    author = AuthorForParts(main, {"quiz": other, "outline": other})
    assert (await author.draft(a_request())).author == "other"
    assert (await author.revise(a_request(), an_outline(1), "x")).author == "other"
    assert (await author.write(ArtefactKind.QUIZ, BRIEF)).author == "other"
    assert (await author.write(ArtefactKind.TUTORIAL, BRIEF)).author == "main"
    await author.close()
    assert (author.name, main.closed, other.closed) == ("main", 1, 1)


@pytest.mark.parametrize("code", FailureCode)
async def test_the_second_takes_over_only_when_the_first_is_out_of_reach(code: FailureCode) -> None:
    author = AuthorWithFallback(OneAuthor("first", code), OneAuthor("second"))
    delivery = await author.write(ArtefactKind.QUIZ, BRIEF)
    assert delivery.author == ("second" if code in OUT_OF_REACH else "first")
    assert delivery.usage.calls == (2 if code in OUT_OF_REACH else 1), "what the first attempt has cost counts"
    assert author.name == "first"


async def test_one_that_delivers_needs_no_other() -> None:
    author = AuthorWithFallback(OneAuthor("first"), OneAuthor("second", FailureCode.INTERNAL))
    assert (await author.draft(a_request())).author == "first"
