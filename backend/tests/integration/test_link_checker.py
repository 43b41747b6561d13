"""The link checker against real servers, which answer well, badly, slowly, endlessly or not at all."""

import asyncio
import gzip
import tracemalloc
import zlib
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Collection

import httpx2
import pytest
from websites import Asked, Script, Website, answers, by_method, page, redirects_to, says_nothing, website

from app import __version__
from app.agents.links.checker import LinkChecker
from app.agents.links.public_network import PublicNetwork
from app.agents.links.public_transport import PublicTransport
from app.agents.links.visit import MOST_BYTES, MOST_REDIRECTS, CheckedLink


def _checker(*, timeout: float = 30, ports: Collection[int] | None = None) -> LinkChecker:
    loopback = PublicNetwork(allows=lambda address: address.is_loopback, ports=ports)
    return LinkChecker(PublicTransport(loopback), timeout=timeout)


@pytest.fixture
async def checker() -> AsyncIterator[LinkChecker]:
    checker = _checker()
    yield checker
    await checker.close()


@pytest.fixture
async def site() -> AsyncIterator[Website]:
    async with website({"/": page("Welcome")}) as site:
        yield site


async def _title(checker: LinkChecker, site: Website, script: Script) -> str | None:
    site.pages["/"] = script
    link = await checker.check(site.url())
    assert link is not None
    assert link.verdict == "verified"
    return link.title


async def test_a_page_that_answers_is_verified_and_has_its_title(checker: LinkChecker, site: Website) -> None:
    assert await checker.check(site.url()) == CheckedLink(
        url=site.url(), title="Welcome", status=200, verdict="verified"
    )
    assert site.methods == ["HEAD", "GET"]


async def test_it_says_who_it_is_and_asks_for_the_beginning_only(checker: LinkChecker, site: Website) -> None:
    await checker.check(site.url())
    head, get = site.asked
    assert head.headers["user-agent"] == f"Greenway/{__version__} (link check)"
    assert get.headers["range"] == "bytes=0-65535"
    assert get.headers["accept-encoding"] == "identity"


async def test_a_part_of_a_page_is_as_good_as_the_page(checker: LinkChecker, site: Website) -> None:
    partial = answers(206, b"<title>A part</title>", Content_Type="text/html", Content_Range="bytes 0-20/9999")
    assert await _title(checker, site, partial) == "A part"


@pytest.mark.parametrize("media_type", ["application/pdf", "video/mp4", "text/plain; charset=utf-8"])
async def test_what_is_no_page_is_verified_without_a_title_or_a_download(
    media_type: str, checker: LinkChecker, site: Website
) -> None:
    assert await _title(checker, site, answers(200, b"<title>No</title>", Content_Type=media_type)) is None
    assert site.methods == ["HEAD"]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 500, 501, 503])
async def test_a_server_that_dislikes_head_is_asked_with_get(status: int, checker: LinkChecker, site: Website) -> None:
    assert await _title(checker, site, by_method(head=answers(status), get=page("Got"))) == "Got"


async def test_a_server_that_breaks_off_at_head_is_asked_with_get(checker: LinkChecker, site: Website) -> None:
    async def breaks_off(asked: Asked, writer: StreamWriter) -> None:
        writer.close()

    assert await _title(checker, site, by_method(head=breaks_off, get=page("Got"))) == "Got"


@pytest.mark.parametrize("status", [401, 403, 405, 429, 500, 502, 503, 999])
async def test_a_page_that_refuses_programs_or_has_trouble_is_unverified(
    status: int, checker: LinkChecker, site: Website
) -> None:
    site.pages["/"] = answers(status, b"<title>Access denied</title>", Content_Type="text/html")
    expected = CheckedLink(url=site.url(), title=None, status=status, verdict="unverified")
    assert await checker.check(site.url()) == expected


