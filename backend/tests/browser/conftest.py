"""Debian's Chromium before a real API, worker, Postgres and Valkey. The browser is started once: its tests share a
loop, and each has contexts of its own."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest
import pytest_asyncio
from databases import fresh_database, numbered
from e2e.cluster import Cluster, a_cluster, ready
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    async_playwright,
    expect,
)

from app.api.web import BUILT
from app.embedded.valkey import EmbeddedValkey

AXE = Path(__file__).resolve().parents[3] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PACE = "0.4"
"""Seconds for an artefact: slow enough to be watched, fast enough for a test."""
PATIENCE = 90_000
"""Milliseconds that a test waits for the page, on a machine that is busy with others."""

expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def chromium(missing: Callable[[str, str], NoReturn]) -> str:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        missing("browser", "There is no Chromium; `apt-get install chromium` lets the browser tests run.")
    if not (BUILT / "index.html").is_file():
        missing("browser", "The web app is not built; `make web` builds it.")
    return found


@dataclass
class Surfing:
    """A browser, and what no page may do: fail, break its policy, or ask another host."""

    browser: Browser
    url: str
    faults: list[str] = field(default_factory=list)

    async def open(self, path: str = "/", *, width: int = 1440, height: int = 900, theme: str = "light") -> Page:
        context = await self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            locale="en-GB",
        )
        return await self.open_in(context, path)

    async def open_in(self, context: BrowserContext, path: str) -> Page:
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._heard)
        page.on("request", self._asked)
        await page.goto(f"{self.url}{path}")
        # Their arrival moves what is clicked.
        await page.evaluate("document.fonts.ready")
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.faults.append(message.text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.faults.append(f"asked {request.url}")


@pytest.fixture(scope="package")
def shared_cluster(
    migrated: str, valkey: EmbeddedValkey, tmp_path_factory: pytest.TempPathFactory, chromium: str
) -> Iterator[Cluster]:
    """An API with a worker, for all tests that leave its processes alone and mind only what they make themselves."""
    with a_live_cluster(migrated, numbered(valkey.url, 1), tmp_path_factory) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def own_cluster(
    migrated: str, valkey: EmbeddedValkey, tmp_path_factory: pytest.TempPathFactory, chromium: str
) -> Iterator[Cluster]:
    """An API with a worker, for a module whose tests stop them."""
    with a_live_cluster(migrated, numbered(valkey.url, 2), tmp_path_factory) as cluster:
        yield cluster


@pytest.fixture(scope="package")
def live_cluster(shared_cluster: Cluster) -> Cluster:
    """What the pages of `surfing` talk to; a module that has a cluster of its own says so by a fixture of this name."""
    return shared_cluster


@contextmanager
def a_live_cluster(template: str, redis_url: str, directories: pytest.TempPathFactory) -> Iterator[Cluster]:
    with (
        fresh_database(template) as database_url,
        a_cluster(database_url, redis_url, directories.mktemp("cluster")) as cluster,
    ):
        cluster.worker = ready(cluster.start_worker(GREENWAY_BUILTIN_PACE=PACE))
        yield cluster


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    async with async_playwright() as playwright:
        yield playwright


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(playwright: Playwright, chromium: str) -> AsyncIterator[Browser]:
    browser = await launch(playwright, chromium)
    yield browser
    await browser.close()


async def launch(playwright: Playwright, chromium: str, *arguments: str) -> Browser:
    return await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", *arguments])


@asynccontextmanager
async def surfing_at(browser: Browser, url: str) -> AsyncIterator[Surfing]:
    surfing = Surfing(browser, url)
    yield surfing
    for context in browser.contexts:
        await context.close()
    assert surfing.faults == []


@pytest_asyncio.fixture(loop_scope="session")
async def surfing(live_cluster: Cluster, browser: Browser) -> AsyncIterator[Surfing]:
    async with surfing_at(browser, live_cluster.url) as surfing:
        yield surfing
