"""Texts with named gaps, as they stand in the data files."""

import re
from collections.abc import Iterable

_GAP = re.compile(r"\{(\w+)\}")


def fill(template: str, **values: str) -> str:
    """Fill the gaps once: braces inside a value (a learner's words) stay as they are, as do unknown gaps."""
    return _GAP.sub(lambda gap: values.get(gap[1], gap[0]), template)


def fill_all(templates: Iterable[str], **values: str) -> tuple[str, ...]:
    return tuple(fill(template, **values) for template in templates)


def headline(template: str, **values: str) -> str:
    """Filled, and with a capital first letter."""
    text = fill(template, **values)
    return text[:1].upper() + text[1:]
