"""What Greenway says in Chinese has Chinese punctuation."""

import re
from collections.abc import Iterator
from dataclasses import astuple
from string import Template

import pytest

from app.agents.builtin.revising_words import SENTENCES
from app.agents.builtin.wording import WORDINGS
from app.domain.failures import FailureCode, failure


def half_width(text: str) -> list[str]:
    """Punctuation of Latin script; what is filled in counts as Chinese."""
    chinese = Template.pattern.sub("文", text)
    return re.findall(r".?[,;:?!()](?!\d).?", chinese)
