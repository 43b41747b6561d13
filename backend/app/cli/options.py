"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Host = Annotated[str, typer.Option(help="The address to listen on; loopback only, unless GREENWAY_LISTEN_ANY=1.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]
DataDir = Annotated[
    Path, typer.Option(envvar="GREENWAY_DATA_DIR", help="The data directory, where `greenway up` keeps everything.")
]
WhenTold = Annotated[
    bool, typer.Option("--when-told", hidden=True, help="Begin once a line comes on stdin; `greenway up` sends it.")
]
