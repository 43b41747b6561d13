"""What the client commands share: a client for as long as a command takes, and concepts by name."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from app.cli.api_client import ApiClient
from app.cli.endpoint import Endpoint
from app.cli.watching.words import one_line
from app.core.errors import InvalidInput
from app.core.settings import load_settings
from app.services.views import ConceptView, RoadmapView

T = TypeVar("T")

RoadmapArgument = Annotated[UUID, typer.Argument(metavar="ID", help="The roadmap's id.")]
ConceptArgument = Annotated[str, typer.Argument(metavar="CONCEPT", help="The concept's id, or its name.")]
CANDIDATES_SHOWN = 5


def ask(work: Callable[[ApiClient], Awaitable[T]]) -> T:
    """Do something with the API at GREENWAY_URL."""

    async def run() -> T:
        async with ApiClient.open(Endpoint.of(load_settings())) as api:
            return await work(api)

    return asyncio.run(run())


def concepts_of(roadmap: RoadmapView) -> list[ConceptView]:
    return [concept for stage in roadmap.stages for module in stage.modules for concept in module.concepts]


def find_concept(roadmap: RoadmapView, wanted: str) -> ConceptView:
    """The concept of that id, of that name, or the only one whose name contains it.

    Raises:
        InvalidInput: there is none, or more than one.
    """
    concepts = concepts_of(roadmap)
    names = {concept.concept_id: one_line(concept.name) for concept in concepts}
    found = [concept for concept in concepts if concept.concept_id == wanted]
    found = found or [concept for concept in concepts if concept.name.casefold() == wanted.casefold()]
    found = found or [concept for concept in concepts if wanted.casefold() in concept.name.casefold()]
    if not found:
        raise InvalidInput(f"The roadmap has no concept {one_line(wanted)!r}; `greenway show` lists them.")
    if len(found) > 1:
        candidates = ", ".join(f"{names[one.concept_id]} ({one.concept_id})" for one in found[:CANDIDATES_SHOWN])
        raise InvalidInput(f"More than one concept fits {one_line(wanted)!r}: {candidates}; please give an id.")
    return found[0]
