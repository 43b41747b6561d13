"""`greenway read`, `learned`: a lesson in the terminal, and that it has been learned."""

import sys
from typing import Annotated
from uuid import UUID

import typer

from app.cli.api_client import ApiClient
from app.cli.asking import ask, find_concept
from app.cli.concept_markdown import concept_markdown, what_is_missing
from app.cli.markdown_output import write_markdown
from app.cli.roadmap_ids import checked, find_roadmap
from app.cli.watching.words import one_line
from app.core.errors import InvalidInput
from app.domain.content.status import ContentStatus
from app.reading.views import ConceptDetail

_EXIT_CODES = {ContentStatus.COMPLETED: 0, ContentStatus.FAILED: 1}
_INCOMPLETE = 3

First = Annotated[
    str,
    typer.Argument(metavar="ID|CONCEPT", help="The roadmap's id. For the newest roadmap, the concept alone is enough."),
]
Second = Annotated[
    str | None,
    typer.Argument(metavar="CONCEPT", help="The concept's id or name, or the beginning of either if unique."),
]


def read(first: First, second: Second = None) -> None:
    """Read a lesson: tutorial, resources and the questions of the quiz.

    A pipe gets Markdown. The exit code is 0 if the lesson is complete, 3 if something is missing, and 1 if it failed.
    """
    concept = ask(lambda api: _read(api, first, second))
    if markdown := concept_markdown(concept):
        write_markdown(markdown, sys.stdout)
    for sentence in what_is_missing(concept):
        typer.echo(f"greenway: {sentence}", err=True)
    raise typer.Exit(_EXIT_CODES.get(concept.content_status, _INCOMPLETE))


def learned(
    first: First,
    second: Second = None,
    no: Annotated[bool, typer.Option("--no", help="Mark it as not learned.")] = False,
) -> None:
    """Mark a concept as learned."""

    async def work(api: ApiClient) -> ConceptDetail:
        roadmap_id, concept_id = await _find(api, first, second)
        return await api.put(roadmap_id, f"concepts/{concept_id}/learned", ConceptDetail, {"learned": not no})

    name = one_line(ask(work).name)
    typer.echo(f"No longer marked as learned: {name}" if no else f"Marked as learned: {name}")


async def _read(api: ApiClient, first: str, second: str | None) -> ConceptDetail:
    roadmap_id, concept_id = await _find(api, first, second)
    return await api.get(roadmap_id, f"concepts/{concept_id}", ConceptDetail)


async def _find(api: ApiClient, first: str, second: str | None) -> tuple[UUID, str]:
    """The roadmap and the concept: `first` is the roadmap where there is a `second`."""
    if second is not None:
        roadmap_id = await find_roadmap(api, checked(first))
        return roadmap_id, find_concept(await api.read(roadmap_id), second).concept_id
    roadmap = await api.read(await _newest(api))
    try:
        return roadmap.roadmap_id, find_concept(roadmap, first).concept_id
    except InvalidInput as error:
        raise InvalidInput(
            f"{error.message} Greenway looked in the newest roadmap, {one_line(roadmap.title)}; "
            "for another roadmap, give its id before the concept."
        ) from error


async def _newest(api: ApiClient) -> UUID:
    roadmaps = (await api.list({"limit": 1})).items
    if not roadmaps:
        raise InvalidInput("There are no roadmaps yet; `greenway create` creates one.")
    return roadmaps[0].roadmap_id
