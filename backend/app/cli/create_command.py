"""`greenway create`: a new roadmap, through the API."""

import asyncio
import sys
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import typer

from app.cli.api_client import ApiClient
from app.cli.endpoint import Endpoint
from app.cli.watching.watch import watch_roadmap
from app.core.settings import load_settings
from app.domain.roadmap import DEFAULT_CONCEPTS, MIN_CONCEPTS, Level


def create(
    goal: Annotated[str, typer.Argument(metavar="GOAL", help="What you want to learn.")],
    level: Annotated[Level, typer.Option(help="What you know already.")] = "beginner",
    concepts: Annotated[int, typer.Option(min=MIN_CONCEPTS, help="How many concepts.")] = DEFAULT_CONCEPTS,
    language: Annotated[str, typer.Option(help="The language to write in, such as en or de.")] = "en",
    hours_per_week: Annotated[int, typer.Option(min=1, max=168, help="How much time you have.")] = 5,
    approve: Annotated[bool, typer.Option("--approve", help="Approve the outline as it is drafted.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Watch it until nothing more happens by itself.")] = False,
) -> None:
    """Create a roadmap and print its id. With --watch: exit code 0 completed, 3 partly completed, 1 failed."""
    endpoint = Endpoint.of(load_settings())
    request = {
        "goal": goal,
        "level": level,
        "concepts": concepts,
        "language": language,
        "hours_per_week": hours_per_week,
        "auto_approve": approve,
    }
    roadmap_id = asyncio.run(_create(endpoint, request))
    typer.echo(str(roadmap_id))
    if watch:
        # Only the id goes to stdout, so that `id=$(greenway create ... --watch)` works.
        raise typer.Exit(watch_roadmap(endpoint, roadmap_id, sys.stderr))


async def _create(endpoint: Endpoint, request: Mapping[str, Any]) -> UUID:
    async with ApiClient.open(endpoint) as roadmaps:
        return (await roadmaps.create(request)).roadmap_id
