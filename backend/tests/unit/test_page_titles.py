"""Titles are read from the beginning of any page, well made or not, in whatever character set."""

import pytest

from app.agents.links.page import Page, read_page
from app.agents.links.plain_text import one_line


def _title(html: str | bytes, content_type: str = "text/html; charset=utf-8") -> str | None:
    return read_page(html.encode() if isinstance(html, str) else html, content_type).title


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title>Plain</title>", "Plain"),
        ("<TITLE lang=en>Loud</TITLE >", "Loud"),
        ("<title>\n  Two \t lines\n </title>", "Two lines"),
        ("<title>Salt &amp; pepper &#8211; &eacute;&#x1F600;</title>", "Salt & pepper – é😀"),
        ("<!-- <title>Old</title> --><title>New</title>", "New"),
        ("<script>a='<title>No</title>'</script><title>Yes</title>", "Yes"),
        ("<title>First</title><svg><title>Icon</title></svg>", "First"),
        ("<title> </title><meta property='og:title' content='Shared'>", "Shared"),
        ('<meta content="It\'s &quot;so&quot;" property="og:title"/>', 'It\'s "so"'),
        ("<title>Both</title><meta property='og:title' content='Shared'>", "Both"),
        ("<title>A\u202eB\x00C\x1b[31m</title>", "ABC[31m"),
        ("<title>می\u200cخواهم</title>", "می\u200cخواهم"),
        ("<title>Never closed", None),
        ("<meta property='og:title'><meta name=description content=No>", None),
        ("<title>&#" + "9" * 50_000 + ";</title>", "�"),
        ("", None),
    ],
)
def test_the_title_of_a_page(html: str, title: str | None) -> None:
    assert _title(html) == title


def test_a_long_title_is_cut() -> None:
    title = _title("<title>" + "word " * 100 + "</title>")
    assert title is not None
    assert len(title) <= 200
    assert title.endswith("word…")


@pytest.mark.parametrize(
    ("html", "content_type", "title"),
    [
        ("<title>Grün</title>".encode("latin-1"), "text/html; charset=ISO-8859-1", "Grün"),
        ('<meta charset="windows-1251"><title>Привет</title>'.encode("cp1251"), "text/html", "Привет"),
        (
            '<meta http-equiv=Content-Type content="text/html; charset=gb2312"><title>学习</title>'.encode("gbk"),
            "text/html",
            "学习",
        ),
        ("<title>日本</title>".encode("shift_jis"), "text/html; charset=Shift_JIS", "日本"),
        ("\ufeff<title>Marked</title>".encode("utf-16-le"), "text/html", "Marked"),
        ("\ufeff<title>Grün</title>".encode(), "text/html; charset=latin-1", "Grün"),
        ("<title>Grün</title>".encode(), "text/html; charset=no-such-set", "Grün"),
        (b"<title>Gr\xfcn</title>", "text/html; charset=utf-8", "Gr�n"),
    ],
)
def test_character_sets_come_from_the_mark_the_header_or_the_page(html: bytes, content_type: str, title: str) -> None:
    assert _title(html, content_type) == title


@pytest.mark.parametrize("name", ["punycode", "idna", "zip", "hex", "undefined", "unicode_escape", "utf-7", "\x00"])
def test_python_s_other_codecs_are_no_character_sets(name: str) -> None:
    assert _title("<title>Grün \\x41</title>", f"text/html; charset={name}") == "Grün \\x41"


@pytest.mark.parametrize(
    "html",
    [
        "<title>shop.example is for sale | HugeDomains</title>",
        "<h1>This domain\n  may be for sale!</h1>",
        "<script src='https://img.sedoparking.com/x.js'></script>",
    ],
)
def test_parked_domains_are_recognised(html: str) -> None:
    assert read_page(html.encode(), "text/html").parked


@pytest.mark.parametrize("html", ["<title>Parked cars</title>", "<title>Domain parking</title><p>is a practice"])
def test_a_page_about_parking_is_not_parked(html: str) -> None:
    assert not read_page(html.encode(), "text/html").parked


def test_a_quotation_far_down_does_not_park_a_page() -> None:
    html = "<title>Buying names</title>" + "word " * 3_000 + "buy this domain"
    assert read_page(html.encode(), "text/html") == Page(title="Buying names", parked=False)


def test_text_that_no_database_takes_is_left_out() -> None:
    assert one_line("a\x00b\ud800c \n d\u2066", 100) == "abc d"