@pytest.mark.parametrize("status", [300, 304, 400, 402, 404, 406, 410, 418, 451])
async def test_a_page_that_is_not_there_is_dropped(status: int, checker: LinkChecker, site: Website) -> None:
    site.pages["/"] = answers(status, b"<title>Not here</title>", Content_Type="text/html")
    assert await checker.check(site.url()) is None


@pytest.mark.parametrize("status", [410, 429, 451])
async def test_a_server_that_said_enough_is_not_asked_again(status: int, checker: LinkChecker, site: Website) -> None:
    site.pages["/"] = answers(status)
    await checker.check(site.url())
    assert site.methods == ["HEAD"]


@pytest.mark.parametrize(
    ("head", "get"), [(says_nothing, page("Late")), (page("Late"), says_nothing)], ids=["at once", "after HEAD"]
)
async def test_a_page_that_is_too_slow_is_unverified(head: Script, get: Script, site: Website) -> None:
    site.pages["/"] = by_method(head=head, get=get)
    checker = _checker(timeout=0.2)
    expected = CheckedLink(url=site.url(), title=None, status=None, verdict="unverified")
    assert await checker.check(site.url()) == expected
    await checker.close()


async def test_a_page_that_stops_in_its_middle_is_not_waited_for(site: Website) -> None:
    async def stops(asked: Asked, writer: StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Half")
        await says_nothing(asked, writer)

    site.pages["/"] = by_method(head=answers(200), get=stops)
    checker = _checker(timeout=0.2)
    link = await checker.check(site.url())
    assert link is not None
    assert link.verdict == "unverified"
    await checker.close()


async def test_a_server_that_keeps_announcing_an_answer_is_not_listened_to_for_ever(site: Website) -> None:
    async def announces(asked: Asked, writer: StreamWriter) -> None:
        while True:
            writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
            await writer.drain()
            await asyncio.sleep(0)

    site.pages["/"] = announces
    checker = _checker(timeout=0.2)
    async with asyncio.timeout(30):
        link = await checker.check(site.url())
    assert link is not None
    assert link.verdict == "unverified"
    await checker.close()


async def test_an_endless_page_is_left_after_its_beginning(checker: LinkChecker, site: Website) -> None:
    left = asyncio.Event()

    async def endless(asked: Asked, writer: StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Without end</title>")
        try:
            while True:
                writer.write(b"x" * 65_536)
                await writer.drain()
        except ConnectionError:
            left.set()

    assert await _title(checker, site, by_method(head=answers(405), get=endless)) == "Without end"
    async with asyncio.timeout(30):
        await left.wait()


async def test_an_endless_redirect_is_not_read(checker: LinkChecker, site: Website) -> None:
    left = asyncio.Event()

    async def endless(asked: Asked, writer: StreamWriter) -> None:
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 65_536)
                await writer.drain()
        except ConnectionError:
            left.set()

    site.pages["/old"] = by_method(head=answers(405), get=endless)
    link = await checker.check(site.url("/old"))
    assert link is not None
    assert (link.url, link.title) == (site.url(), "Welcome")
    async with asyncio.timeout(30):
        await left.wait()


async def test_only_the_beginning_is_looked_at_whatever_the_server_sends(checker: LinkChecker, site: Website) -> None:
    assert await _title(checker, site, page("Near", before=b" " * (MOST_BYTES - 100))) == "Near"
    assert await _title(checker, site, page("Far", before=b" " * MOST_BYTES)) is None


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_packed_page_is_unpacked_no_further_than_its_beginning(
    encoding: str, checker: LinkChecker, site: Website
) -> None:
    pack = gzip.compress if encoding == "gzip" else zlib.compress
    html = b"<title>Packed</title>"
    packed = answers(200, pack(html), Content_Type="text/html", Content_Encoding=encoding)
    assert await _title(checker, site, packed) == "Packed"
    # 60 KB that unpack to 60 MB: what is past the limit is never seen.
    bomb = pack(b" " * 60_000_000 + html)
    assert len(bomb) < MOST_BYTES
    tracemalloc.start()
    try:
        exploded = answers(200, bomb, Content_Type="text/html", Content_Encoding=encoding)
        assert await _title(checker, site, exploded) is None
        assert tracemalloc.get_traced_memory()[1] < 6_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "gzip, gzip", "nonsense"])
