"""Letters, numbers and ordinals by which explanations call options: options are shown in another order than the model
wrote them, so that a letter would point at the wrong one."""

import re
from collections.abc import Sequence

from app.agents.writing.option_marks import ENCLOSED, places_of

_OPTION = (
    r"opci(?:ón|ones)|opç(?:ão|ões)|opzion[ei]|opties?|opcj\w+|možnost\w*|alternativ\w*|möglichkeit(?:en)?|optionen"
    r"|вариант\w*|варіант\w*|пункт\w*|seçene\w+|şık\w*|pilihan|opsi|lựa[ ]chọn|phương[ ]án|vaihtoeh\w+|επιλογ\w+"
    r"|(?:ال)?خيار\w*|گزینه|אפשרות|विकल्प|ตัวเลือก|ข้อ|statements?|items?|distractors?"
)
_ANSWER = (
    r"answers?|antwort(?:en)?|lösung|réponses?|respuestas?|respostas?|rispost[ae]|ответ\w*|відповід\w*"
    r"|odpowied\w+|odpověd\w*|antwoord\w*|svar\w*|cevap\w*|jawaban|đáp[ ]án|vastaus\w*|απάντηση"
    r"|(?:ال)?إجابة|(?:ال)?جواب|پاسخ|תשובה|תשובות|उत्तर|คำตอบ"
)
_IS = r"(?:is|are|was|ist|sind|est|sont|es|son|é|è|são|sono|jest|är|er|это|هي|هو|है|là|adalah)\b"
_WRITTEN_TOGETHER = (
    r"选项|選項|選択肢|보기|선택지|(?:答案|正解|答え|정답|답)(?:是|为|為|は|은|이)?|[选選]择?[择擇]?(?:是|为|為)?"
)
"""Words of languages that put no space before what follows."""

_S, _SS = r"\s{0,3}", r"\s{1,3}"
"""Blanks; bounded, so that a text without end is read in linear time."""
_GOES_ON = r"(?:and|or|nor|to|through|is|was|are|because|since|as|und|oder|et|ou|y|o|e|ed|es|est|ist|jest|é|è)\b"
_GOES_ON_IN_RUSSIAN = r"(?:и|или|не|вер|прав|ошиб|лож|явля)"
_NO_ARTICLE = rf"(?!A\s(?!{_GOES_ON})[a-z])"
"""Before a mark, where `A river` may follow."""
_LATIN = r"(?<![A-Za-z0-9_])[A-H](?![A-Za-z0-9_+#]|['’](?!s\b))"
_ANY_CASE = rf"(?<![A-Za-z0-9_])(?:[A-Hb-h1-8]|a(?!\s(?!{_GOES_ON})[a-z]))(?![A-Za-z0-9_+#]|[.,:]\d|['’](?!s\b))"
_OTHERS = (
    rf"(?<!\w)(?:[БГДЕЖбгд]|[АВ](?!\s(?!{_GOES_ON_IN_RUSSIAN})[а-я])|الف|[אבגדהו]|[أابجدهت]|[कखगघ]|[กขคง])"
    r"(?![\w\u064b-\u0652\u0900-\u0dff\u0e00-\u0e7f])"
)
_KANA = r"[アイウエオ](?![ァ-ヶー])"
_OPEN, _CLOSE = "[(（\"“”'‘「『«`*_]{0,4}", "(?:[)）\"“”」』»`*_]|['’](?!\\w)){0,4}"
_UP_TO = r"(?:[–~-]|(?:to|bis|through)\b)"

_AND = "and|or|nor|und|oder|et|ou|y|o|e|и|или|和|与|及|或|と|و"


def _marks(letter: str) -> str:
    """One mark or several, such as `A, (B) and C`."""
    one = rf"{_OPEN}(?:{letter}|{_OTHERS}|{_KANA}|{ENCLOSED}){_CLOSE}"
    return rf"{one}(?:{_S}(?:[,、，/&]|{_UP_TO}|{_AND}){{1,3}}{_S}{one}){{0,7}}"


