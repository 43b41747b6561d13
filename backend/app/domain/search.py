"""What a search looks for and finds, in languages with spaces between words and in those without.

Words are left to PostgreSQL, which knows how many languages inflect them. Chinese, Japanese, Korean and Thai are
indexed as pairs of neighbouring characters, which needs no dictionary and no extension: a run of characters is found
where its pairs follow one another.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from typing_extensions import TypeAliasType

from app.domain.content.kind import Passage

SearchSource = TypeAliasType("SearchSource", Literal["concept", "tutorial", "resources", "quiz", "note"])

MAX_QUERY = 200
"""Characters of what is searched for."""
MAX_RESULTS = 50
DEFAULT_RESULTS = 20
MAX_RANKED = 1000
"""Passages that are compared with one another; where more are found, the others are left out."""
MAX_INDEXED = 300
"""Contents that one search takes into the index at most."""
MAX_PASSAGE = 10_000
"""Characters of a passage; a longer one is indexed in several."""
EXCERPT = 200
"""Characters of a passage that are shown, roughly."""
_BEFORE = 60
"""Of them, those before the first match."""

Range = tuple[int, int]

_SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff]+"
)
"""Runs of characters of scripts that are written without spaces, or whose words are too long to be looked up whole."""
_CONFIGS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch",
    "nn": "norwegian", "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
ANY_LANGUAGE = "simple"
"""PostgreSQL's name for words as they are written."""


def config_of(language: str) -> str:
    """PostgreSQL's name for how words of a language are inflected."""
    return _CONFIGS.get(language.partition("-")[0], ANY_LANGUAGE)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is searched for: words, the last of which may be unfinished, and runs of characters without spaces. All of
    them must be found."""

    words: tuple[str, ...]
    runs: tuple[str, ...]

    @classmethod
    def of(cls, query: str) -> "Terms":
        return cls(words=tuple(words_of(query).split()), runs=tuple(_SPACELESS.findall(query)))

    def __bool__(self) -> bool:
        return bool(self.words or self.runs)

    @property
    def word_query(self) -> str:
        """For PostgreSQL's `to_tsquery`."""
        return " & ".join([*self.words[:-1], *(f"{word}:*" for word in self.words[-1:])])

    @property
    def run_query(self) -> str:
        """As a literal `tsquery`."""
        return " & ".join(
            "(" + " <-> ".join(f"'{run[at : at + 2]}'" for at in range(len(run) - 1)) + ")" if run[1:] else f"'{run}':*"
            for run in self.runs
        )


class _Words(dict[int, str]):
    """Letters, digits and marks in lower case; everything else becomes a space. Places in a text stay what they are."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        is_word = unicodedata.category(character)[0] in "LNM" and _SPACELESS.match(character) is None
        lower = character.lower()
        self[code] = (lower if len(lower) == 1 else character) if is_word else " "
        return self[code]


_WORDS = _Words()


def words_of(text: str) -> str:
    """The words of a text, each at its place."""
    return text.translate(_WORDS)


def pairs_of(text: str) -> str:
    """The pairs of neighbouring characters of a text's runs, as a literal `tsvector`. The last character of a run
    stands alone, so that every single one is the beginning of an entry."""
    pairs = (run[at : at + 2] for run in _SPACELESS.findall(text) for at in range(len(run)))
    return " ".join(f"'{pair}':{position}" for position, pair in enumerate(pairs, start=1))


_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\n]*\)")
_LINE_MARK = re.compile(r"^ {0,3}(?:#{1,6} +|[-*+] +|> ?|(?:```|~~~)[^\n]*$)", re.MULTILINE)
_PAIRED = re.compile(r"(\*{1,3}|`+|~~)(?=\S)([^*`~\n]+?)(?<=\S)\1")


def plain(markdown: str) -> str:
    """Markdown without most of its marks."""
    return _PAIRED.sub(r"\2", _LINE_MARK.sub("", _LINK.sub(r"\1", markdown)))


def in_pieces(passages: Iterable[Passage]) -> Iterator[Passage]:
    """The passages as they are indexed: without marks, long ones in several."""
    for passage in passages:
        text = plain(passage.text)
        heading = plain(passage.heading)
        for start in range(0, max(len(text), 1), MAX_PASSAGE):
            yield Passage(heading, text[start : start + MAX_PASSAGE], passage.anchor)


@dataclass(frozen=True, slots=True)
class Marked:
    """A text, and the places of what was searched for."""

    text: str
    matches: tuple[Range, ...]


def run_matches(text: str, terms: Terms) -> Iterator[Range]:
    """Where the runs that were searched for stand."""
    for run in terms.runs:
        yield from (found.span() for found in re.finditer(re.escape(run), text))


START, STOP = "\x02", "\x03"
"""What PostgreSQL puts around the words that it has found; no stored text has these characters."""


def word_matches(marked: str) -> Iterator[Range]:
    """Where words stand that are between `START` and `STOP`, in the text without them."""
    for number, found in enumerate(re.finditer(f"{START}([^{STOP}]*){STOP}", marked)):
        start = found.start() - 2 * number
        yield start, start + len(found[1])


def marked(text: str, matches: Iterable[Range]) -> Marked:
    return Marked(text, tuple(_merged(sorted(matches))))


def excerpt(whole: Marked) -> Marked:
    """What is shown of a passage: the text around its first match."""
    first = whole.matches[0][0] if whole.matches else 0
    start = 0 if first <= _BEFORE else _after_space(whole.text, first - _BEFORE, first)
    stop = min(len(whole.text), start + EXCERPT)
    if stop < len(whole.text) and (space := whole.text.rfind(" ", start + EXCERPT // 2, stop)) > first:
        stop = space
    before, after = "…" if start else "", "…" if stop < len(whole.text) else ""
    text = before + re.sub(r"\s", " ", whole.text[start:stop]) + after
    shift = start - len(before)
    matches = tuple((a - shift, min(b, stop) - shift) for a, b in whole.matches if start <= a < stop)
    return Marked(text, matches)


def _after_space(text: str, start: int, most: int) -> int:
    space = text.find(" ", start, most)
    return start if space < 0 else space + 1


def _merged(ranges: Sequence[Range]) -> Iterator[Range]:
    current: Range | None = None
    for start, stop in ranges:
        if current is not None and start <= current[1]:
            current = (current[0], max(current[1], stop))
            continue
        if current is not None:
            yield current
        current = (start, stop)
    if current is not None:
        yield current
