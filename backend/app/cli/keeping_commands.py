"""`greenway delete`, `undelete`, `export`, `import`, `duplicate`: roadmaps as a whole."""

import codecs
import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
import typer

from app.cli.asking import ask, ask_about
from app.cli.roadmap_ids import RoadmapArgument
from app.cli.text_files import read_text
from app.core.errors import InvalidInput
from app.reading.views import Created, RoadmapView


def delete(roadmap: RoadmapArgument) -> None:
    """Move a roadmap to the trash, where it is kept for 30 days."""
    ask_about(roadmap, lambda api, roadmap_id: api.delete(roadmap_id))
    typer.echo("Deleted. `greenway undelete` restores it within 30 days.")


def undelete(roadmap: RoadmapArgument) -> None:
    """Restore a roadmap from the trash."""
    ask_about(roadmap, lambda api, roadmap_id: api.post(roadmap_id, "restore", RoadmapView), trash=True)
    typer.echo("Restored.")


def export(
    roadmap: RoadmapArgument,
    format: Annotated[Literal["json"], typer.Option(help="The document's format.")] = "json",  # noqa: ARG001
    output: Annotated[Path | None, typer.Option(help="The file to write. Without it, the document is printed.")] = None,
) -> None:
    """Export a roadmap: outline, history, content, versions and progress."""
    document = ask_about(roadmap, lambda api, roadmap_id: api.take_out(roadmap_id))
    if output is None:
        sys.stdout.write(_printable(document) + "\n")
        return
    try:
        output.write_bytes(document)
    except OSError as error:
        raise InvalidInput(f"{str(output)!r} cannot be written: {error.strerror}.") from error


def import_(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A file that `greenway export` wrote, or - for standard input.")
    ],
) -> None:
    """Import an exported roadmap and print its new id."""
    document = _document(file)
    typer.echo(str(ask(lambda api: api.take_in(document)).roadmap_id))


def duplicate(roadmap: RoadmapArgument) -> None:
    """Copy a roadmap and print the copy's id."""
    copy = ask_about(roadmap, lambda api, roadmap_id: api.post(roadmap_id, "duplicate", Created))
    typer.echo(str(copy.roadmap_id))


def _printable(document: bytes) -> str:
    """As it is where the terminal, or the file behind it, is in UTF-8; else with every other letter written in ASCII,
    which says the same."""
    in_utf8 = codecs.lookup(sys.stdout.encoding).name == "utf-8"
    return document.decode() if in_utf8 else json.dumps(orjson.loads(document))


def _document(file: str) -> Any:
    """The document in a file, with or without a byte order mark, with any line endings."""
    try:
        return orjson.loads(read_text(file))
    except orjson.JSONDecodeError as error:
        raise InvalidInput(
            f"{file!r} is not valid JSON (line {error.lineno}, column {error.colno}: {error.msg}); "
            "import a file that `greenway export` wrote."
        ) from None
