"""`greenway list`: the newest roadmaps, a line each."""

import sys
from typing import Annotated

import typer

from app.cli.asking import ask
from app.cli.roadmap_ids import short_ids
from app.cli.watching.words import ROADMAP_WORDS, one_line
from app.domain.tasks import RoadmapStatus


def list_(
    search: Annotated[str | None, typer.Option(help="Only roadmaps with these words in the title or goal.")] = None,
    status: Annotated[
        list[RoadmapStatus] | None, typer.Option(help="Only roadmaps with this status; may be repeated.")
    ] = None,
    trash: Annotated[bool, typer.Option("--trash", help="List deleted roadmaps.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100, help="The most roadmaps to list.")] = 20,
) -> None:
    """List your roadmaps, newest first.

    A terminal shows the end of each id, which every command accepts; a pipe gets whole ids.
    """
    query = {"q": search, "status": [str(one) for one in status or ()], "trash": "true" if trash else None}
    roadmaps = ask(lambda api: api.list(query | {"limit": limit})).items
    short = short_ids(roadmap.roadmap_id for roadmap in roadmaps) if sys.stdout.isatty() else {}
    for roadmap in roadmaps:
        shown = short.get(roadmap.roadmap_id, str(roadmap.roadmap_id))
        done = f"{roadmap.progress.completed}/{roadmap.progress.total}"
        imported = "  (imported)" if roadmap.imported_at is not None else ""
        typer.echo(f"{shown}  {ROADMAP_WORDS[roadmap.status]:<16}  {done:>7}  {one_line(roadmap.title)}{imported}")
