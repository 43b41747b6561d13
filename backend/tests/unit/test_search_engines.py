"""The search engines: what they ask, what they make of the answers, and which one is chosen."""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx2
import orjson
import pytest
from ddgs.exceptions import DDGSException, RatelimitException, TimeoutException
from pydantic import SecretStr

from app.agents.links.choose import check_search, create_search
from app.agents.links.duckduckgo import DuckDuckGoSearch
from app.agents.links.duckduckgo_regions import region_of
from app.agents.links.search import SearchEngine, SearchFailed, SearchResult
from app.agents.links.searxng import SearxngSearch
from app.agents.links.tavily import TavilySearch
from app.core.errors import ConfigurationError
from app.core.settings import Settings

Answer = Callable[[httpx2.Request], httpx2.Response]


def _tavily(answer: Answer) -> SearchEngine:
    return TavilySearch(SecretStr("tvly-secret"), transport=httpx2.MockTransport(answer))


def _searxng(answer: Answer) -> SearchEngine:
    return SearxngSearch("http://10.0.0.5:8080/search-here/", transport=httpx2.MockTransport(answer))


def _duckduckgo(answer: Answer) -> SearchEngine:
    """DuckDuckGo's library with the same scripted answers, in its own words."""

    def search(query: str, region: str, limit: int) -> Sequence[Mapping[str, Any]]:
        response = answer(httpx2.Request("GET", "https://duckduckgo.example"))
        found: list[dict[str, Any]] = response.json()["results"]
        return [{"title": hit.get("title"), "href": hit.get("url"), "body": hit.get("content")} for hit in found]

    return DuckDuckGoSearch(search=search)


ENGINES = [_tavily, _searxng, _duckduckgo]
HTTP_ENGINES = [_tavily, _searxng]


async def _find(engine: SearchEngine, limit: int = 5, *, language: str = "en") -> list[SearchResult]:
    hits = await engine.find("how bees  fly", language=language, limit=limit)
    await engine.close()
    return hits


def _results(*results: Mapping[str, Any]) -> Answer:
    return lambda request: httpx2.Response(200, json={"results": list(results)})


@pytest.mark.parametrize("engine", ENGINES)
async def test_hits_come_in_their_order_tidied_and_cut(engine: Callable[[Answer], SearchEngine]) -> None:
    answer = _results(
        {"title": " Bees\n fly ", "url": "https://bees.example/fly", "content": "They\tdo. \u202e" + "word " * 200},
        {"title": "T " * 300, "url": " http://wings.example/?a=1&b=2 ", "content": None},
        {"title": None, "url": "https://untitled.example/", "content": 7},
    )
    first, second, third = await _find(engine(answer))
    assert (first.title, first.url) == ("Bees fly", "https://bees.example/fly")
    assert first.description.startswith("They do. word")
    assert len(first.description) <= 500
    assert (len(second.title) <= 200, second.url, second.description) == (True, "http://wings.example/?a=1&b=2", "")
    assert third == SearchResult(title="untitled.example", url="https://untitled.example/", description="")


@pytest.mark.parametrize("engine", ENGINES)
async def test_what_leads_to_no_page_is_left_out_and_each_page_comes_once(
    engine: Callable[[Answer], SearchEngine],
) -> None:
    urls: list[object] = [
        "javascript:alert(1)",
        "ftp://bees.example/",
        "/relative",
        "https://user@bees.example/",
        "https://",
        "http://[",
        None,
        7,
        "https://bees.example/a",
        "https://BEES.example:443/a",
        "https://bees.example/b",
        "https://bees.example/c",
    ]
    results = [{"title": str(rank), "url": url, "content": ""} for rank, url in enumerate(urls)]
    hits = await _find(engine(_results(*results)), limit=2)
    assert [(hit.title, hit.url) for hit in hits] == [("8", "https://bees.example/a"), ("10", "https://bees.example/b")]


@pytest.mark.parametrize("engine", HTTP_ENGINES)
async def test_nothing_found_is_an_empty_answer(engine: Callable[[Answer], SearchEngine]) -> None:
    assert await _find(engine(_results())) == []


@pytest.mark.parametrize("engine", HTTP_ENGINES)
@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", b"{}", b'{"results": {}}', b'{"results": "x"}', b"[" * 100_000, b"\xff"]
)
async def test_an_answer_that_is_none_fails(body: bytes, engine: Callable[[Answer], SearchEngine]) -> None:
    with pytest.raises(SearchFailed, match="sent a response"):
        await _find(engine(lambda request: httpx2.Response(200, content=body)))


