"""What people type: goals in any script and of any length, languages by their tags, days of any calendar."""

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from app.agents.builtin.subject import subject_of
from app.cli.text_files import read_text
from app.core.errors import InvalidInput
from app.domain.copies import copy_title
from app.domain.roadmap import LearningRequest, Outline, earliest_today, title_of
from app.domain.text import name_of


@pytest.mark.parametrize("goal", ["日语", "钢琴", "Go", "C#", "R", "🎹", "한", "ع", "\ufeffGo\n"])
def test_one_visible_character_is_a_goal(goal: str) -> None:
    assert LearningRequest(goal=goal).goal == goal.strip("\ufeff\n")


@pytest.mark.parametrize("goal", ["", " \n\t", "\u200b\u2060", "\u3164", "\u2800", "\u0301", "\u00ad"])
def test_what_nobody_sees_is_no_goal(goal: str) -> None:
    with pytest.raises(ValidationError, match="at least 1 visible character"):
        LearningRequest(goal=goal)


def test_line_breaks_of_every_kind_are_kept_as_one_kind() -> None:
    assert LearningRequest(goal="Week 1\r\n\tTables\x0bKeys\rEnd").goal == "Week 1\n\tTables\nKeys\nEnd"


def test_4000_characters_are_a_goal_and_4001_are_told_how_many_they_are() -> None:
    assert len(LearningRequest(goal="字" * 4000).goal) == 4000
    with pytest.raises(ValidationError, match="at most 4000 characters; it has 4001"):
        LearningRequest(goal="字" * 4001)


def test_limits_of_other_texts_speak_of_characters_too() -> None:
    with pytest.raises(ValidationError) as refusal:
        Outline(title="t" * 201, stages=())
    assert "characters" in str(refusal.value)
    assert "items" not in str(refusal.value)


def test_a_long_goal_is_called_by_its_first_line_and_shortened_visibly() -> None:
    syllabus = "\n\u200b\nDatabases for  analysts\n" + "Week 1: tables and keys.\n" * 100
    assert title_of(syllabus) == "Databases for analysts"
    assert subject_of(f"Learn SQL.\n{syllabus}") == "SQL"
    assert title_of("word " * 500).endswith("…")
    assert len(title_of("字" * 4000)) == 120


def test_persian_joiners_stay_in_names_and_overrides_go() -> None:
    assert name_of("می‌خواهم\u202e\x00 x") == "می‌خواهم x"
    assert name_of("\u200b") == ""


@pytest.mark.parametrize(
    ("typed", "kept"), [("EN", "en"), ("zh-hant-tw", "zh-Hant-TW"), ("SR-latn", "sr-Latn"), ("es-419", "es-419")]
)
def test_languages_are_written_as_the_standard_writes_them(typed: str, kept: str) -> None:
    assert LearningRequest(goal="R", language=typed).language == kept


@pytest.mark.parametrize("typed", ["english", "pt_BR", "e", "en-", "x-foo", "en-abcdefghi"])
def test_what_is_no_tag_is_refused_with_examples(typed: str) -> None:
    with pytest.raises(ValidationError, match="such as en, pt-BR"):
        LearningRequest(goal="R", language=typed)


def test_today_in_los_angeles_is_not_past_when_london_has_tomorrow() -> None:
    half_past_five_in_los_angeles = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
    assert earliest_today(half_past_five_in_los_angeles) <= date(2026, 11, 26)


def test_a_copy_says_so_and_counts() -> None:
    assert copy_title("Bread", "copy") == "Bread (copy)"
    assert copy_title("Bread (copy)", "copy") == "Bread (copy 2)"
    assert len(copy_title("b" * 200, "copy")) == 200


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_may_begin_with_a_byte_order_mark(tmp_path, encoding: str) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "goal.txt").write_bytes("日语\r\nN5".encode(encoding))
    assert read_text(str(tmp_path / "goal.txt")) == "日语\r\nN5"


def test_bytes_that_are_no_text_are_refused_with_their_line(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "goal.txt").write_bytes(b"good\nbad \xff\xfa")
    with pytest.raises(InvalidInput, match="line 2"):
        read_text(str(tmp_path / "goal.txt"))
