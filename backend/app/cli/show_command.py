"""`greenway show`: the outline as text."""

from uuid import UUID

import typer

from app.cli.api_client import ApiClient
from app.cli.asking import ask_about
from app.cli.roadmap_ids import RoadmapArgument
from app.cli.watching.state import WatchedRoadmap
from app.cli.watching.words import ROADMAP_WORDS, concept_word, counts, one_line
from app.reading.views import RoadmapView


def show(roadmap: RoadmapArgument) -> None:
    """Show the outline, with the id and state of every concept, and its address in the web app."""

    async def work(api: ApiClient, roadmap_id: UUID) -> tuple[RoadmapView, str]:
        return await api.read(roadmap_id), api.page_of(roadmap_id)

    shown, page = ask_about(roadmap, work)
    known = WatchedRoadmap.of(shown)
    typer.echo(f"{one_line(shown.title)}: {ROADMAP_WORDS[shown.status]}, {counts(known.progress)}")
    if shown.imported_at is not None:
        typer.echo(f"Imported on {shown.imported_at.astimezone():%Y-%m-%d}; the file's content has not been verified.")
    typer.echo(page)
    for stage in shown.stages:
        typer.echo(f"\n{one_line(stage.name)}  [{stage.stage_id}]")
        for module in stage.modules:
            typer.echo(f"  {one_line(module.name)}  [{module.module_id}]")
            for concept in module.concepts:
                word = concept_word(known.concepts[concept.concept_id])
                learned = ", learned" if concept.learned_at else ""
                facts = f"{concept.estimated_hours:g} h, {concept.difficulty}, {word}{learned}"
                typer.echo(f"    {one_line(concept.name)}  [{concept.concept_id}]  {facts}")
