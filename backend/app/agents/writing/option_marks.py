"""Marks that stand for the place of an option: letters and numbers of the scripts in which quizzes are written."""

import re
import unicodedata
from collections.abc import Sequence


def _split(*alphabets: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(alphabet.split()) for alphabet in alphabets)


_ALPHABETS = _split(
    "a b c d e f g h",
    "1 2 3 4 5 6 7 8",
    "一 二 三 四 五 六 七 八",
    "甲 乙 丙 丁 戊 己 庚 辛",
    "ア イ ウ エ オ カ キ ク",
    "あ い う え お か き く",
    "가 나 다 라 마 바 사 아",
    "ㄱ ㄴ ㄷ ㄹ ㅁ ㅂ ㅅ ㅇ",
    "а б в г д е ж з",
    "а б в г ґ д е є",
    "α β γ δ ε ζ η θ",
    "ا ب ج د ه و ز ح",
    "ا ب ت ث ج ح خ د",
    "الف ب پ ت ث ج چ ح",
    "الف ب ج د ه و ز ح",
    "א ב ג ד ה ו ז ח",
    "क ख ग घ ङ च छ ज",
    "अ आ इ ई उ ऊ ए ऐ",
    "ক খ গ ঘ ঙ চ ছ জ",
    "அ ஆ இ ஈ உ ஊ எ ஏ",
    "అ ఆ ఇ ఈ ఉ ఊ ఎ ఏ",
    "ಅ ಆ ಇ ಈ ಉ ಊ ಎ ಏ",
    "ก ข ค ง จ ฉ ช ซ",
    "ა ბ გ დ ე ვ ზ თ",
    "ա բ գ դ ե զ է ը",
    "ሀ ለ ሐ መ ሠ ረ ሰ ሸ",
)
_OF_LABELS = _split(
    "0 1 2 3 4 5 6 7", "i ii iii iv v vi vii viii", "イ ロ ハ ニ ホ ヘ ト チ", "い ろ は に ほ へ と ち", "а в с д е"
)
"""Orders that only a whole row of labels shows; a single mark of theirs is taken for one of the others."""
ENCLOSED = "[①-⑳⑴-⒇⒈-⒛⒜-⒵Ⓐ-Ⓩⓐ-ⓩ❶-➓㈠-㈩㉠-㉭㉮-㉻㊀-㊉\U0001f110-\U0001f149\U0001f150-\U0001f189]|[0-9]\ufe0f?\u20e3"
"""Letters and numbers in circles, squares and brackets, each one character; and numbers on a key."""
_BLACK_LETTERS = (0x1F150, 0x1F170)
"""The first of 26 white letters on black circles, and on black squares, which Unicode does not decompose."""
_AROUND = re.compile("[().'’׳\ufe0f\u20e3]")


def _plain(mark: str) -> str:
    """As an alphabet has it: without what is around it, small, numbers in ASCII."""
    return _AROUND.sub("", "".join(map(_plain_character, mark))).replace("أ", "ا").casefold()


def _plain_character(character: str) -> str:
    for first in _BLACK_LETTERS:
        if first <= ord(character) < first + 26:
            return chr(ord("a") + ord(character) - first)
    digit = unicodedata.digit(character, None)
    return unicodedata.normalize("NFKC", character) if digit is None else str(digit)


_PLACES: dict[str, set[int]] = {}
for _alphabet in _ALPHABETS:
    for _place, _mark in enumerate(_alphabet):
        _PLACES.setdefault(_plain(_mark), set()).add(_place)


def places_of(mark: str) -> set[int]:
    """The places from 0 that the mark may stand for, by the alphabets that have it."""
    return _PLACES.get(_plain(mark), set())


def are_in_order(marks: Sequence[str]) -> bool:
    """Whether the marks are the first of an alphabet, in its order."""
    plain = [_plain(mark) for mark in marks]
    return any([_plain(mark) for mark in alphabet[: len(plain)]] == plain for alphabet in (*_ALPHABETS, *_OF_LABELS))