@pytest.mark.parametrize("engine", HTTP_ENGINES)
async def test_results_that_are_none_are_left_out(engine: Callable[[Answer], SearchEngine]) -> None:
    answer = httpx2.Response(200, json={"results": [None, 7, "x", [], {"title": "A", "url": "https://a.example/"}]})
    assert [hit.title for hit in await _find(engine(lambda request: answer))] == ["A"]


@pytest.mark.parametrize("engine", HTTP_ENGINES)
@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 429, 432, 500, 503])
async def test_any_status_but_success_fails_in_a_sentence(
    status: int, engine: Callable[[Answer], SearchEngine]
) -> None:
    with pytest.raises(SearchFailed) as failed:
        await _find(engine(lambda request: httpx2.Response(status, text="tvly-secret is wrong")))
    assert str(failed.value).endswith(".")
    assert "tvly-secret" not in str(failed.value)


@pytest.mark.parametrize("engine", HTTP_ENGINES)
@pytest.mark.parametrize("error", [httpx2.ConnectError, httpx2.ReadError, httpx2.ReadTimeout, httpx2.ConnectTimeout])
async def test_an_engine_that_cannot_be_reached_fails(
    error: type[httpx2.TransportError], engine: Callable[[Answer], SearchEngine]
) -> None:
    def unreachable(request: httpx2.Request) -> httpx2.Response:
        raise error("tvly-secret")

    with pytest.raises(SearchFailed, match=r"cannot be reached|did not answer"):
        await _find(engine(unreachable))


async def test_an_engine_that_says_nothing_is_given_up() -> None:
    async def silent(request: httpx2.Request) -> httpx2.Response:
        await asyncio.Event().wait()
        return httpx2.Response(200)

    transport = httpx2.MockTransport(silent)
    with pytest.raises(SearchFailed, match=r"Tavily did not answer within 0\.01 seconds\."):
        await _find(TavilySearch(SecretStr("key"), transport=transport, timeout=0.01))
    with pytest.raises(SearchFailed, match=r"SearXNG did not answer within 0\.01 seconds\."):
        await _find(SearxngSearch("http://here", transport=transport, timeout=0.01))


async def test_tavily_is_asked_with_the_key_in_a_header() -> None:
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, json={"results": []})

    await _find(_tavily(answer), limit=99)
    assert (asked[0].method, str(asked[0].url)) == ("POST", "https://api.tavily.com/search")
    assert asked[0].headers["Authorization"] == "Bearer tvly-secret"
    body = orjson.loads(asked[0].content)
    assert (body["query"], body["max_results"]) == ("how bees fly", 20)


@pytest.mark.parametrize(
    ("tag", "language"), [("de", "de"), ("pt-BR", "pt-BR"), ("zh-Hant-TW", "zh-TW"), ("es-419", "es")]
)
async def test_searxng_is_asked_below_its_own_address_in_the_learner_s_language(tag: str, language: str) -> None:
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, json={"results": []})

    await _find(_searxng(answer), language=tag)
    assert str(asked[0].url).startswith("http://10.0.0.5:8080/search-here/search?")
    assert dict(asked[0].url.params) == {
        "q": "how bees fly",
        "format": "json",
        "language": language,
        "safesearch": "1",
    }


async def test_a_searxng_that_speaks_no_json_says_what_to_do() -> None:
    with pytest.raises(SearchFailed, match=r"add json to search\.formats"):
        await _find(_searxng(lambda request: httpx2.Response(403)))


@pytest.mark.parametrize(
    ("tag", "region"),
    [
        ("de", "de-de"),
        ("de-AT", "at-de"),
        ("de-JP", "de-de"),
        ("en", "us-en"),
        ("en-GB", "uk-en"),
        ("uk", "ua-uk"),
        ("ja-JP", "jp-jp"),
        ("pt-br", "br-pt"),
        ("zh", "cn-zh"),
        ("zh-Hant", "tw-tzh"),
        ("zh-Hans-SG", "cn-zh"),
        ("zh-HK", "hk-tzh"),
        ("nb-NO", "no-no"),
        ("es-419", "es-es"),
        ("de-x-at", "de-de"),
        ("eo", "wt-wt"),
        ("", "wt-wt"),
    ],
)
def test_duckduckgo_has_names_of_its_own_for_regions(tag: str, region: str) -> None:
    assert region_of(tag) == region


async def test_duckduckgo_is_asked_in_a_thread_of_its_own() -> None:
    asked: list[tuple[str, str, int]] = []
    threads: list[threading.Thread] = []

    def search(query: str, region: str, limit: int) -> Sequence[Mapping[str, Any]]:
        asked.append((query, region, limit))
        threads.append(threading.current_thread())
        return []

    assert await _find(DuckDuckGoSearch(search=search), language="fr-CA") == []
    assert asked == [("how bees fly", "ca-fr", 5)]
    assert threads != [threading.current_thread()]


