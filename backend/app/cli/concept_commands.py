"""`greenway prioritise`, `regenerate`, `versions`, `restore`: single concepts."""

from typing import Annotated, Any
from uuid import UUID

import typer

from app.cli.api_client import ApiClient
from app.cli.asking import ConceptArgument, RoadmapArgument, ask, find_concept
from app.cli.watching.words import one_line
from app.domain.authors import spoken
from app.domain.content import ArtefactKind
from app.services.views import Accepted, ConceptDetail, Versions

Artefact = Annotated[ArtefactKind, typer.Option(help="Which artefact.")]


def prioritise(roadmap_id: RoadmapArgument, concept: ConceptArgument) -> None:
    """Write a waiting concept next, as soon as a slot is free."""
    name = ask(lambda api: _post(api, roadmap_id, concept, "prioritise"))
    typer.echo(f"{name} comes next.")


def regenerate(
    roadmap_id: RoadmapArgument,
    concept: ConceptArgument,
    artefact: Annotated[list[ArtefactKind] | None, typer.Option(help="Which artefact; may be repeated.")] = None,
    instructions: Annotated[str | None, typer.Option(help="How it should be.")] = None,
) -> None:
    """Have another version written; the one that is there stays readable."""
    body: dict[str, Any] = {"artefacts": [str(one) for one in artefact or ArtefactKind]}
    if instructions:
        body["instructions"] = instructions
    name = ask(lambda api: _post(api, roadmap_id, concept, "regenerate", body))
    typer.echo(f"{name} is being written again; `greenway versions` lists what there is.")


def versions(roadmap_id: RoadmapArgument, concept: ConceptArgument) -> None:
    """List all versions of a concept's artefacts."""

    async def work(api: ApiClient) -> Versions:
        found = find_concept(await api.read(roadmap_id), concept)
        return await api.get(roadmap_id, f"concepts/{found.concept_id}/versions", Versions)

    for one in ask(work).items:
        mark = "*" if one.current else " "
        when = one.created_at.strftime("%Y-%m-%d %H:%M")
        typer.echo(f"{mark} {one.artefact:<9}  version {one.version}  {when}  {spoken(one_line(one.author))}")


def restore(
    roadmap_id: RoadmapArgument,
    concept: ConceptArgument,
    artefact: Artefact,
    version: Annotated[int, typer.Option(min=1, help="Which version.")],
) -> None:
    """Make an earlier version of an artefact the current one again."""

    async def work(api: ApiClient) -> ConceptDetail:
        found = find_concept(await api.read(roadmap_id), concept)
        body = {"artefact": artefact, "version": version}
        return await api.post(roadmap_id, f"concepts/{found.concept_id}/restore", ConceptDetail, body)

    typer.echo(f"{one_line(ask(work).name)} has version {version} of its {artefact} again.")


async def _post(api: ApiClient, roadmap_id: UUID, wanted: str, command: str, body: dict[str, Any] | None = None) -> str:
    """Gives the concept's name."""
    concept = find_concept(await api.read(roadmap_id), wanted)
    await api.post(roadmap_id, f"concepts/{concept.concept_id}/{command}", Accepted, body)
    return one_line(concept.name)
