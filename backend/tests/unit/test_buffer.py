"""The buffer gives up every artefact exactly once, in batches of the right size, at the right time."""

import asyncio
from collections.abc import Sequence

from factories import finished
from hypothesis import given
from hypothesis import strategies as st

from app.domain.content.kind import ArtefactKind
from app.generation.buffer import Buffer
from app.generation.work import Batch


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def a_buffer(*, flush_every: int = 10, max_age: float | None = None, clock: Clock | None = None) -> Buffer:
    return Buffer(flush_every=flush_every, max_age=max_age, clock=clock or Clock())


async def fill(buffer: Buffer, concepts: int) -> list[Batch]:
    """Finish so many concepts, then drain; all batches in order."""
    batches = []
    for number in range(concepts):
        for kind in ArtefactKind:
            await buffer.add(finished(f"c{number}", kind))
        batches.append(await buffer.finish(f"c{number}"))
    batches.append(await buffer.drain())
    return [batch for batch in batches if batch is not None]


async def sizes(concepts: int) -> list[int]:
    return [batch.size for batch in await fill(a_buffer(), concepts)]


async def test_25_concepts_make_10_10_5() -> None:
    assert await sizes(25) == [10, 10, 5]


async def test_30_concepts_make_three_tens_and_no_empty_batch() -> None:
    assert await sizes(30) == [10, 10, 10]


async def test_8_concepts_make_one_final_batch() -> None:
    assert await sizes(8) == [8]


async def test_nothing_makes_no_batch() -> None:
    assert await sizes(0) == []


async def test_every_kind_is_in_the_batches() -> None:
    batches = await fill(a_buffer(), 25)
    for kind in ArtefactKind:
        assert sum(item.kind == kind for batch in batches for item in batch.artefacts) == 25


async def test_an_artefact_does_not_wait_for_its_concept() -> None:
    clock = Clock()
    buffer = a_buffer(max_age=1.0, clock=clock)
    await buffer.add(finished("slow", ArtefactKind.TUTORIAL))
    clock.now = 0.99
    assert await buffer.take_aged() is None
    clock.now = 1.0
    batch = await buffer.take_aged()
    assert batch is not None
    assert [item.kind for item in batch.artefacts] == [ArtefactKind.TUTORIAL]
    assert batch.finished == ()


async def test_age_is_that_of_the_oldest_entry() -> None:
    clock = Clock()
    buffer = a_buffer(max_age=1.0, clock=clock)
    await buffer.add(finished("a", ArtefactKind.TUTORIAL))
    clock.now = 0.9
    await buffer.add(finished("b", ArtefactKind.TUTORIAL))
    assert buffer.due == 1.0
    clock.now = 1.0
    batch = await buffer.take_aged()
    assert batch is not None
    assert len(batch.artefacts) == 2
    assert buffer.due is None


async def test_without_an_age_limit_nothing_is_ever_due() -> None:
    clock = Clock()
    buffer = a_buffer(clock=clock)
    await buffer.add(finished("a", ArtefactKind.TUTORIAL))
    clock.now = 1e9
    assert buffer.due is None
    assert await buffer.take_aged() is None


Steps = st.lists(
    st.one_of(
        st.tuples(st.just("artefact"), st.integers(0, 20), st.sampled_from(ArtefactKind)),
        st.tuples(st.just("finish"), st.integers(0, 20), st.none()),
        st.tuples(st.just("age"), st.integers(1, 30), st.none()),
    ),
    max_size=80,
)


@given(steps=Steps, flush_every=st.integers(1, 12), max_age=st.one_of(st.none(), st.just(1.0)))
def test_nothing_is_lost_doubled_or_reordered(
    steps: Sequence[tuple[str, int, ArtefactKind | None]], flush_every: int, max_age: float | None
) -> None:
    async def play() -> None:
        clock = Clock()
        buffer = a_buffer(flush_every=flush_every, max_age=max_age, clock=clock)
        given_artefacts, given_finished, batches = [], [], []
        for step, number, kind in steps:
            batch = None
            match step:
                case "artefact":
                    assert kind is not None
                    artefact = finished(f"c{number}", kind)
                    given_artefacts.append(artefact)
                    await buffer.add(artefact)
                case "finish":
                    given_finished.append(f"c{number}")
                    batch = await buffer.finish(f"c{number}")
                    assert (batch is not None) == (batch is not None and batch.size == flush_every)
                case "age":
                    clock.now += number / 10
                    batch = await buffer.take_aged()
                    assert buffer.due is None or buffer.due > clock.now
            if batch is not None:
                batches.append(batch)
        batches += [batch] if (batch := await buffer.drain()) else []
        assert [item for batch in batches for item in batch.artefacts] == given_artefacts
        assert [concept_id for batch in batches for concept_id in batch.finished] == given_finished
        assert all(batch.size <= flush_every for batch in batches)
        assert all(batch.artefacts or batch.finished for batch in batches)
        assert await buffer.drain() is None

    asyncio.run(play())
