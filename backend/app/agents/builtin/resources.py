"""Collects resources: links that people chose, and searches to run; never an invented address."""

from app.agents.builtin.curriculum import primary_language, written_language
from app.agents.builtin.study import Study
from app.agents.builtin.syllabus import Link
from app.agents.builtin.templates import fill
from app.agents.search_links import search_link, web_search
from app.domain.content.kinds.resources import Resource, Resources
from app.domain.text import shortened

_CURATED_LANGUAGE = "en"
_LONGEST_QUERY = 120
_COURSE_LINKS = 5

WIKIPEDIAS = frozenset(
    [
        "af",
        "ar",
        "az",
        "be",
        "bg",
        "bn",
        "bs",
        "ca",
        "cs",
        "cy",
        "da",
        "de",
        "el",
        "en",
        "eo",
        "es",
        "et",
        "eu",
        "fa",
        "fi",
        "fr",
        "ga",
        "gl",
        "gu",
        "he",
        "hi",
        "hr",
        "hu",
        "hy",
        "id",
        "is",
        "it",
        "ja",
        "ka",
        "kk",
        "km",
        "kn",
        "ko",
        "ky",
        "la",
        "lb",
        "lt",
        "lv",
        "mk",
        "ml",
        "mn",
        "mr",
        "ms",
        "my",
        "nb",
        "ne",
        "nl",
        "nn",
        "no",
        "oc",
        "pa",
        "pl",
        "ps",
        "pt",
        "ro",
        "ru",
        "sh",
        "si",
        "sk",
        "sl",
        "sq",
        "sr",
        "sv",
        "sw",
        "ta",
        "te",
        "tg",
        "th",
        "tl",
        "tr",
        "tt",
        "uk",
        "ur",
        "uz",
        "vi",
        "yi",
        "zh",
        "zu",
    ]
)
"""Languages that have a Wikipedia of their own; for all others, English is searched."""


def write_resources(study: Study) -> Resources:
    request = study.brief.request
    chosen = {str(link.url): link for link in (*study.concept.links, *study.curriculum.links[:_COURSE_LINKS])}
    languages = [request.language]
    if request.secondary_language and primary_language(request.secondary_language) != primary_language(
        request.language
    ):
        languages.append(request.secondary_language)
    encyclopedias = {(search := _wikipedia(study, language)).url: search for language in languages}
    searches = [*encyclopedias.values(), _web(study), _videos(study)]
    return Resources(items=(*(_curated(link) for link in chosen.values()), *searches))


def _curated(link: Link) -> Resource:
    return Resource(title=link.title, url=link.url, type=link.kind, language=_CURATED_LANGUAGE, origin="curated")


def _wikipedia(study: Study, language: str) -> Resource:
    """In a language that the author does not write, only the learner's own words find anything."""
    code = primary_language(language)
    code = code if code in WIKIPEDIAS else "en"
    understood = code == written_language(study.brief.request.language) and study.concept.origin != "general"
    query = study.brief.concept.name if understood else study.curriculum.topic
    title = fill(study.wording.resources.wikipedia, query=query, language=code)
    return search_link(title, f"https://{code}.wikipedia.org/w/index.php", "search", query, code)


def _web(study: Study) -> Resource:
    query = _query(study)
    title = fill(study.wording.resources.web, query=query)
    return web_search(query, study.brief.request.language, title=title)


def _videos(study: Study) -> Resource:
    query = _query(study)
    title = fill(study.wording.resources.videos, query=query)
    return search_link(title, "https://www.youtube.com/results", "search_query", query, study.brief.request.language)


def _query(study: Study) -> str:
    language = study.brief.request.language
    foreign = primary_language(language) != written_language(language)
    query = study.curriculum.topic if foreign and study.concept.origin == "general" else study.concept.query
    return shortened(query, _LONGEST_QUERY).rstrip("…")