@pytest.mark.parametrize(
    "error", [DDGSException("No results found."), RatelimitException("202"), TimeoutException("x")]
)
async def test_duckduckgo_fails_in_a_sentence(error: DDGSException) -> None:
    def search(query: str, region: str, limit: int) -> Sequence[Mapping[str, Any]]:
        raise error

    with pytest.raises(SearchFailed, match=r"^DuckDuckGo .*\.$"):
        await _find(DuckDuckGoSearch(search=search))


@pytest.mark.parametrize("garbage", [None, "x", 7, [None], [["a"]]])
async def test_duckduckgo_s_garbage_fails(garbage: Any) -> None:
    with pytest.raises(SearchFailed, match="without results"):
        await _find(DuckDuckGoSearch(search=lambda query, region, limit: garbage))


async def test_duckduckgo_is_given_up_when_it_says_nothing() -> None:
    answered = threading.Event()

    def search(query: str, region: str, limit: int) -> Sequence[Mapping[str, Any]]:
        answered.wait()
        return []

    with pytest.raises(SearchFailed, match="did not answer"):
        await _find(DuckDuckGoSearch(search=search, timeout=0.01))
    answered.set()


SEARCH_NAMES = ("GREENWAY_SEARCH", "TAVILY_API_KEY", "SEARXNG_BASE_URL")


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Settings from an environment with these and no other settings of searching."""

    def configure(**names: str) -> Settings:
        for name in SEARCH_NAMES:
            monkeypatch.delenv(name, raising=False)
        for name, value in names.items():
            monkeypatch.setenv(name, value)
        return Settings()

    return configure


KEY = {"TAVILY_API_KEY": "tvly-secret"}
ADDRESS = {"SEARXNG_BASE_URL": "http://127.0.0.1:8888"}


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ({}, "duckduckgo"),
        (KEY, "tavily"),
        (ADDRESS, "searxng"),
        (KEY | ADDRESS, "tavily"),
        ({"GREENWAY_SEARCH": "auto"}, "duckduckgo"),
        ({"GREENWAY_SEARCH": "searxng"} | KEY | ADDRESS, "searxng"),
        ({"GREENWAY_SEARCH": "duckduckgo"} | KEY | ADDRESS, "duckduckgo"),
        ({"GREENWAY_SEARCH": "tavily"} | KEY, "tavily"),
        ({"GREENWAY_SEARCH": "none"} | KEY | ADDRESS, None),
        ({"GREENWAY_SEARCH": "searxng", "SEARXNG_BASE_URL": "https://me:word@search.example/x"}, "searxng"),
    ],
)
async def test_the_engine_that_is_chosen(
    names: dict[str, str], chosen: str | None, configured: Callable[..., Settings]
) -> None:
    settings = configured(**names)
    check_search(settings)
    engine = create_search(settings)
    assert (engine.name if engine else None) == chosen
    if engine:
        await engine.close()


@pytest.mark.parametrize(
    ("names", "wrong"),
    [
        ({"GREENWAY_SEARCH": "tavily"}, "TAVILY_API_KEY"),
        ({"GREENWAY_SEARCH": "tavily"} | ADDRESS, "TAVILY_API_KEY"),
        ({"GREENWAY_SEARCH": "searxng"} | KEY, "SEARXNG_BASE_URL"),
        ({"TAVILY_API_KEY": "  "}, "TAVILY_API_KEY"),
        ({"TAVILY_API_KEY": "two words"}, "TAVILY_API_KEY"),
        ({"TAVILY_API_KEY": "schlüssel"}, "TAVILY_API_KEY"),
        ({"TAVILY_API_KEY": "a\nb"}, "TAVILY_API_KEY"),
        ({"SEARXNG_BASE_URL": "search.example"}, "SEARXNG_BASE_URL"),
        ({"SEARXNG_BASE_URL": "ftp://search.example"}, "SEARXNG_BASE_URL"),
        ({"SEARXNG_BASE_URL": "http://"}, "SEARXNG_BASE_URL"),
        ({"SEARXNG_BASE_URL": "http://["}, "SEARXNG_BASE_URL"),
        ({"SEARXNG_BASE_URL": "http://search.example:port"}, "SEARXNG_BASE_URL"),
    ],
)
@pytest.mark.parametrize("entrance", [check_search, create_search])
def test_a_choice_that_lacks_something_is_refused_in_one_sentence_that_names_it(
    names: dict[str, str], wrong: str, entrance: Callable[[Settings], object], configured: Callable[..., Settings]
) -> None:
    with pytest.raises(ConfigurationError, match=wrong) as refused:
        entrance(configured(**names))
    assert refused.value.message.endswith(".")
    assert "tvly-secret" not in refused.value.message
