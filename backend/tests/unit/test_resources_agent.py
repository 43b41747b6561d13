"""Pages that a learner is shown were found by a search, and fetched; else they are searches, and say so."""

from collections.abc import Sequence
from typing import Literal, cast

from factories import a_request, an_outline

from app.agents.links.checker import LinkChecker
from app.agents.links.search import SearchFailed, SearchResult
from app.agents.links.visit import CheckedLink
from app.agents.writing.resources import Librarian, Search
from app.domain.content.kinds.resources import Resource
from app.generation.work import ConceptBrief


class Engine:
    """Finds what it was given, by query; a query that it was not given fails."""

    name = "fake"

    def __init__(self, pages: dict[str, list[str]]) -> None:
        self._pages = pages
        self.languages: list[tuple[str, str]] = []
        self.closed = False

    async def find(self, query: str, *, language: str, limit: int) -> list[SearchResult]:
        self.languages.append((query, language))
        if query not in self._pages:
            raise SearchFailed("It is not there.")
        return [SearchResult(title=f"Hit {url}", url=url, description="") for url in self._pages[query][:limit]]

    async def close(self) -> None:
        self.closed = True


class Links:
    """Pages called `gone` are dropped, those called `shy` do not answer, and `moved` has another address."""

    def __init__(self) -> None:
        self.given: list[str] = []
        self.closed = False

    async def check_all(self, urls: Sequence[str]) -> list[CheckedLink | None]:
        return [self._check(url) for url in urls]

    async def close(self) -> None:
        self.closed = True

    def _check(self, url: str) -> CheckedLink | None:
        if "gone" in url:
            return None
        self.given.append(url.replace("moved", "settled"))
        if "shy" in url:
            return CheckedLink(url=self.given[-1], title=None, status=403, verdict="unverified")
        return CheckedLink(url=self.given[-1], title=f"Page {url}", status=200, verdict="verified")


def _librarian(engine: Engine | None, links: Links | None = None) -> Librarian:
    return Librarian(engine, cast(LinkChecker, links or Links()))


def _search(query: str, language: Literal["first", "second"] = "first") -> Search:
    return Search(query=query, type="article", language=language)


def _brief(**request: object) -> ConceptBrief:
    outline = an_outline(1)
    return ConceptBrief(
        concept=next(outline.concepts),
        stage_name="Stage",
        module_name="Module",
        request=a_request(**request),
        outline=outline,
    )


async def _found(pages: dict[str, list[str]], *searches: str) -> list[Resource]:
    asked = [_search(query) for query in searches or pages]
    return list((await _librarian(Engine(pages)).find(asked, _brief())).items)


def _urls(items: Sequence[Resource]) -> list[str]:
    return [str(item.url) for item in items]


async def test_pages_that_are_gone_are_never_shown() -> None:
    items = await _found({"joins": ["https://a.example/gone", "https://b.example/here"]})
    assert _urls(items) == ["https://b.example/here"]


async def test_of_one_search_the_verified_come_first() -> None:
    items = await _found({"joins": ["https://a.example/shy", "https://b.example/one", "https://c.example/two"]})
    assert [(item.url.host, item.verdict, item.status) for item in items] == [
        ("b.example", "verified", 200),
        ("c.example", "verified", 200),
        ("a.example", "unverified", 403),
    ]


async def test_the_best_of_every_search_comes_before_the_second_best_of_any() -> None:
    items = await _found(
        {"joins": ["https://a.example/1", "https://b.example/2"], "views": ["https://c.example/1"]},
    )
    assert _urls(items) == ["https://a.example/1", "https://c.example/1", "https://b.example/2"]


async def test_no_more_than_two_pages_of_one_site_are_shown() -> None:
    items = await _found(
        {
            "joins": [f"https://a.example/{page}" for page in "123"],
            "views": ["https://a.example/4", "https://b.example/"],
        }
    )
    assert [item.url.host for item in items].count("a.example") == 2
    assert "https://b.example/" in _urls(items)


async def test_a_page_that_two_searches_find_is_shown_once() -> None:
    items = await _found({"joins": ["https://a.example/"], "views": ["https://a.example/"]})
    assert _urls(items) == ["https://a.example/"]


async def test_no_more_than_eight_pages_are_shown() -> None:
    items = await _found({query: [f"https://{query}{page}.example/" for page in range(4)] for query in "abcdef"})
    assert len(items) == 8


async def test_every_address_shown_is_one_that_the_checker_gave() -> None:
    links = Links()
    engine = Engine({"joins": ["https://a.example/moved", "https://b.example/gone", "https://c.example/shy"]})
    shown = _urls((await _librarian(engine, links).find([_search("joins")], _brief())).items)
    assert "https://a.example/settled" in shown
    assert set(shown) <= set(links.given)


async def test_searches_go_to_the_learner_s_first_and_second_language() -> None:
    engine = Engine({"joins": ["https://a.example/"], "连接": ["https://b.example/"]})
    brief = _brief(language="en", secondary_language="zh")
    found = await _librarian(engine).find([_search("joins"), _search("连接", "second")], brief)
    assert sorted(engine.languages) == [("joins", "en"), ("连接", "zh")]
    assert [item.language for item in found.items] == ["en", "zh"]


async def test_without_a_second_language_all_searches_are_in_the_first() -> None:
    engine = Engine({"joins": ["https://a.example/"]})
    await _librarian(engine).find([_search("joins", "second")], _brief(language="de"))
    assert engine.languages == [("joins", "de")]


async def test_a_search_that_fails_does_not_hide_what_others_find() -> None:
    items = await _found({"joins": ["https://a.example/"]}, "views", "joins")
    assert [(str(item.url), item.origin) for item in items] == [("https://a.example/", "found")]


async def test_where_every_search_fails_the_searches_are_shown() -> None:
    items = await _found({}, "joins", "views")
    assert [(item.title, item.type, item.origin, item.verdict) for item in items] == [
        ("joins", "search", "search", None),
        ("views", "search", "search", None),
    ]


async def test_where_every_page_is_gone_the_searches_are_shown() -> None:
    items = await _found({"joins": ["https://a.example/gone"]})
    assert [item.origin for item in items] == ["search"]


async def test_without_an_engine_the_searches_are_shown() -> None:
    brief = _brief(language="en", secondary_language="zh")
    found = await _librarian(None).find([_search("joins"), _search("连接", "second")], brief)
    assert [(item.title, item.origin, item.language) for item in found.items] == [
        ("joins", "search", "en"),
        ("连接", "search", "zh"),
    ]


async def test_closing_the_librarian_closes_what_it_uses() -> None:
    engine, links = Engine({}), Links()
    await _librarian(engine, links).close()
    assert engine.closed
    assert links.closed
