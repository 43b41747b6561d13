"""What people type: which texts are fit to be kept, and how a long one is shown in little space."""

import re
import unicodedata

_LINE_ENDS = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
"""Everything that breaks a line on some system: pasted text comes from Windows, PDF files and slides."""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_BYTE_ORDER_MARK = "\ufeff"
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Fillers that Unicode calls letters or symbols, and that show nothing."""
_TAGS = range(0xE0000, 0xE1000)
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""With these a name could pretend to be another one. Joiners are no such thing: Persian and Hindi need them."""


def in_one_line(text: str) -> str:
    """Line breaks and tabs become spaces, and no space stands beside another."""
    return " ".join(text.replace(_BYTE_ORDER_MARK, "").split())


def in_lines(text: str) -> str:
    """Line breaks stay, all of one kind; what surrounds the text goes."""
    return _LINE_ENDS.sub("\n", text.replace(_BYTE_ORDER_MARK, "")).strip()


def has_controls(text: str, allowed: str = "") -> bool:
    """Whether there are control characters, or halves of characters, that are not typed on purpose."""
    return any(one not in allowed for one in _CONTROL.findall(text))


def is_visible(text: str) -> bool:
    """Whether the text shows anything on a screen: more than spaces, marks without a letter, and characters
    that only steer how others are shown."""
    return any(_shows(one) for one in text)


def name_of(text: str) -> str:
    """A name on one line, without characters that only do harm there; empty if there is nothing to be seen."""
    fit = "".join(" " if has_controls(one) else one for one in text if one not in _OVERRIDES)
    return in_one_line(fit) if is_visible(fit) else ""


def first_line(text: str) -> str:
    """The first line that shows something, single-spaced."""
    return next((in_one_line(line) for line in in_lines(text).split("\n") if is_visible(line)), "")


def shortened(text: str, most: int) -> str:
    """The text, or its beginning with an ellipsis: at most so many characters, cut between words where there are some,
    and never between a letter and its marks."""
    if len(text) <= most:
        return text
    end = most - 1
    while end > 1 and (unicodedata.category(text[end])[0] == "M" or "\u200d" in (text[end], text[end - 1])):
        end -= 1
    head, _, _ = text[:end].rpartition(" ")
    return (head if len(head) > most // 2 else text[:end]).rstrip(" ,;:，；：、") + "…"


def _shows(one: str) -> bool:
    # What this Unicode database does not know yet is given the benefit of the doubt.
    category = unicodedata.category(one)
    if category in {"Cc", "Cf", "Cs"} or category[0] in "ZM":
        return False
    return one not in _BLANK_LETTERS and ord(one) not in _TAGS