_NAMED = re.compile(
    rf"""
    (?:
        (?P<dropped>(?<!\w)(?i:(?:the{_SS})?(?:options?|choices?))[\s-]{{1,3}}|选项{_S}|選項{_S})
        (?P<of_options>{_marks(_ANY_CASE)})
      | (?P<dropped_answer>(?<!\w)(?i:(?:the{_SS})?answers?|antwort(?:en)?){_SS})(?P<of_answers>{_marks(_LATIN)})
      | (?P<kept>
            (?<!\w)(?i:{_OPTION})[\s:-]{{1,3}}
          | (?<!\w)(?i:{_ANSWER})(?:{_SS}(?!{_IS})[^\W\d_]{{1,30}})?(?:{_SS}{_IS})?{_S}(?:[:：=—–-]{_S})?{_NO_ARTICLE}
          | (?i:correct|right|best){_SS}(?:options?|choices?){_SS}{_IS}{_S}:?{_S}
          | (?:{_WRITTEN_TOGETHER}){_S}[:：]?{_S}
          | (?<!\w)(?i:both|neither|unlike|weder|ni){_SS}
        )
        (?P<of_others>{_marks(_LATIN)})
    )
    """,
    re.VERBOSE,
)
_RIGHT_OR_WRONG = (
    r"(?:in|un)?(?:correct|valid)\w*|right|wrong|true|false|richtig\w*|falsch\w*|(?:in)?korrekt\w*"
    r"|justes?|fausse?s?|faux|vraie?s?|fals[oaie]s?|errad[oa]s?|verdader[oa]s?|verdadeir[oa]s?|cert[oa]s?"
    r"|corrett[oaie]|sbagliat[oaie]|ver[oae]|poprawn\w+|błędn\w+|rätt|fel"
)
_COPULA = (
    r"(?:is|was|are|were|would[ ]be|ist|sind|w[äa]re|(?:n['’])?est|sont|(?:no[ ])?es|son|(?:não[ ])?é|são|(?:non[ ])?è"
    r"|sono|jest|är|er)"
)
_JUDGED = re.compile(
    rf"""
    (?P<marks>{_marks(_LATIN)})
    (?P<rest>
        {_S}(?:
            (?:{_COPULA}(?:{_SS}not|n['’]t|{_SS}pas|{_SS}nicht)?{_SS}(?:\w{{1,30}}{_SS})?|[:：]{_S})
            (?i:{_RIGHT_OR_WRONG})\b
          | (?:describes|refers|confuses|states|says|mixes|names)\b
          | [项項]
          | (?:选项|選項)?{_S}(?:[是为為都均也则不]){{0,4}}(?:正确|正確|错误|錯誤|对的|错的|不对|都对|都错)
          | {_S}[はがも]{_S}(?:正し|正解|誤|間違|不正解|不適切|適切)
          | 번?(?:은|는|이|가|도)?{_S}(?:정답|맞|틀|옳|오답|잘못)
          | (?:[—–-]|является|не)?{_S}(?i:не)?(?:верн|правильн|ошибочн|ложн|истин)\w*
          | (?:صحيح|خطأ|خاطئ|غير{_SS}صحيح)
        )
    )
    """,
    re.VERBOSE,
)
_NAME = re.compile(
    r"(?<![^\W_])(?!(?:and|but|so|or|because|since|that|only|while|whereas|thus|hence|therefore|as|und|aber|denn|dass|weil"
    r"|nur|mais|donc|car|que|pero|porque|sino|solo|mas|ma|и|но|что|только)\s)[^\W\d_]{2,}\s$|维生素$|維生素$",
    re.IGNORECASE,
)
"""A word right before a mark, as in `Vitamin C is right`: the mark is a part of a name."""
_MARK = re.compile(rf"{_OPEN}({_ANY_CASE}|{_OTHERS}|{_KANA}|{ENCLOSED}){_CLOSE}", re.VERBOSE)
_RANGE = re.compile(rf"\w{_CLOSE}{_S}{_UP_TO}{_S}{_OPEN}\w")

