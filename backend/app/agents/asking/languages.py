"""Notices an answer in another language than the learner's, where that is beyond doubt."""

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

ENOUGH_LETTERS = 200
"""Letters of prose below which nothing is concluded."""
ENOUGH_WORDS = 12
"""Function words below which nothing is concluded."""
CLEARLY = 3
"""How many times as often another language's function words must occur."""

SHARE = 0.3
"""The part of the letters that must be of the language's script."""
DENSITY = {"CJK": 3, "JAPANESE": 3, "HANGUL": 3}
"""How many letters of an alphabet one of these stands for: Chinese full of English terms is Chinese."""

_SCRIPTS = {
    "ar": "ARABIC", "fa": "ARABIC", "ur": "ARABIC", "he": "HEBREW", "el": "GREEK", "th": "THAI", "hi": "DEVANAGARI",
    "mr": "DEVANAGARI", "ne": "DEVANAGARI", "bn": "BENGALI", "ta": "TAMIL", "te": "TELUGU", "ka": "GEORGIAN",
    "hy": "ARMENIAN", "ko": "HANGUL", "ja": "JAPANESE", "zh": "CJK", "ru": "CYRILLIC", "uk": "CYRILLIC",
    "bg": "CYRILLIC", "be": "CYRILLIC", "mk": "CYRILLIC",
}  # fmt: skip
"""The script of languages that are not written in Latin letters."""
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+")


def is_in(language: str, texts: Sequence[str]) -> bool:
    """Whether the texts may be in the language (a BCP 47 tag). In doubt they are: terms and code stay English."""
    base = language.lower().split("-")[0]
    prose = _CODE.sub(" ", "\n".join(texts))
    scripts = Counter(_script(character) for character in prose if character.isalpha())
    for dense, weight in DENSITY.items():
        scripts[dense] *= weight
    letters = scripts.total()
    if letters < ENOUGH_LETTERS:
        return True
    if (script := _SCRIPTS.get(base)) is not None:
        wanted = scripts[script] + (scripts["CJK"] if script in {"JAPANESE", "HANGUL"} else 0)
        return wanted >= SHARE * letters
    if scripts["LATIN"] < SHARE * letters:
        # A language that is not listed may have a script of its own.
        return base not in _function_words()
    return _sounds_like(base, prose)


def _sounds_like(language: str, prose: str) -> bool:
    words = Counter(_WORD.findall(prose.lower()))
    counts = {tag: sum(words[word] for word in listed) for tag, listed in _function_words().items()}
    if language not in counts:
        return True
    other, most = max(counts.items(), key=lambda item: item[1])
    return most < ENOUGH_WORDS or other == language or most < CLEARLY * max(counts[language], 1)


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "")
    if name.startswith(("HIRAGANA", "KATAKANA")):
        return "JAPANESE"
    return name.split(" ", 1)[0].removesuffix("-UNIFIED")


@cache
def _function_words() -> dict[str, frozenset[str]]:
    """The most frequent small words of languages in Latin letters, without those that several of them share."""
    text = files("app.agents.asking").joinpath("function_words.toml").read_text(encoding="utf-8")
    listed = {tag: frozenset(words.split()) for tag, words in tomllib.loads(text).items()}
    shared = Counter(word for words in listed.values() for word in words)
    return {tag: frozenset(word for word in words if shared[word] == 1) for tag, words in listed.items()}
