"""Writes Markdown: formatted for a terminal, as it is for everything else."""

from typing import TextIO

from rich.console import Console
from rich.markdown import Markdown

WIDEST = 100
"""Columns that a line of text has at most: longer ones are hard to read."""


def write_markdown(markdown: str, stream: TextIO) -> None:
    console = Console(file=stream, highlight=False)
    if console.is_terminal and not console.is_dumb_terminal:
        console.print(Markdown(markdown), width=min(console.width, WIDEST))
    else:
        stream.write(markdown)
