"""Texts from files and from standard input, however an editor or a shell has encoded them."""

import codecs
import sys
from pathlib import Path
from typing import TextIO

from app.core.errors import InvalidInput
from app.core.files import read_bounded, read_up_to

STANDARD_INPUT = "-"
LONGEST_FILE = 256 * 1024**2
"""Bytes; more than any API takes."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""What files begin with that say their encoding; that of UTF-32 begins like that of UTF-16."""


def _is_closed(stream: TextIO | None) -> bool:
    """Python makes no stream of what was closed when it started."""
    return stream is None


def read_text(file: str) -> str:
    """The text of a file, or of standard input for `-`: UTF-8, or what its byte order mark says.

    Raises:
        InvalidInput: it cannot be read, or is no text.
    """
    name = "Standard input" if file == STANDARD_INPUT else repr(file)
    if file == STANDARD_INPUT and _is_closed(sys.stdin):
        raise InvalidInput("Standard input is closed; there is nothing to read.")
    try:
        if file == STANDARD_INPUT:
            data = read_up_to(LONGEST_FILE, sys.stdin.buffer)
        else:
            data = read_bounded(Path(file), LONGEST_FILE)
    except OSError as error:
        raise InvalidInput(f"{name} cannot be read: {error.strerror}.") from error
    except ValueError as error:  # a NUL in the name
        raise InvalidInput(f"{name} is not the name of a file.") from error
    encoding = next((one for mark, one in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InvalidInput(f"{name} is not UTF-8 text: line {line} contains invalid bytes.") from None
