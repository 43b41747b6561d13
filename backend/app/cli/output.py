"""Output to terminals that cannot show every character: what they lack is replaced, and nothing breaks."""

import codecs
import io
import os
import sys
import unicodedata

_ERRORS = "greenway"
_SYMBOLS = str.maketrans(
    {
        **dict.fromkeys("✓✔", "+"),
        **dict.fromkeys("▸▶►→", ">"),
        **dict.fromkeys("·•–—−‐‑─━", "-"),
        **dict.fromkeys("│┃├└╰┌┐┘╭╮╯", "|"),
        **dict.fromkeys("╸╺", "-"),
        **dict.fromkeys("✗✘×", "x"),
        **dict.fromkeys("‘’‚", "'"),
        **dict.fromkeys("“”„«»", '"'),
        "…": "...",
    }
)
_UNKNOWN = "?"


def print_what_can_be_printed() -> None:
    """For the rest of the process; exceptions of the encoding no longer happen. A stream that was closed before the
    start takes what it is given."""
    codecs.register_error(_ERRORS, _replace)
    # Python has no stream for a closed descriptor, though the types say otherwise.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ERRORS)


def _replace(error: UnicodeError) -> tuple[str, int]:
    """A similar character that every encoding has, or a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_similar, error.object[error.start : error.end])), error.end


def _similar(character: str) -> str:
    symbol = character.translate(_SYMBOLS)
    if symbol.isascii():
        return symbol
    letters = "".join(part for part in unicodedata.normalize("NFKD", character) if part.isascii())
    return letters or ("" if unicodedata.combining(character) else _UNKNOWN)
