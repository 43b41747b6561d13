"""Languages as BCP 47 names them: `en`, `pt-BR`, `zh-Hant-TW`, `sr-Latn`."""

import re
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

LONGEST_TAG = 64
_WELL_FORMED = re.compile(
    r"[a-z]{2,3}(-[a-z]{3}){0,3}"  # the language, and how it was extended before 2009
    r"(-[a-z]{4})?"  # the script
    r"(-([a-z]{2}|[0-9]{3}))?"  # the region
    r"(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"  # variants
    r"(-[0-9a-wy-z](-[a-z0-9]{2,8})+)*"  # extensions
    r"(-x(-[a-z0-9]{1,8})+)?"  # private use
)
_REFUSAL = "must be a language tag (BCP 47) such as en, pt-BR or zh-Hant"


def normalised(tag: str) -> str:
    """The tag in the letter case that RFC 5646 recommends: `zh-Hant-TW` for `ZH-hant-tw`.

    Raises:
        ValueError: it is not well-formed, or does not begin with a language.
    """
    lower = tag.lower()
    if len(tag) > LONGEST_TAG or not tag.isascii() or _WELL_FORMED.fullmatch(lower) is None:
        raise ValueError(_REFUSAL)
    first, *rest = lower.split("-")
    parts, is_extension = [first], False
    for part in rest:
        is_extension = is_extension or len(part) == 1
        if is_extension or not part.isalpha():
            parts.append(part)
        else:
            parts.append({2: part.upper(), 4: part.title()}.get(len(part), part))
    return "-".join(parts)


def _normalised(tag: object) -> object:
    return normalised(tag) if isinstance(tag, str) else tag


# The pattern is for the document of the API: what `_normalised` lets through matches it.
LanguageTag = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$", max_length=LONGEST_TAG),
    BeforeValidator(_normalised),
]
