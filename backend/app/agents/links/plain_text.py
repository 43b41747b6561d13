"""Words of strangers, made fit to be stored and shown."""

import unicodedata

from app.domain.text import shortened

# Databases refuse NUL and lone surrogates, terminals obey control characters, and the bidirectional overrides let a
# title pretend to be another one. Joiners stay: Persian and Hindi are misspelt without them.
_UNFIT_CATEGORIES = frozenset({"Cc", "Cs"})
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def one_line(text: str, longest: int) -> str:
    """At most `longest` characters on one line, single-spaced, without invisible characters."""
    fit = "".join(char for char in text if char.isspace() or not _unfit(char))
    return shortened(" ".join(fit.split()), longest)


def _unfit(char: str) -> bool:
    return char in _OVERRIDES or unicodedata.category(char) in _UNFIT_CATEGORIES
