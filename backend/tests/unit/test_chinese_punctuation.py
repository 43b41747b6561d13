"""What Greenway says in Chinese has Chinese punctuation."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Template

import pytest

import app

HERE = Path(app.__file__).parent
PATTERN = re.compile(r"\||\(\?")
"""How expressions look that find what others write."""
HAN = re.compile("[\u3400-\u9fff]")


def half_width(text: str) -> list[str]:
    """Punctuation of Latin script; what is filled in counts as Chinese."""
    chinese = re.sub(r"\{\w+\}", "文", Template.pattern.sub("文", text))
    return re.findall(r"(?:[\u2018-\uffef][,;:?!()]|[,;:?!(][\u2018-\uffef])", chinese)


def texts_in(path: Path) -> Iterator[str]:
    if path.suffix == ".toml":
        yield from _values(tomllib.loads(path.read_text("utf-8")))
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not PATTERN.search(node.value):
            yield node.value


def _values(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from (text for one in value.values() for text in _values(one))
        case list():
            yield from (text for one in value for text in _values(one))


CHINESE = [
    path
    for path in sorted(HERE.rglob("*.py")) + sorted(HERE.rglob("*.toml"))
    if path.stem not in {"subject", "option_labels"} and any(HAN.search(text) for text in texts_in(path))
]
"""Without the modules that read what others write."""


@pytest.mark.parametrize("path", CHINESE, ids=lambda path: path.name)
def test_what_is_said_in_chinese_has_chinese_punctuation(path: Path) -> None:
    assert [text for text in texts_in(path) if HAN.search(text) and half_width(text)] == []


@pytest.mark.parametrize("text", ["我们这边出了问题;请重试。", "已添加:$names。", "“$name”可能是(旧)$names", "在吗?"])
def test_half_width_punctuation_is_found(text: str) -> None:
    assert half_width(text)
