"""DuckDuckGo's names for regions: a country, then a language, both with a few codes of its own."""

from app.agents.links.language_tags import language_and_region

_WHOLE_WORLD = "wt-wt"
# The countries of each language; the first one is meant when a tag names none, or one that is not here.
_COUNTRIES = {
    "ar": "xa",
    "bg": "bg",
    "ca": "ct",
    "cs": "cz",
    "da": "dk",
    "de": "de at ch",
    "el": "gr",
    "en": "us uk au ca ie in my nz ph sg za",
    "es": "es ar cl co mx pe us ve",
    "et": "ee",
    "fi": "fi",
    "fr": "fr be ca ch",
    "he": "il",
    "hr": "hr",
    "hu": "hu",
    "id": "id",
    "it": "it ch",
    "jp": "jp",
    "kr": "kr",
    "lt": "lt",
    "lv": "lv",
    "ms": "my",
    "nl": "nl be",
    "no": "no",
    "pl": "pl",
    "pt": "pt br",
    "ro": "ro",
    "ru": "ru",
    "sk": "sk",
    "sl": "sl",
    "sv": "se",
    "th": "th",
    "tl": "ph",
    "tr": "tr",
    "tzh": "tw hk",
    "uk": "ua",
    "vi": "vn",
    "zh": "cn",
}
_LANGUAGE_CODES = {"ja": "jp", "ko": "kr", "nb": "no", "nn": "no", "fil": "tl"}


def region_of(tag: str) -> str:
    """The region for a BCP 47 tag: `de-de` for `de`, `tw-tzh` for `zh-Hant`, the whole world for what is unknown."""
    language, region = language_and_region(tag)
    country = "uk" if region == "GB" else region.lower()
    written = "tzh" if language == "zh" and country in ("tw", "hk") else _LANGUAGE_CODES.get(language, language)
    if written not in _COUNTRIES:
        return _WHOLE_WORLD
    countries = _COUNTRIES[written].split()
    return f"{country if country in countries else countries[0]}-{written}"
