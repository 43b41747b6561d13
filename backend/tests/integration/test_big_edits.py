"""Edits that would make an outline long, and edits at the same moment."""

import asyncio

import pytest
from factories import an_outline
from integration.conftest import Desk

from app.domain.outline_operations import AddConcept, AddStage, Move, NewConcept, NewModule, Operation
from app.domain.outline_rules import OutlineError
from app.domain.viewer import LOCAL_VIEWER


async def test_an_edit_that_grows_beyond_the_limit_ends_where_it_does(desk: Desk) -> None:
    roadmap_id = await desk.drafted()
    modules = tuple(NewModule(name=f"M{n}", concepts=(NewConcept(name="C"),)) for n in range(500))
    operations: list[Operation] = [AddStage(name=f"S{n}", modules=modules) for n in range(48)]
    operations += [Move(target="stage", id="s0") for _ in range(450)]
    with pytest.raises(OutlineError) as refused:
        await desk.outlines.apply(LOCAL_VIEWER, roadmap_id, operations, if_match=None)
    assert refused.value.message == (
        "Operation 1 (add_stage): the outline would have more than 300 concepts (GREENWAY_MAX_CONCEPTS)."
    )


async def test_edits_at_the_same_moment_are_all_made(desk: Desk) -> None:
    roadmap_id = await desk.drafted(an_outline(3))
    module_id = an_outline(3).stages[0].modules[0].module_id

    async def add(name: str) -> None:
        concept = AddConcept(module_id=module_id, name=name)
        await desk.outlines.apply(LOCAL_VIEWER, roadmap_id, [concept], if_match=None)

    await asyncio.gather(*(add(f"Added {number}") for number in range(8)))
    roadmap = await desk.read.roadmaps.roadmap(LOCAL_VIEWER, roadmap_id)
    assert all(f'"Added {number}"'.encode() in roadmap.body for number in range(8))
