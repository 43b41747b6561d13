"""`greenway show`: the outline as text."""

import typer

from app.cli.asking import RoadmapArgument, ask
from app.cli.watching.state import Watched
from app.cli.watching.words import ROADMAP_WORDS, concept_word, counts, one_line


def show(roadmap_id: RoadmapArgument) -> None:
    """Show the outline with the id and the state of every concept."""
    roadmap = ask(lambda api: api.read(roadmap_id))
    known = Watched.of(roadmap)
    typer.echo(f"{one_line(roadmap.title)}: {ROADMAP_WORDS[roadmap.status]}, {counts(known.progress)}")
    for stage in roadmap.stages:
        typer.echo(f"\n{one_line(stage.name)}  [{stage.stage_id}]")
        for module in stage.modules:
            typer.echo(f"  {one_line(module.name)}  [{module.module_id}]")
            for concept in module.concepts:
                word = concept_word(known.concepts[concept.concept_id])
                learned = ", learned" if concept.learned_at else ""
                facts = f"{concept.estimated_hours:g} h, {concept.difficulty}, {word}{learned}"
                typer.echo(f"    {one_line(concept.name)}  [{concept.concept_id}]  {facts}")
