"""`greenway watch`: a roadmap while it fills itself in."""

import sys
from typing import Annotated

import typer

from app.cli.asking import ask
from app.cli.endpoint import Endpoint
from app.cli.roadmap_ids import RoadmapArgument, find_roadmap
from app.cli.watching.watch import watch_roadmap
from app.core.settings import load_settings


def watch(
    roadmap: RoadmapArgument,
    follow: Annotated[
        bool, typer.Option("--follow", help="Keep watching, through the review and later changes, until Ctrl-C.")
    ] = False,
) -> None:
    """Watch a roadmap until there is nothing left to do.

    The exit code is 0 if everything is ready or the outline is waiting for review, 3 if something is missing,
    and 1 if it failed or was cancelled.
    """
    roadmap_id = ask(lambda api: find_roadmap(api, roadmap))
    raise typer.Exit(watch_roadmap(Endpoint.of(load_settings()), roadmap_id, sys.stdout, follow=follow))
