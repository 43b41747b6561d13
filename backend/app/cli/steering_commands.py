"""`greenway approve`, `pause`, `resume`, `cancel`, `retry`, `rewrite`: what is written, and when."""

import sys
from typing import Annotated
from uuid import UUID

import typer

from app.cli.api_client import ApiClient
from app.cli.asking import ask_about
from app.cli.endpoint import Endpoint
from app.cli.roadmap_ids import RoadmapArgument
from app.cli.watching.watch import watch_roadmap
from app.core.settings import load_settings
from app.reading.views import Accepted

Watch = Annotated[bool, typer.Option("--watch", help="Watch the roadmap until there is nothing left to do.")]


def approve(roadmap: RoadmapArgument, watch: Watch = False) -> None:
    """Approve the outline and start writing its content."""
    _command(roadmap, "approve", "Approved. The content is being written.", watch=watch)


def pause(roadmap: RoadmapArgument) -> None:
    """Pause writing. Finished content is kept."""
    _command(roadmap, "pause", "Paused. `greenway resume` continues.")


def resume(roadmap: RoadmapArgument, watch: Watch = False) -> None:
    """Continue after a pause, or write concepts that were added since then."""
    _command(roadmap, "resume", "Resumed. The missing content is being written.", watch=watch)


def cancel(roadmap: RoadmapArgument) -> None:
    """Cancel drafting, revising or writing. Finished content is kept."""
    _command(roadmap, "cancel", "Cancelled. Finished content is kept.")


def retry(roadmap: RoadmapArgument, watch: Watch = False) -> None:
    """Generate failed and missing content."""
    _command(roadmap, "retry", "Retrying. Failed and missing content is being written.", watch=watch)


def rewrite(roadmap: RoadmapArgument, watch: Watch = False) -> None:
    """Write new versions of what another model has written. Older versions are kept."""
    _command(roadmap, "rewrite", "Rewriting what another model has written.", watch=watch)


def _command(roadmap: str, command: str, done: str, *, watch: bool = False) -> None:
    async def work(api: ApiClient, roadmap_id: UUID) -> UUID:
        await api.post(roadmap_id, command, Accepted)
        return roadmap_id

    roadmap_id = ask_about(roadmap, work)
    typer.echo(done)
    if watch:
        raise typer.Exit(watch_roadmap(Endpoint.of(load_settings()), roadmap_id, sys.stdout))
