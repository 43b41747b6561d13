"""How a copy of a roadmap says that it is one: in the language of its lessons."""

import re

from app.domain.roadmap import MAX_TITLE, Outline
from app.domain.roadmap_file import RoadmapFile
from app.domain.text import shortened

_WORDS = {
    "ar": "نسخة", "bg": "копие", "bn": "অনুলিপি", "ca": "còpia", "cs": "kopie", "da": "kopi", "de": "Kopie",
    "el": "αντίγραφο", "en": "copy", "es": "copia", "et": "koopia", "fa": "رونوشت", "fi": "kopio", "fil": "kopya",
    "fr": "copie", "he": "עותק", "hi": "प्रतिलिपि", "hr": "kopija", "hu": "másolat", "id": "salinan", "it": "copia",
    "ja": "コピー", "ko": "사본", "lt": "kopija", "lv": "kopija", "ms": "salinan", "nb": "kopi", "nl": "kopie",
    "no": "kopi", "pl": "kopia", "pt": "cópia", "ro": "copie", "ru": "копия", "sk": "kópia", "sl": "kopija",
    "sr": "копија", "sv": "kopia", "sw": "nakala", "ta": "நகல்", "th": "สำเนา", "tr": "kopya", "uk": "копія",
    "ur": "نقل", "vi": "bản sao", "zh": "副本",
}  # fmt: skip
_TRADITIONAL = re.compile(r"zh-(Hant|TW|HK|MO)\b")


def copy_of(file: RoadmapFile) -> RoadmapFile:
    """The document with a title that says so, throughout its history."""
    word = _word(file.request.language)

    def copied(outline: Outline) -> Outline:
        return outline.model_copy(update={"title": copy_title(outline.title, word)})

    return file.model_copy(
        update={
            "title": copy_title(file.title, word),
            "outline": copied(file.outline) if file.outline else None,
            "revisions": tuple(one.model_copy(update={"outline": copied(one.outline)}) for one in file.revisions),
        }
    )


def copy_title(title: str, word: str) -> str:
    """`Bread (copy)`, and of that `Bread (copy 2)`."""
    earlier = re.fullmatch(rf"(.*) \({re.escape(word)}(?: (\d{{1,4}}))?\)", title)
    base, number = (earlier[1], int(earlier[2] or 1) + 1) if earlier else (title, 1)
    suffix = f" ({word})" if number == 1 else f" ({word} {number})"
    return shortened(base, MAX_TITLE - len(suffix)) + suffix


def _word(language: str) -> str:
    return "複本" if _TRADITIONAL.match(language) else _WORDS.get(language.partition("-")[0], _WORDS["en"])
