"""How a copy of a roadmap says that it is one: in the language of its tutorials."""

import re
from dataclasses import replace

import orjson

from app.domain.packed_roadmap import Json, PackedRoadmap, renewed
from app.domain.roadmap import MAX_TITLE
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


def copy_of(roadmap: PackedRoadmap) -> PackedRoadmap:
    """The roadmap under other ids, with a title that says so, throughout its history."""
    word = _word(roadmap.request["language"])

    def copied(outline: Json) -> Json:
        read = orjson.loads(outline)
        return orjson.dumps(read | {"title": copy_title(read["title"], word)}).decode()

    return replace(
        renewed(roadmap),
        title=copy_title(roadmap.title, word),
        outline=None if roadmap.outline is None else copied(roadmap.outline),
        revisions=tuple(replace(one, outline=copied(one.outline)) for one in roadmap.revisions),
    )


def copy_title(title: str, word: str) -> str:
    """`Bread (copy)`, and of that `Bread (copy 2)`."""
    earlier = re.fullmatch(rf"(.*) \({re.escape(word)}(?: (\d{{1,4}}))?\)", title)
    base, number = (earlier[1], int(earlier[2] or 1) + 1) if earlier else (title, 1)
    suffix = f" ({word})" if number == 1 else f" ({word} {number})"
    return shortened(base, MAX_TITLE - len(suffix)) + suffix


def _word(language: str) -> str:
    return "複本" if _TRADITIONAL.match(language) else _WORDS.get(language.partition("-")[0], _WORDS["en"])
