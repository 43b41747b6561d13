"""The whole path in a browser, under a name and a sub-path of nginx and of Caddy, over HTTP as in many homes."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import pytest_asyncio
from e2e.cluster import a_cluster, ready
from playwright.async_api import Browser, Playwright, expect
from reverse_proxies import NAME, Proxy, caddy, nginx

from browser.conftest import PACE, launch, surfing_at
from browser.test_learning import approve, draft, until_green

CONCEPTS = 6
RESOLVE = f"--host-resolver-rules=MAP {NAME} 127.0.0.1"
WITHOUT_UPGRADE = {
    "proxy_set_header Upgrade $http_upgrade;": "",
    "proxy_set_header Connection $connection_upgrade;": "",
}


def nginx_without_websockets(upstream: str, directory: Path, *, strips: bool) -> AbstractContextManager[Proxy]:
    return nginx(upstream, directory, strips=strips, changes=WITHOUT_UPGRADE)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def resolving_browser(playwright: Playwright, chromium: str) -> AsyncIterator[Browser]:
    """A browser that finds `NAME` on this machine."""
    browser = await launch(playwright, chromium, RESOLVE)
    yield browser
    await browser.close()


@pytest.mark.parametrize(
    ("serve", "strips"),
    [
        (nginx, False),
        pytest.param(caddy, True, marks=pytest.mark.slow),
        pytest.param(nginx_without_websockets, True, marks=pytest.mark.slow),
    ],
    ids=["nginx", "caddy-strips", "nginx-strips-no-websockets"],
)
async def test_from_the_goal_to_green_under_a_sub_path(
    serve: Callable[..., AbstractContextManager[Proxy]],
    strips: bool,
    database_url: str,
    redis_url: str,
    tmp_path: Path,
    resolving_browser: Browser,
    proxies: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GREENWAY_ROOT_PATH", "/greenway")
    monkeypatch.setenv("GREENWAY_ALLOWED_HOSTS", NAME)
    with (
        a_cluster(database_url, redis_url, tmp_path) as cluster,
        serve(cluster.url.removeprefix("http://"), tmp_path, strips=strips) as proxy,
    ):
        ready(cluster.start_worker(GREENWAY_BUILTIN_PACE=PACE))
        async with surfing_at(resolving_browser, proxy.url) as surfing:
            page = await surfing.open("/")
            roadmap_id = await draft(page, CONCEPTS)
            assert page.url == f"{proxy.url}/roadmaps/{roadmap_id}"
            await approve(page)
            await until_green(page, CONCEPTS)
            await page.get_by_role("link", name="Graph").click()
            await expect(page.locator(".react-flow__node")).to_have_count(CONCEPTS)
            await page.get_by_role("link", name="Map", exact=True).click()
            await page.locator("[data-concept]").first.click()
            await expect(page.get_by_role("complementary").get_by_role("article")).to_be_visible()
            await page.reload()
            await expect(page.get_by_role("complementary").get_by_role("article")).to_be_visible()
            await page.get_by_role("button", name="More commands").click()
            async with page.expect_download() as download:
                await page.get_by_role("menuitem", name="Export").click()
            assert (await download.value).url.startswith(f"{proxy.url}/api/v1/")
            await page.get_by_role("link", name="Greenway: all roadmaps").click()
            await expect(page).to_have_url(f"{proxy.url}/")


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
async def test_a_refused_page_says_which_setting_helps(
    language: str, database_url: str, redis_url: str, tmp_path: Path, resolving_browser: Browser, proxies: None
) -> None:
    """The proxy sends the Host of its upstream, and nobody has said that learn.example is Greenway."""
    at_the_root = {
        "location /greenway/": "location /",
        "proxy_set_header Host $http_host;": "",
        "proxy_set_header X-Forwarded-Host $http_host;": "",
    }
    with (
        a_cluster(database_url, redis_url, tmp_path) as cluster,
        nginx(cluster.url.removeprefix("http://"), tmp_path, strips=False, changes=at_the_root) as proxy,
    ):
        async with surfing_at(resolving_browser, proxy.url.removesuffix("/greenway")) as surfing:
            context = await surfing.browser.new_context(locale=language)
            page = await surfing.open_in(context, "/")
            await page.get_by_role("textbox").first.fill("SQL")
            await page.get_by_role("textbox").first.press("Enter")
            await expect(page.get_by_role("alert")).to_contain_text("GREENWAY_ALLOWED_HOSTS")
            if language == "en-GB":
                await expect(page.get_by_role("alert")).to_contain_text(f"{NAME}:{proxy.port}")


async def test_the_page_goes_to_its_place_when_it_is_opened_past_the_proxy(
    database_url: str, redis_url: str, tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENWAY_ROOT_PATH", "/greenway")
    with a_cluster(database_url, redis_url, tmp_path) as cluster:
        async with surfing_at(browser, cluster.url) as surfing:
            page = await surfing.open("/")
            await expect(page.get_by_label("What do you want to learn?")).to_be_visible()
            assert page.url == f"{cluster.url}/greenway/"
