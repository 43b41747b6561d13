"""Blocks of code in what models write are closed and name a language."""

import pytest

from app.agents.writing.markdown import tidy


@pytest.mark.parametrize(
    ("written", "tidied"),
    [
        ("```\nls\n```", "```text\nls\n```"),
        ("``` \nls\n```", "```text\nls\n```"),
        ("~~~\nls\n~~~", "~~~text\nls\n~~~"),
        ("```\na\n```\nand\n```\nb\n```", "```text\na\n```\nand\n```text\nb\n```"),
    ],
)
def test_a_block_without_a_language_is_text(written: str, tidied: str) -> None:
    assert tidy(written) == tidied


@pytest.mark.parametrize(
    ("written", "tidied"),
    [
        ("```sql\nSELECT 1", "```sql\nSELECT 1\n```"),
        ("```\nls", "```text\nls\n```"),
        ("~~~sql\nSELECT 1\n```", "~~~sql\nSELECT 1\n```\n~~~"),
        ("````markdown\n```\nls\n```", "````markdown\n```\nls\n```\n````"),
    ],
)
def test_a_block_that_is_open_at_the_end_is_closed(written: str, tidied: str) -> None:
    assert tidy(written) == tidied


@pytest.mark.parametrize(
    "written",
    [
        "```sql\nSELECT 1;\n```",
        "~~~python title=a.py\nprint()\n~~~",
        "````markdown\n```\nls\n```\n````",
        "Some `code` and\n\n- a list\n\n    ```\n    indented by four",
        "Inline ```code``` is no block",
        "",
    ],
)
def test_what_is_well_made_stays(written: str) -> None:
    assert tidy(written) == written


@pytest.mark.parametrize("written", ["```\nls", "```sql\nSELECT 1", "~~~\na\n~~~\n```\nb", "plain"])
def test_what_was_tidied_stays(written: str) -> None:
    assert tidy(tidy(written)) == tidy(written)


def test_blank_lines_around_a_text_go() -> None:
    assert tidy("\n\nText\n\n") == "Text"
