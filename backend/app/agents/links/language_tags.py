"""The parts of a BCP 47 tag that search engines understand."""

import re

_REGION = re.compile("[A-Za-z]{2}")
_SCRIPT = re.compile("[A-Za-z]{4}")
_SCRIPT_REGIONS = {("zh", "hant"): "TW", ("zh", "hans"): "CN"}


def language_and_region(tag: str) -> tuple[str, str]:
    """`("zh", "TW")` for `zh-Hant-TW`, and for `zh-Hant`, which is written there; `("de", "")` for `de`."""
    language, *rest = re.split("[-_]", tag)
    language = language.lower()
    for part in rest:
        if len(part) == 1:
            break  # an extension: what follows is no region
        if _REGION.fullmatch(part):
            return language, part.upper()
    scripts = (part.lower() for part in rest[:1] if _SCRIPT.fullmatch(part))
    return language, next((_SCRIPT_REGIONS.get((language, script), "") for script in scripts), "")
