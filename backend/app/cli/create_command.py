"""`greenway create`: a new roadmap, through the API."""

import asyncio
import sys
from collections.abc import Mapping
from typing import Annotated, Any, get_args
from uuid import UUID

import typer

from app.cli.api_client import ApiClient
from app.cli.endpoint import Endpoint
from app.cli.language_warning import language_warning
from app.cli.text_files import STANDARD_INPUT, read_text
from app.cli.watching.watch import watch_roadmap
from app.cli.watching.words import one_line
from app.core.errors import InvalidInput
from app.core.settings import load_settings
from app.domain.roadmap import DEFAULT_CONCEPTS, MIN_CONCEPTS, Level
from app.reading.views import Created


def create(
    goal: Annotated[
        str | None, typer.Argument(metavar="GOAL", help="What you want to learn; - reads it from standard input.")
    ] = None,
    goal_file: Annotated[
        str | None, typer.Option("--goal-file", metavar="FILE", help="Read the goal from a file; - for standard input.")
    ] = None,
    level: Annotated[
        Level, typer.Option(metavar=f"<{'|'.join(get_args(Level.__value__))}>", help="How much you already know.")
    ] = "beginner",
    concepts: Annotated[int, typer.Option(min=MIN_CONCEPTS, help="How many concepts to plan.")] = DEFAULT_CONCEPTS,
    language: Annotated[str, typer.Option(help="The language to write in, such as en or de.")] = "en",
    hours_per_week: Annotated[int, typer.Option(min=1, max=168, help="How many hours a week you have.")] = 5,
    approve: Annotated[bool, typer.Option("--approve", help="Approve the outline as soon as it is drafted.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Watch the roadmap until there is nothing left to do.")
    ] = False,
) -> None:
    """Create a roadmap and print its id.

    With --watch, the exit code is 0 if everything is ready or the outline is waiting for review, 3 if something is
    missing, and 1 if it failed or was cancelled.
    """
    request = {
        "goal": _goal(goal, goal_file),
        "level": level,
        "concepts": concepts,
        "language": language,
        "hours_per_week": hours_per_week,
        "auto_approve": approve,
    }
    endpoint = Endpoint.of(load_settings())
    roadmap_id, warnings = asyncio.run(_create(endpoint, request))
    typer.echo(str(roadmap_id))
    for warning in warnings:
        typer.echo(f"greenway: {warning}", err=True)
    if watch:
        # Only the id goes to stdout, so that `id=$(greenway create ... --watch)` works.
        raise typer.Exit(watch_roadmap(endpoint, roadmap_id, sys.stderr))


def _goal(goal: str | None, goal_file: str | None) -> str:
    """The goal, with its line breaks. What it may hold, the API says.

    Raises:
        InvalidInput: there is none, or there are two.
    """
    if (goal is None) == (goal_file is None):
        raise InvalidInput("Give either a goal or a file with --goal-file.")
    if goal is not None and goal != STANDARD_INPUT:
        return goal
    return read_text(goal_file or STANDARD_INPUT)


async def _create(endpoint: Endpoint, request: Mapping[str, Any]) -> tuple[UUID, list[str]]:
    async with ApiClient.open(endpoint) as roadmaps:
        created = await roadmaps.create(request)
        warnings = [await language_warning(roadmaps, created.roadmap_id, request["language"]), fit_sentence(created)]
        return created.roadmap_id, [warning for warning in warnings if warning is not None]


def fit_sentence(created: Created) -> str | None:
    """What is drafted without a model, where no curated course covers the goal."""
    fit = created.fit
    if fit is None or (fit.course is not None and not fit.missing):
        return None
    missing = one_line(", ".join(fit.missing))
    if fit.course is None:
        return f"Without a model, this becomes a general study plan: no course covers {missing}."
    covered = one_line(", ".join(fit.covered))
    return (
        f"Without a model, this becomes a general study plan: the course {fit.course} covers {covered}, and nothing on"
        f" {missing}."
    )
