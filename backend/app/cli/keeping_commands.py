"""`greenway delete`, `undelete`, `export`, `import`, `duplicate`: roadmaps as a whole."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
import typer

from app.cli.asking import RoadmapArgument, ask
from app.cli.text_files import read_text
from app.core.errors import InvalidInput
from app.services.views import Created, RoadmapView


def delete(roadmap_id: RoadmapArgument) -> None:
    """Put a roadmap into the trash."""
    ask(lambda api: api.delete(roadmap_id))
    typer.echo("Deleted: `greenway undelete` brings it back within 30 days.")


def undelete(roadmap_id: RoadmapArgument) -> None:
    """Take a roadmap out of the trash."""
    ask(lambda api: api.post(roadmap_id, "restore", RoadmapView))
    typer.echo("The roadmap is back.")


def export(
    roadmap_id: RoadmapArgument,
    format: Annotated[Literal["json"], typer.Option(help="The form of the document.")] = "json",  # noqa: ARG001
    output: Annotated[Path | None, typer.Option(help="The file to write; without it, the document is printed.")] = None,
) -> None:
    """Export a roadmap: outline, history, content, versions and progress."""
    document = ask(lambda api: api.take_out(roadmap_id))
    if output is None:
        sys.stdout.write(document.decode() + "\n")
        return
    try:
        output.write_bytes(document)
    except OSError as error:
        raise InvalidInput(f"{output} cannot be written: {error.strerror}.") from error


def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="What `export` has written; - for standard input.")],
) -> None:
    """Import a roadmap under a new id, and print that."""
    document = _document(file)
    typer.echo(str(ask(lambda api: api.take_in(document)).roadmap_id))


def duplicate(roadmap_id: RoadmapArgument) -> None:
    """Copy a roadmap as it stands, and print the copy's id."""
    typer.echo(str(ask(lambda api: api.post(roadmap_id, "duplicate", Created)).roadmap_id))


def _document(file: str) -> Any:
    """The document in a file, with or without a byte order mark, with lines that end in whatever way."""
    try:
        return orjson.loads(read_text(file))
    except orjson.JSONDecodeError as error:
        raise InvalidInput(
            f"{file} is not JSON (line {error.lineno}, column {error.colno}: {error.msg}); "
            "`greenway export` writes what can be imported."
        ) from None
