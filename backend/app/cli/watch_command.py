"""`greenway watch`: a roadmap while it fills itself in."""

import sys
from typing import Annotated

import typer

from app.cli.asking import RoadmapArgument
from app.cli.endpoint import Endpoint
from app.cli.watching.watch import watch_roadmap
from app.core.settings import load_settings


def watch(
    roadmap_id: RoadmapArgument,
    follow: Annotated[
        bool, typer.Option("--follow", help="Stay: through the review, and for whatever is changed later.")
    ] = False,
) -> None:
    """Watch a roadmap until it is completed (exit code 0), partly completed (3) or has failed (1)."""
    raise typer.Exit(watch_roadmap(Endpoint.of(load_settings()), roadmap_id, sys.stdout, follow=follow))
