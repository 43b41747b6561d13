"""A row that the database refuses is taken out of its batch, and the rest is saved."""

from dataclasses import replace

import pytest
from factories import a_batch, an_outline
from integration.conftest import Desk

from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds.tutorial import Section, Tutorial
from app.domain.events import ConceptComplete, ConceptFailed
from app.domain.failures import FailureCode
from app.domain.usage import Usage
from app.generation.work import Batch

NUL = Tutorial.model_construct(summary="a\0b", sections=(Section(heading="What", markdown="It is."),))
HALF = Tutorial.model_construct(summary="\ud800", sections=(Section(heading="What", markdown="It is."),))


def with_a_tutorial(batch: Batch, concept_id: str, tutorial: Tutorial) -> Batch:
    """The batch in which a concept's tutorial, which has cost a call, got past all checks."""
    return replace(
        batch,
        artefacts=tuple(
            replace(item, delivery=replace(item.delivery, result=tutorial, usage=Usage(calls=1)))
            if (item.concept_id, item.kind) == (concept_id, ArtefactKind.TUTORIAL)
            else item
            for item in batch.artefacts
        ),
    )


@pytest.mark.parametrize("warm", [False, True])
@pytest.mark.parametrize("tutorial", [NUL, HALF], ids=["NUL", "half a character"])
async def test_what_the_database_refuses_fails_alone(tutorial: Tutorial, warm: bool, desk: Desk) -> None:
    claim, _ = await desk.claimed(an_outline(4))
    store = desk.store(claim)
    await store.pending()
    if warm:  # the store knows the log's position, and tries without reading it
        await store.start(["c0"])
    batch = with_a_tutorial(a_batch("c0", "c1", "c2", "c3"), "c1", tutorial)
    events = await store.save(batch)
    outcomes = {e.concept_id: type(e) for e in events if isinstance(e, ConceptComplete | ConceptFailed)}
    assert outcomes == {"c0": ConceptComplete, "c1": ConceptFailed, "c2": ConceptComplete, "c3": ConceptComplete}
    concept = await desk.concept(claim.roadmap_id, "c1")
    assert (concept["tutorial"], concept["quiz_status"]) == (None, "completed")
    [failed] = concept["failures"]
    assert (failed["artefact"], failed["code"]) == ("tutorial", FailureCode.INTERNAL)
    backlog = await store.pending()
    assert backlog.spent.calls == 1
    again = await store.save(batch)
    assert [event.seq for event in again] == [event.seq for event in events], "the same batch twice changes nothing"


async def test_two_refused_rows_take_nothing_else_with_them(desk: Desk) -> None:
    claim, _ = await desk.claimed(an_outline(4))
    store = desk.store(claim)
    await store.pending()
    batch = with_a_tutorial(with_a_tutorial(a_batch("c0", "c1", "c2", "c3"), "c1", NUL), "c3", HALF)
    events = await store.save(batch)
    assert [e.concept_id for e in events if isinstance(e, ConceptFailed)] == ["c1", "c3"]
    assert [e.concept_id for e in events if isinstance(e, ConceptComplete)] == ["c0", "c2"]
