"""`greenway approve`, `pause`, `resume`, `cancel`, `retry`: what is written, and when."""

import sys
from typing import Annotated
from uuid import UUID

import typer

from app.cli.asking import RoadmapArgument, ask
from app.cli.endpoint import Endpoint
from app.cli.watching.watch import watch_roadmap
from app.core.settings import load_settings
from app.services.views import Accepted

Watch = Annotated[bool, typer.Option("--watch", help="Watch it until nothing more happens by itself.")]


def approve(roadmap_id: RoadmapArgument, watch: Watch = False) -> None:
    """Approve the outline, so that its content is written."""
    _command(roadmap_id, "approve", "Approved: the content is being written.", watch=watch)


def pause(roadmap_id: RoadmapArgument) -> None:
    """Write nothing for a while. What has finished is saved."""
    _command(roadmap_id, "pause", "Paused: `greenway resume` goes on.")


def resume(roadmap_id: RoadmapArgument, watch: Watch = False) -> None:
    """Go on after a pause; or write what waits, such as concepts that were added."""
    _command(roadmap_id, "resume", "Resumed: what waits is being written.", watch=watch)


def cancel(roadmap_id: RoadmapArgument) -> None:
    """Cancel drafting, revising or writing. What has finished stays."""
    _command(roadmap_id, "cancel", "Cancelled: what has finished stays.")


def retry(roadmap_id: RoadmapArgument, watch: Watch = False) -> None:
    """Take up everything that failed or is missing."""
    _command(roadmap_id, "retry", "Tried again: what failed or is missing is being written.", watch=watch)


def _command(roadmap_id: UUID, command: str, done: str, *, watch: bool = False) -> None:
    ask(lambda api: api.post(roadmap_id, command, Accepted))
    typer.echo(done)
    if watch:
        raise typer.Exit(watch_roadmap(Endpoint.of(load_settings()), roadmap_id, sys.stdout))