_ORDINALS = {
    **{word: place for place, word in enumerate(("first", "second", "third", "fourth", "fifth", "sixth"))},
    **{word: place for place, word in enumerate(("one", "two", "three", "four", "five", "six"))},
    **{word: place for place, word in enumerate("一二三四五六")},
    "last": -1,
}
_ORDINAL = r"(?:first|second|third|fourth|fifth|sixth|last)"
_AND_ANOTHER = rf"(?:{_S}(?:,|and|or){{1,2}}{_S}(?:the{_SS})?{_ORDINAL})"
_COUNTED = re.compile(
    rf"""
      \b(?:[Tt]he{_SS})?(?P<ordinals>(?i:{_ORDINAL}){_AND_ANOTHER}{{0,5}})
      {_SS}(?:options?|choices?|answers?)\b(?!{_SS}(?:of|to|for|that)\b)
    | \b(?i:(?:the{_SS})?option){_SS}(?P<number>one|two|three|four|five|six)\b
    | 第(?P<chinese>[一二三四五六])(?:[个個]?[选選]?[项項]|[个個]答案)
    """,
    re.VERBOSE,
)
_ELSEWHERE = re.compile(
    r"\b(?:options?|choices?|answers?) (?:above|below)\b|\b(?:previous|preceding|next) (?:option|choice)\b", re.I
)


def without_letters(text: str, options: Sequence[str], prompt: str) -> str:
    """The text with the options themselves in place of the letters that it calls them by. `options` are those of the
    question in the order in which the model wrote them. Letters that are names of something in the question stay."""
    names = [prompt, *options]

    def quoted(mark: str) -> str:
        [place] = _places(mark, len(options))
        return f"“{options[place]}”"

    def repaired(marks: str) -> str | None:
        """None if it is not certain which options they are: those between the ends of a range are not told."""
        found = _MARK.findall(marks)
        if _RANGE.search(marks):
            return None
        if not all(len(_places(mark, len(options))) == 1 and not _is_name(mark, names) for mark in found):
            return None
        return _MARK.sub(lambda one: quoted(one[1]), marks)

    def named(match: re.Match[str]) -> str:
        marks = repaired(_marks_in(match))
        return match[0] if marks is None else (match["kept"] or "") + marks

    def judged(match: re.Match[str]) -> str:
        marks = None if _ends_a_name(match) else repaired(match["marks"])
        return match[0] if marks is None else marks + match["rest"]

    def counted(match: re.Match[str]) -> str:
        if any(place >= len(options) for place in _counted_places(match)):
            return match[0]
        return _joined([f"“{options[place]}”" for place in _counted_places(match)])

    return _COUNTED.sub(counted, _JUDGED.sub(judged, _NAMED.sub(named, text)))


def speaks_of_letters(text: str, count: int, names: Sequence[str]) -> bool:
    """Whether a text still calls one of so many options by its letter or place; `names` are the texts of the
    question."""
    found = [mark for match in _NAMED.finditer(text) for mark in _MARK.findall(_marks_in(match))]
    found += [
        mark for match in _JUDGED.finditer(text) if not _ends_a_name(match) for mark in _MARK.findall(match["marks"])
    ]
    if any(_places(mark, count) and not _is_name(mark, names) for mark in found):
        return True
    counted = [place for match in _COUNTED.finditer(text) for place in _counted_places(match)]
    return any(place < count for place in counted) or _ELSEWHERE.search(text) is not None


def _ends_a_name(match: re.Match[str]) -> bool:
    return _NAME.search(match.string[max(0, match.start() - 40) : match.start()]) is not None


def _marks_in(match: re.Match[str]) -> str:
    return match["of_options"] or match["of_answers"] or match["of_others"]


def _places(mark: str, count: int) -> list[int]:
    """Which of so many options the mark may mean: more than one where alphabets differ."""
    # Explanations count from 1.
    places = {int(mark) - 1} if mark.isascii() and mark.isdigit() else places_of(mark)
    return [place for place in places if place < count]


def _is_name(mark: str, names: Sequence[str]) -> bool:
    """`C` in a question about the language is a name; the article is none."""
    own = rf"(?<![^\W_])(?<!['’]){re.escape(mark)}(?![^\W_]|['’])(?!\s+[a-z])"
    return any(re.search(own, text) for text in names)


def _counted_places(match: re.Match[str]) -> list[int]:
    words = match["ordinals"] or match["number"] or match["chinese"]
    return [_ORDINALS[word] for word in re.findall(r"[a-z]+|[一二三四五六]", words.lower()) if word in _ORDINALS]


def _joined(texts: Sequence[str]) -> str:
    *most, last = texts
    return f"{', '.join(most)} and {last}" if most else last
