"""Edits that would make an outline long, and edits at the same moment."""

import asyncio

import pytest
from factories import an_outline
from integration.conftest import Desk

from app.domain.outline_operations import AddConcept, AddStage, Move, NewConcept, NewModule, Operation
from app.domain.outline_rules import OutlineError
from app.services.accounts import LOCAL_USER


async def test_an_edit_that_grows_beyond_the_limit_ends_where_it_does(desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    modules = tuple(NewModule(name=f"M{n}", concepts=(NewConcept(name="C"),)) for n in range(500))
    operations: list[Operation] = [AddStage(name=f"S{n}", modules=modules) for n in range(48)]
    operations += [Move(target="stage", id="s0") for _ in range(450)]
    with pytest.raises(OutlineError) as refused:
        await desk.outlines.apply(roadmap_id, operations, user_id=LOCAL_USER, if_match=None)
    assert refused.value.message == (
        "Operation 1 (add_stage): the outline would have more than 300 concepts (GREENWAY_MAX_CONCEPTS)."
    )


async def test_edits_at_the_same_moment_are_all_made(desk: Desk) -> None:
    roadmap_id = await desk.drafted(an_outline(3))
    module_id = an_outline(3).stages[0].modules[0].module_id

    async def add(name: str) -> None:
        concept = AddConcept(module_id=module_id, name=name)
        await desk.outlines.apply(roadmap_id, [concept], user_id=LOCAL_USER, if_match=None)

    await asyncio.gather(*(add(f"Added {number}") for number in range(8)))
    roadmap = await desk.reader.read(roadmap_id, user_id=LOCAL_USER)
    assert all(f'"Added {number}"'.encode() in roadmap.body for number in range(8))