async def test_what_cannot_be_unpacked_has_no_title(encoding: str, checker: LinkChecker, site: Website) -> None:
    packed = answers(200, b"<title>Not packed</title>", Content_Type="text/html", Content_Encoding=encoding)
    assert await _title(checker, site, packed) is None


async def test_a_page_that_ends_too_early_still_has_its_title(checker: LinkChecker, site: Website) -> None:
    async def short(asked: Asked, writer: StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 999\r\n\r\n<title>Short</title>")

    assert await _title(checker, site, by_method(head=answers(405), get=short)) == "Short"


async def test_redirects_are_followed_and_the_last_address_is_the_link(checker: LinkChecker, site: Website) -> None:
    for hop in range(MOST_REDIRECTS):
        site.pages[f"/{hop}"] = redirects_to(f"/{hop + 1}")
    site.pages[f"/{MOST_REDIRECTS}"] = page("The end")
    link = await checker.check(site.url("/0"))
    assert link is not None
    assert (link.url, link.title) == (site.url(f"/{MOST_REDIRECTS}"), "The end")
    # GET begins where HEAD arrived.
    assert site.methods.count("GET") == 1


@pytest.mark.parametrize("head", [405, None])
async def test_redirects_that_do_not_end_are_given_up(head: int | None, checker: LinkChecker, site: Website) -> None:
    for path, onward in (("/a", "/b"), ("/b", "/a")):
        script = redirects_to(onward)
        site.pages[path] = script if head is None else by_method(head=answers(head), get=script)
    assert await checker.check(site.url("/a")) is None
    assert len(site.asked) <= MOST_REDIRECTS + 2


@pytest.mark.parametrize(
    "location",
    ["ftp://127.0.0.1/", "file:///etc/passwd", "javascript:alert(1)", "http://", "http://[", "http://a:99999/", "//",
     "http://xn--a/", "http://" + "a" * 70 + "/", "http://a..b/", "http://\xff/", "/" + "long" * 600, "data:,x",
     "http://known.example@127.0.0.1/"],
)  # fmt: skip
async def test_a_redirect_to_what_is_no_page_drops_the_link(location: str, site: Website) -> None:
    site.pages["/"] = redirects_to(location)
    # Some lead to port 80 of this machine, where anything may listen.
    checker = _checker(ports={site.port})
    assert await checker.check(site.url()) is None
    await checker.close()


async def test_a_redirect_to_an_address_that_may_not_be_shown_drops_the_link(
    checker: LinkChecker, site: Website
) -> None:
    for location in (site.url(host="known.example@127.0.0.1"), site.url("/?" + "x" * 3_000)):
        site.pages["/old"] = redirects_to(location)
        assert await checker.check(site.url("/old")) is None
    assert {asked.path for asked in site.asked} == {"/old"}


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "/relative", "http://", "http:///path", "https://[::1", "http://a b/", "ftp://127.0.0.1/",
     "javascript:alert(1)", "data:text/html,hello", "mailto:a@b.example", "http://127.0.0.1:99999/",
     "http://127.0.0.1:port/", "http://user:word@127.0.0.1/", "http://\udcff/", "http://127.0.0.1/\udcff",
     "http://127.0.0.1/\x00", "http://127.0.0.1/" + "x" * 3000, "http://a..b/", "http://" + "a" * 70 + ".test/"],
)  # fmt: skip
async def test_what_is_no_address_of_a_page_is_dropped(url: str, checker: LinkChecker) -> None:
    assert await checker.check(url) is None


