"""Letters and numbers before options, and in what is said of them: options are shown in another order than the model
wrote them, so that a label would point at the wrong one."""

import re
import unicodedata
from collections.abc import Sequence

_ALPHABETS = (
    *(
        "abcdefgh",
        "12345678",
        "一二三四五六七八",
        "甲乙丙丁戊己庚辛",
        "アイウエオカキク",
        "가나다라마바사아",
        "ㄱㄴㄷㄹㅁㅂㅅㅇ",
    ),
    *("абвгдежз", "αβγδεζηθ", "ابجدهوزح", "ابتثجحخد", "אבגדהוזח", "कखगघङचछज"),
)
_LABEL = re.compile(
    r"""
    \s*(?:\*\*|__)?
    (?:
        [(\[（【](?P<in_brackets>\w)[)\]）】]
      | (?:(?:option|choice|answer)\s+)?(?P<closed>\w)\s*(?:[)\]）】、．]|[.:：](?=\s|\*\*|__))
      | (?P<circled>[①-⑧Ⓐ-Ⓗⓐ-ⓗ])
    )
    (?:\*\*|__)?\s*(?=\S)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_END = r"(?![A-Za-z0-9_'’])"
_MARK = rf"(?<![A-Za-z0-9])[A-Ha-h1-8]{_END}"
_MARKS = rf"[(（]?{_MARK}[)）]?(?:\s*(?:,|and|or|und|et|y|o|e|и|和|与|或|、|/|&)\s*[(（]?{_MARK}[)）]?)*"
_NAMED = re.compile(
    rf"""
      (?:\b(?:[Tt]he\s+)?(?:[Oo]ptions?|[Cc]hoices?|[Oo]pci(?:ón|ones)|[Oo]pç(?:ão|ões)|[Вв]ариант(?:ы)?)\s+|选项\s*|選項\s*)
      (?P<options>{_MARKS})
    | (?:
        \b(?:[Tt]he\s+)?(?:[Aa]nswers?|Antwort(?:en)?|[Rr]éponses?|[Rr]espuestas?|[Оо]твет(?:ы)?)
        \s+
      | (?:答案|选择)(?:是|为|為)?\s*
      )
      (?P<answers>[(（]?[A-H]{_END}[)）]?)
    """,
    re.VERBOSE,
)
"""Options that are called by letters or numbers, and answers that are by capital letters: `an answer a child gives`."""
_JUDGED = re.compile(
    r"(?<![A-Za-z0-9_'’])(?P<letter>[A-H])(?P<rest>\s+(?:is|was|are)(?:\s+not|n't)?\s+(?:\w+\s+)?"
    r"(?:correct|incorrect|right|wrong|true|false)\b|\s*(?:是|为)?(?:正确|错误|不正确|对的|错的))"
)


def without_labels(options: Sequence[str]) -> list[str]:
    """The options without labels, if every one bears the label of its place; else as they are."""
    labels = [_LABEL.match(option) for option in options]
    found = ["".join(group for group in label.groups() if group) for label in labels if label is not None]
    marks = "".join(unicodedata.normalize("NFKC", mark).casefold() for mark in found)
    # أ and ا begin the same alphabet.
    marks = marks.replace("أ", "ا")
    if len(found) < len(options) or not any(alphabet.startswith(marks) for alphabet in _ALPHABETS):
        return list(options)
    return [option[label.end() :] for option, label in zip(options, labels, strict=True) if label is not None]


def without_letters(text: str, options: Sequence[str], prompt: str) -> str:
    """The text with the options themselves in place of the letters that it calls them by. `options` are those of the
    question in the order in which the model wrote them. Letters that are names of something in the question stay."""
    names = [prompt, *options]

    def quoted(mark: str) -> str:
        return f"“{options[_place(mark)]}”"

    def named(match: re.Match[str]) -> str:
        marks = _marks(match)
        if not all(_is_meant(mark, len(options), names) for mark in marks):
            return match[0]
        return re.sub(rf"[(（]?({_MARK})[)）]?", lambda one: quoted(one[1]), match["options"] or match["answers"])

    def judged(match: re.Match[str]) -> str:
        letter = match["letter"]
        return quoted(letter) + match["rest"] if _is_meant(letter, len(options), names) else match[0]

    return _JUDGED.sub(judged, _NAMED.sub(named, text))


def speaks_of_letters(text: str, count: int, names: Sequence[str]) -> bool:
    """Whether a text still calls one of so many options by a letter; `names` are the texts of the question."""
    found = [mark for match in _NAMED.finditer(text) for mark in _marks(match)]
    found += [match["letter"] for match in _JUDGED.finditer(text)]
    return any(_is_meant(mark, count, names) for mark in found)


def _marks(match: re.Match[str]) -> list[str]:
    return re.findall(_MARK, match["options"] or match["answers"])


def _place(mark: str) -> int:
    return int(mark) - 1 if mark.isdigit() else "abcdefgh".index(mark.lower())


def _is_meant(mark: str, count: int, names: Sequence[str]) -> bool:
    """Whether it can only be an option: `C` in a question about the language is a name. The article is none."""
    is_name = any(re.search(rf"(?<![A-Za-z0-9_'’]){mark}{_END}(?!\s+[a-z])", text) for text in names)
    return _place(mark) < count and not is_name
