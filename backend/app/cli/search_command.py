"""`greenway search`: passages of lessons and notes that hold some words."""

import sys
from typing import Annotated, Any

import typer

from app.cli.api_client import ApiClient
from app.cli.asking import ask
from app.cli.roadmap_ids import checked, find_roadmap
from app.cli.watching.words import many_lines, one_line
from app.domain.search import DEFAULT_RESULTS, MAX_RESULTS
from app.reading.views import MarkedText, SearchResults

_INCOMPLETE = "not everything is in the index yet; search again for the rest."


def search(
    words: Annotated[list[str], typer.Argument(help="What to search for; a passage must hold all of it.")],
    roadmap: Annotated[str | None, typer.Option(metavar="ID", help="Search this roadmap only.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MAX_RESULTS, help="The most passages to show.")] = DEFAULT_RESULTS,
) -> None:
    """Search lessons and notes.

    Each passage is shown with the roadmap and the concept, as `greenway read` takes them. The exit code is 1 if nothing
    is found.
    """

    async def work(api: ApiClient) -> SearchResults:
        query: dict[str, Any] = {"q": " ".join(words), "limit": limit}
        if roadmap is not None:
            query["roadmap_id"] = await find_roadmap(api, checked(roadmap))
        return await api.search(query)

    results = ask(work)
    for number, item in enumerate(results.items):
        place = f" › {_shown(item.heading)}" if item.heading.text and item.source != "concept" else ""
        if number:
            typer.echo()
        typer.echo(f"{item.roadmap_id}  {item.concept_id}")
        typer.echo(f"{one_line(item.roadmap_title)} › {one_line(item.concept_name)}{place} ({item.source})")
        if item.excerpt.text:
            typer.echo(f"  {_shown(item.excerpt)}")
    if not results.complete:
        typer.echo(f"greenway: {_INCOMPLETE}", err=True)
    if not results.items:
        typer.echo("greenway: nothing was found.", err=True)
        raise typer.Exit(1)


def _shown(marked: MarkedText) -> str:
    """The text, which has no line breaks; a terminal shows what was searched for in bold."""
    parts, at = [], 0
    for found in marked.matches:
        match = many_lines(marked.text[found.start : found.end])
        parts += [
            many_lines(marked.text[at : found.start]),
            typer.style(match, bold=True) if sys.stdout.isatty() else match,
        ]
        at = found.end
    return "".join([*parts, many_lines(marked.text[at:])])
