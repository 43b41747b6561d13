"""`greenway prioritise`, `regenerate`, `versions`, `restore`: single concepts."""

from typing import Annotated, Any
from uuid import UUID

import typer

from app.cli.api_client import ApiClient
from app.cli.asking import ConceptArgument, ask_about, find_concept
from app.cli.roadmap_ids import RoadmapArgument
from app.cli.watching.words import author_name, one_line
from app.domain.content.kind import ArtefactKind
from app.reading.views import Accepted, ConceptDetail, Versions

Artefact = Annotated[ArtefactKind, typer.Option(help="Which part of the concept.")]


def prioritise(roadmap: RoadmapArgument, concept: ConceptArgument) -> None:
    """Write a waiting concept next."""
    name = _post(roadmap, concept, "prioritise")
    typer.echo(f"{name} is up next.")


def regenerate(
    roadmap: RoadmapArgument,
    concept: ConceptArgument,
    artefact: Annotated[
        list[ArtefactKind] | None,
        typer.Option(help="Which part of the concept; may be repeated. Without it, all of them."),
    ] = None,
    instructions: Annotated[str | None, typer.Option(help="What the author should do differently.")] = None,
) -> None:
    """Write a new version of a concept. The earlier ones are kept."""
    body: dict[str, Any] = {}
    if artefact:
        body["artefacts"] = [str(one) for one in artefact]
    if instructions:
        body["instructions"] = instructions
    name = _post(roadmap, concept, "regenerate", body)
    typer.echo(f"{name} is being written again. `greenway versions` lists its versions.")


def versions(roadmap: RoadmapArgument, concept: ConceptArgument) -> None:
    """List the versions of a concept. An asterisk marks the current ones."""

    async def work(api: ApiClient, roadmap_id: UUID) -> Versions:
        found = find_concept(await api.read(roadmap_id), concept)
        return await api.get(roadmap_id, f"concepts/{found.concept_id}/versions", Versions)

    for one in ask_about(roadmap, work).items:
        mark = "*" if one.current else " "
        when = one.created_at.strftime("%Y-%m-%d %H:%M")
        typer.echo(f"{mark} {one.artefact:<9}  version {one.version}  {when}  {author_name(one.author)}")


def restore(
    roadmap: RoadmapArgument,
    concept: ConceptArgument,
    artefact: Artefact,
    version: Annotated[int, typer.Option(min=1, help="The version's number, as `greenway versions` lists it.")],
) -> None:
    """Restore an earlier version of a concept."""

    async def work(api: ApiClient, roadmap_id: UUID) -> ConceptDetail:
        found = find_concept(await api.read(roadmap_id), concept)
        body = {"artefact": artefact, "version": version}
        return await api.post(roadmap_id, f"concepts/{found.concept_id}/restore", ConceptDetail, body)

    typer.echo(f"Restored version {version} of the {artefact} of {one_line(ask_about(roadmap, work).name)}.")


def _post(roadmap: str, wanted: str, command: str, body: dict[str, Any] | None = None) -> str:
    """Gives the concept's name."""

    async def work(api: ApiClient, roadmap_id: UUID) -> str:
        concept = find_concept(await api.read(roadmap_id), wanted)
        await api.post(roadmap_id, f"concepts/{concept.concept_id}/{command}", Accepted, body)
        return one_line(concept.name)

    return ask_about(roadmap, work)
