"""What is searched for, what is found, and what is shown of it."""

import pytest

from app.domain.content.kind import Passage
from app.domain.search import (
    EXCERPT,
    MAX_PASSAGE,
    START,
    STOP,
    Terms,
    excerpt,
    in_pieces,
    marked,
    pairs_of,
    plain,
    run_matches,
    word_matches,
    words_of,
)


def test_words_keep_their_places() -> None:
    text = "Left JOIN, <b>or</b> 数据 it_isn't"
    assert words_of(text) == "left join   b or  b     it isn t"
    assert len(words_of(text)) == len(text)


def test_a_word_has_its_marks() -> None:
    assert words_of("हिन्दी") == "हिन्दी"


def test_runs_are_indexed_as_pairs_that_follow_one_another() -> None:
    assert pairs_of("关系数据。SQL 表") == "'关系':1 '系数':2 '数据':3 '据':4 '表':5"


def test_a_query_has_words_and_runs() -> None:
    terms = Terms.of("Left joins 关系数 表")
    assert terms.word_query == "left & joins:*"
    assert terms.run_query == "('关系' <-> '系数') & '表':*"


def test_a_query_without_anything_to_search_for_is_none() -> None:
    assert not Terms.of("?! '")


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("A **bold** *word* and `code`", "A bold word and code"),
        ("## Title\n> said\n- one", "Title\nsaid\none"),
        ("[a table](https://example.org/) here", "a table here"),
        ("```sql\nSELECT 2**3 * 4;\n```", "\nSELECT 2**3 * 4;\n"),
    ],
)
def test_excerpts_are_without_marks(markdown: str, shown: str) -> None:
    assert plain(markdown) == shown


def test_a_long_passage_is_indexed_in_several_without_losing_any_of_it() -> None:
    text = "x" * MAX_PASSAGE + "the end"
    pieces = list(in_pieces([Passage("Heading", text, "section-1"), Passage("", "")]))
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.anchor for piece in pieces] == ["section-1", "section-1", None]


def test_matches_are_places_in_the_text_that_is_shown() -> None:
    whole = marked("A left join of 数据 joins", [*word_matches(f"A left {START}join{STOP} of    {START}joins{STOP}")])
    assert [whole.text[start:stop] for start, stop in whole.matches] == ["join", "joins"]


def test_an_excerpt_begins_shortly_before_the_first_match_and_says_that_it_is_one() -> None:
    text = "word " * 100 + "needle " + "more " * 100
    at = text.index("needle")
    shown = excerpt(marked(text, [(at, at + 6)]))
    assert shown.text.startswith("…word")
    assert shown.text.endswith("…")
    assert len(shown.text) <= EXCERPT + 2
    assert [shown.text[start:stop] for start, stop in shown.matches] == ["needle"]


def test_a_short_passage_is_shown_whole() -> None:
    text = "关系数据库"
    shown = excerpt(marked(text, run_matches(text, Terms.of("数据"))))
    assert shown.text == text
    assert shown.matches == ((2, 4),)
