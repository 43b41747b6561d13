"""Finds the wishes in a learner's words, by the phrases of the vocabularies."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from typing import get_args

from app.agents.builtin.general_texts import GeneralLanguage
from app.agents.builtin.revising_words import Kind, Place, Vocabulary, vocabulary
from app.domain.roadmap import Difficulty

MOST_CLAUSES = 50
"""More are one long list of names."""
_HAN = "\u3400-\u9fff"
_LETTER = "[0-9A-Za-zÀ-ÿ]"
_EDGE = rf"(?:(?<!{_LETTER})|(?!{_LETTER}))"
"""Not inside a word; any Chinese character may begin or end one."""
_QUOTED = re.compile(rf"[\"“”„«「『]([^\"“”„«»「」『』\n]+)[\"”“»」』]|(?<!{_LETTER})['‘]([^\"“\n]+?)['’](?!{_LETTER})")
_SENTENCE_END = re.compile(r"[\n;；。！？]|[.!?](?=\s|$)|,? (?:and )?then |，?然后", re.IGNORECASE)
_NUMBER = r"[0-9]{1,4}(?:\.[0-9]{1,2})?"
_PLACES: dict[str, Place] = {"FIRST": "before", "BEFORE": "before", "LAST": "after", "AFTER": "after", "INTO": "into"}
_MARK, _FIRST_MARK = "(?-i:[\ue000-\uf8ff])", 0xE000
"""Stands for a name in a text: a character that Unicode leaves to private use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """`parts` are in the outline, `names` are new; something is to be placed before, after or into `beside`."""

    kind: Kind
    text: str
    begins_with_part: bool
    """More parts may stand before it."""
    parts: tuple[str, ...]
    names: tuple[str, ...]
    place: Place
    beside: str | None
    number: float | None
    level: Difficulty | None


def wishes_in(feedback: str, known: Collection[str]) -> list[Wish | str]:
    """What the learner wishes, in any language of the built-in author. What is not understood stays as it is.

    Args:
        known: names. One that stands in the text is taken as a whole, unless only its words make sense.
    """
    readings = [_read(_MarkedText(feedback, names)) for names in (known, ())]
    return next((one for one in readings if not any(isinstance(wish, str) for wish in one)), readings[0])


def _read(text: "_MarkedText") -> list[Wish | str]:
    sentences = _SENTENCE_END.split(text.marked)
    return [wish for sentence in sentences for wish in _grammar().wishes(sentence.strip(), text)]


class _MarkedText:
    """A text with a mark in place of each name, so that no part of a name is taken for a word of a phrase."""

    def __init__(self, text: str, known: Collection[str]) -> None:
        self._names: list[tuple[str, str]] = []
        self.marked = _QUOTED.sub(self._mark, re.sub(rf"[^\S\n]+|{_MARK}", " ", text))
        if known:
            self.marked = _any_of(known).sub(self._mark, self.marked)

    def _mark(self, found: re.Match[str]) -> str:
        self._names.append((found[0], found[found.lastindex or 0]))
        return chr(_FIRST_MARK + len(self._names) - 1)

    def plain(self, marked: str) -> str:
        """As typed; of a single name, what stands between its quotes."""
        whole = len(marked) == 1
        return re.sub(_MARK, lambda mark: self._names[ord(mark[0]) - _FIRST_MARK][whole], marked)


