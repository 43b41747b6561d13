"""What the client commands share: a client for as long as a command takes, roadmaps by their ids, concepts by name."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from app.cli.api_client import ApiClient
from app.cli.choosing import Candidate, choose
from app.cli.endpoint import Endpoint
from app.cli.roadmap_ids import find_roadmap
from app.core.settings import load_settings
from app.reading.views import ConceptView, RoadmapView

T = TypeVar("T")

ConceptArgument = Annotated[
    str, typer.Argument(metavar="CONCEPT", help="The concept's id or name, or the beginning of either if unique.")
]


def ask(work: Callable[[ApiClient], Awaitable[T]]) -> T:
    """Do something with the API."""

    async def run() -> T:
        async with ApiClient.open(Endpoint.of(load_settings())) as api:
            return await work(api)

    return asyncio.run(run())


def ask_about(wanted: str, work: Callable[[ApiClient, UUID], Awaitable[T]], *, trash: bool = False) -> T:
    """Do something with the roadmap whose id, or part of it, was given."""

    async def run(api: ApiClient) -> T:
        return await work(api, await find_roadmap(api, wanted, trash=trash))

    return ask(run)


def concepts_of(roadmap: RoadmapView) -> list[ConceptView]:
    return [concept for stage in roadmap.stages for module in stage.modules for concept in module.concepts]


def find_concept(roadmap: RoadmapView, wanted: str) -> ConceptView:
    """The concept that is meant by a part of its id or name.

    Raises:
        InvalidInput: there is none, or more than one.
    """
    concepts = {concept.concept_id: concept for concept in concepts_of(roadmap)}
    candidates = [Candidate(id=concept.concept_id, name=concept.name) for concept in concepts.values()]
    return concepts[choose("concept", wanted, candidates).id]
