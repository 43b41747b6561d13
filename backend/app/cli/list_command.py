"""`greenway list`: the newest roadmaps, a line each."""

from typing import Annotated

import typer

from app.cli.asking import ask
from app.cli.watching.words import ROADMAP_WORDS, one_line
from app.domain.tasks import RoadmapStatus


def list_(
    search: Annotated[str | None, typer.Option(help="Words of the title or the goal.")] = None,
    status: Annotated[list[RoadmapStatus] | None, typer.Option(help="Only in this state; may be repeated.")] = None,
    trash: Annotated[bool, typer.Option("--trash", help="Those that were deleted.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many at most.")] = 20,
) -> None:
    """List your roadmaps, the newest first."""
    query = {"q": search, "status": [str(one) for one in status or ()], "trash": "true" if trash else None}
    for roadmap in ask(lambda api: api.list(query | {"limit": limit})).items:
        done = f"{roadmap.progress.completed}/{roadmap.progress.total}"
        typer.echo(f"{roadmap.roadmap_id}  {ROADMAP_WORDS[roadmap.status]:<16}  {done:>7}  {one_line(roadmap.title)}")
