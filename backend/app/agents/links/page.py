"""What the first bytes of a page say: its title, and whether its domain is merely parked."""

import codecs
import html
import re
from dataclasses import dataclass

from app.agents.links.plain_text import one_line

_LONGEST_TITLE = 200
_LONGEST_MARKUP = 2_000

_PARKED_PHRASES = (
    "domain is for sale",
    "domain may be for sale",
    "domain name is for sale",
    "buy this domain",
    "domain is parked",
    "this is a parked domain",
    "parked free, courtesy of",
    "this domain has expired",
    "sedoparking.com",
    "is for sale | hugedomains",
)
_WHERE_PARKED_PAGES_SAY_SO = 8_000
"""Characters: further down, an article may well speak about parked domains."""

# Servers name the encoding, and Python knows some that are no character sets: one is quadratic, one always fails.
_CHARACTER_SETS = re.compile(
    r"utf-8|ascii|iso8859-\d+|cp(874|932|949|125\d)|koi8-[ru]|mac-(roman|cyrillic)"
    r"|gb2312|gbk|gb18030|big5(hkscs)?|shift_jis|euc_(jp|kr)|iso2022_jp"
)
# What browsers read under these names.
_READ_AS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE | re.ASCII)
_WHERE_META_DECLARES = 2_048

# Every pattern is bounded: a page that is made to be slow to read costs no more than another.
_META = re.compile(r"<meta\s([^>]{1,1000})>", re.IGNORECASE)
_IS_OG_TITLE = re.compile(r"""\b(?:property|name)\s{0,9}=\s{0,9}["']?og:title\b""", re.IGNORECASE)
_CONTENT = re.compile(r"""\bcontent\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_TITLE = (re.compile(r"<title\b[^>]{0,500}>", re.IGNORECASE), re.compile("</title", re.IGNORECASE))
_NOT_SHOWN = (
    (re.compile("<!--"), re.compile("-->")),
    (re.compile(r"<script\b", re.IGNORECASE), re.compile(r"</script\b[^>]{0,500}>", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    title: str | None
    parked: bool


def read_page(first_bytes: bytes, content_type: str) -> Page:
    """Decode as much of the bytes as possible: an unknown or wrong encoding is not an error."""
    text = _decoded(first_bytes, content_type)
    shown = text
    for opening, closing in _NOT_SHOWN:
        shown = _without(shown, opening, closing)
    title = _title(shown)
    # Parked pages often say so in their scripts only.
    beginning = " ".join(f"{title or ''} {text[:_WHERE_PARKED_PAGES_SAY_SO]}".lower().split())
    return Page(title=title, parked=any(phrase in beginning for phrase in _PARKED_PHRASES))


def _decoded(first_bytes: bytes, content_type: str) -> str:
    for mark, encoding in _MARKS:
        if first_bytes.startswith(mark):
            return first_bytes[len(mark) :].decode(encoding, "replace")
    beginning = first_bytes[:_WHERE_META_DECLARES].decode("ascii", "replace")
    declared = _CHARSET.search(content_type) or _CHARSET.search(beginning)
    return first_bytes.decode(_encoding(declared[1]) if declared else "utf-8", "replace")


def _encoding(name: str) -> str:
    try:
        known = codecs.lookup(name).name
    except LookupError:
        return "utf-8"
    return _READ_AS.get(known, known) if _CHARACTER_SETS.fullmatch(known) else "utf-8"


def _title(text: str) -> str | None:
    opening, closing = _TITLE
    if (start := opening.search(text)) and (end := closing.search(text, start.end())):
        title = _read(text[start.end() : end.start()])
        if title:
            return title
    for meta in _META.finditer(text):
        if _IS_OG_TITLE.search(meta[1]) and (content := _CONTENT.search(meta[1])):
            return _read(content[1] or content[2] or "") or None
    return None


def _read(markup: str) -> str:
    # Cut first: a character reference of thousands of digits is an error to `unescape`.
    return one_line(html.unescape(markup[:_LONGEST_MARKUP]), _LONGEST_TITLE)


def _without(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str:
    """The text without what stands between the marks; what is not closed hides the rest, as it does in browsers."""
    kept: list[str] = []
    position = 0
    while start := opening.search(text, position):
        kept.append(text[position : start.start()])
        end = closing.search(text, start.end())
        if end is None:
            return "".join(kept)
        position = end.end()
    return "".join([*kept, text[position:]])