@pytest.mark.parametrize(
    "answer",
    [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n", b"\x00" * 200_000,
     b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000, b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
     b"HTTP/1.1 101 Upgrade\r\n\r\n", b"SSH-2.0-OpenSSH_9.7\r\n"],
)  # fmt: skip
async def test_a_server_that_does_not_speak_http_is_dropped(answer: bytes, checker: LinkChecker, site: Website) -> None:
    async def mumbles(asked: Asked, writer: StreamWriter) -> None:
        writer.write(answer)

    site.pages["/"] = mumbles
    assert await checker.check(site.url()) is None


async def test_a_server_without_tls_is_dropped_when_asked_for_it(checker: LinkChecker) -> None:
    async def complains(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(complains, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await checker.check(f"https://127.0.0.1:{port}/") is None


async def test_a_server_that_is_not_there_is_dropped(checker: LinkChecker) -> None:
    async with website({}) as site:
        url = site.url()
    assert await checker.check(url) is None


@pytest.mark.parametrize("title", ["example.com: this domain is for sale", "Buy  this\nDomain"])
async def test_a_parked_domain_is_dropped(title: str, checker: LinkChecker, site: Website) -> None:
    site.pages["/"] = page(title)
    assert await checker.check(site.url()) is None


async def test_cookies_are_not_kept(checker: LinkChecker, site: Website) -> None:
    site.pages["/old"] = answers(302, Location="/", Set_Cookie="seen=1; Path=/")
    site.pages["/"] = answers(200, Set_Cookie="seen=2; Path=/")
    await checker.check(site.url("/old"))
    await checker.check(site.url())
    assert len(site.asked) > 3
    assert not any("cookie" in asked.headers for asked in site.asked)


async def test_links_come_back_in_their_order(checker: LinkChecker, site: Website) -> None:
    site.pages |= {f"/{number}": page(f"Page {number}") for number in range(20)}
    urls = [site.url(f"/{number}") for number in range(20)]
    links = await checker.check_all([*urls, "nonsense", site.url("/missing"), urls[0]])
    titles = [link and link.title for link in links]
    assert titles == [*(f"Page {number}" for number in range(20)), None, None, "Page 0"]


async def test_no_more_links_than_allowed_are_visited_at_once_whoever_asks() -> None:
    at_once = most_at_once = 0

    async def counts(request: httpx2.Request) -> httpx2.Response:
        nonlocal at_once, most_at_once
        at_once += 1
        most_at_once = max(most_at_once, at_once)
        for _ in range(20):  # everyone who may come has the turns to do so
            await asyncio.sleep(0)
        at_once -= 1
        return httpx2.Response(200, headers={"Content-Type": "application/pdf"})

    checker = LinkChecker(httpx2.MockTransport(counts), concurrency=3)
    urls = ["http://known.example/"] * 6
    first, second = await asyncio.gather(checker.check_all(urls), checker.check_all(urls))
    assert most_at_once == 3
    assert all(link and link.verdict == "verified" for link in first + second)
    await checker.close()


async def test_cancelling_a_check_ends_it(checker: LinkChecker, site: Website) -> None:
    asked = asyncio.Event()

    async def waits(_asked: Asked, writer: StreamWriter) -> None:
        asked.set()
        await says_nothing(_asked, writer)

    site.pages["/"] = waits
    checks = asyncio.create_task(checker.check_all([site.url()]))
    await asked.wait()
    checks.cancel()
    with pytest.raises(asyncio.CancelledError):
        await checks


async def test_by_default_it_is_guarded(site: Website) -> None:
    checker = LinkChecker()
    assert await checker.check(site.url()) is None
    assert await checker.check("http://127.0.0.1/") is None
    await checker.close()
    assert site.connections == 0


async def test_errors_of_the_program_itself_are_not_hidden() -> None:
    def broken(request: httpx2.Request) -> httpx2.Response:
        raise ZeroDivisionError

    checker = LinkChecker(httpx2.MockTransport(broken))
    with pytest.raises(ZeroDivisionError):
        await checker.check("http://known.example/")
    await checker.close()