class _Grammar:
    """The phrases of all vocabularies."""

    def __init__(self) -> None:
        vocabularies = [vocabulary(language) for language in get_args(GeneralLanguage)]
        self._numbers = {word: number for words in vocabularies for word, number in words.numbers.items()}
        self._levels = {word: level for words in vocabularies for word, level in words.levels.items()}
        self._between_wishes = _any_of({word for words in vocabularies for word in words.between_wishes})
        self._between_names = _any_of({word for words in vocabularies for word in words.between_names})
        self._wishes = [
            (kind, _pattern(phrase, words))
            for words in vocabularies
            for kind, phrases in words.wishes.items()
            for phrase in phrases
        ]
        self._courtesies = [_pattern("[@before] [@before] [@after] [@after]", words) for words in vocabularies]
        self._courteous = [_pattern("[@before] [@before] ANY [@after]", words) for words in vocabularies]
        self._parts = [_pattern(form, words) for words in vocabularies for form in words.forms["part"]]
        self._names = [_pattern(form, words) for words in vocabularies for form in words.forms["new"]]

    def wishes(self, sentence: str, text: _MarkedText) -> list[Wish | str]:
        """The wishes of a sentence; the first part that is none stays as it is, and what follows it is left out.

        Clauses are read from the last to the first: one that is no wish by itself belongs to the one before it.
        """
        if any(pattern.fullmatch(sentence) for pattern in self._courtesies):
            return []
        clauses = _split(sentence, self._between_wishes)
        clauses = clauses if len(clauses) <= MOST_CLAUSES else [slice(0, len(sentence))]
        found: list[tuple[int, Wish]] = []
        for first in reversed(range(len(clauses))):
            for absorbed, end in enumerate([*(begin for begin, _ in found), len(clauses)]):
                if absorbed and not found[absorbed - 1][1].begins_with_part:
                    break
                if wish := self._wish(sentence[clauses[first].start : clauses[end - 1].stop], text):
                    found[:absorbed] = [(first, wish)]
                    break
        unread = found[0][0] if found else len(clauses)
        if not unread:
            return [wish.text if wish.kind == "refused" else wish for _, wish in found]
        read = [end for end in range(1, unread) if self._wish(sentence[: clauses[end - 1].stop], text)]
        return [text.plain(sentence[clauses[max(read, default=0)].start : clauses[unread - 1].stop].strip())]

    def _wish(self, clause: str, text: _MarkedText) -> Wish | None:
        for pattern in self._courteous:
            clause = _filling(pattern.fullmatch(clause.strip()), clause)
        matches = ((kind, pattern.fullmatch(clause)) for kind, pattern in self._wishes)
        return next((self._filled(kind, match, text) for kind, match in matches if match), None)

    def _filled(self, kind: Kind, match: re.Match[str], text: _MarkedText) -> Wish:
        slots = {slot: filled.strip() for slot, filled in match.groupdict().items() if filled}
        place = next((slot for slot in _PLACES if slot in slots), "INTO")
        beside = slots.get(place) if place not in ("FIRST", "LAST") else None
        number = slots.get("NUMBER", "").casefold()
        return Wish(
            kind=kind,
            text=text.plain(match[0]),
            begins_with_part=match.start("PARTS") == 0 if "PARTS" in slots else False,
            parts=tuple(text.plain(_bare(part, self._parts)) for part in self._listed(slots, "PART")),
            names=tuple(text.plain(_bare(name, self._names)) for name in self._listed(slots, "NAME")),
            place=_PLACES[place],
            beside=text.plain(_bare(beside, self._parts)) if beside else None,
            number=self._numbers.get(number) or (float(number) if number else None),
            level=self._levels.get(slots.get("LEVEL", "").casefold()),
        )

    def _listed(self, slots: dict[str, str], slot: str) -> list[str]:
        """What fills the slot or, separated, the one of the same name in the plural."""
        several = slots.get(f"{slot}S", "")
        pieces = [several[piece].strip() for piece in _split(several, self._between_names)]
        return [slots[slot]] if slot in slots else pieces if several else []


_grammar = cache(_Grammar)


def _pattern(phrase: str, words: Vocabulary) -> re.Pattern[str]:
    """A phrase as a regular expression; `revising_en.toml` explains how phrases are written."""
    slots = {
        "NUMBER": f"(?P<NUMBER>{_NUMBER}|{_alternatives(words.numbers)})",
        "LEVEL": f"(?P<LEVEL>{_alternatives(words.levels)})",
        "FIRST": f"(?P<FIRST>{_alternatives(words.groups['first'])})",
        "LAST": f"(?P<LAST>{_alternatives(words.groups['last'])})",
        "KNOWN": f"(?P<INTO>{_MARK})",
        "QUOTED": f"(?P<NAMES>{_MARK}.*?)",
    }
    pattern = ""
    for step in phrase.split():
        bare, optional = step.strip("[]"), "?" if step.startswith("[") else ""
        if bare.isupper():
            element = slots.get(bare, f"(?P<{bare}>.+?)")
        else:
            element = _alternatives(words.groups[bare[1:]] if bare.startswith("@") else bare.split("|"))
        pattern += f"(?:(?:{element}){_EDGE} ?){optional}"
    return re.compile(pattern, re.IGNORECASE)


def _alternatives(words: Iterable[str]) -> str:
    """The longest first; a typographic apostrophe is as good as a plain one."""
    return "|".join(re.escape(word).replace("'", "['’]") for word in sorted(words, key=len, reverse=True))


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(f"{_EDGE}(?:{_alternatives(words)}){_EDGE}", re.IGNORECASE)


def _split(text: str, separator: re.Pattern[str]) -> list[slice]:
    """The pieces between separators. After a single Chinese character, a separator in Chinese is part of a word."""
    pieces, start = [], 0
    for found in separator.finditer(text):
        left, right = text[start : found.start()].strip(), text[found.end() :].strip()
        is_in_word = re.fullmatch(f"[{_HAN}]", left) and re.match(f"[{_HAN}]", found[0])
        if left and right and not is_in_word:
            pieces.append(slice(start, found.start()))
            start = found.end()
    return [*pieces, slice(start, len(text))]


def _bare(name: str, forms: Iterable[re.Pattern[str]]) -> str:
    """A name without the words that go with it, such as `the concept`."""
    return _filling(next((match for form in forms if (match := form.fullmatch(name))), None), name)


def _filling(match: re.Match[str] | None, otherwise: str) -> str:
    """What fills the last slot."""
    return match[match.lastgroup or 0].strip() if match else otherwise.strip()
