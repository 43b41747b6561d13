"""From the first visit to the first lesson of a model, by clicks and one address; and what the page says meanwhile."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import flush, fresh_database, numbered
from e2e.cluster import Cluster, a_cluster, ready
from model_answers import good
from playwright.async_api import Page, expect
from scripted_model import Call, Reply, fault, running_in_thread

from app.embedded.valkey import EmbeddedValkey
from browser.conftest import AXE, Surfing

SECRET = "a secret of more than thirty-two characters"
KEY = "sk-0123456789-0123456789-last"


@pytest.fixture(scope="module")
def live_cluster(
    migrated: str, valkey: EmbeddedValkey, tmp_path_factory: pytest.TempPathFactory, chromium: str
) -> Iterator[Cluster]:
    """A cluster of its own: what is chosen here is chosen for all."""
    redis_url = numbered(valkey.url, 3)
    asyncio.run(flush(redis_url))
    with (
        fresh_database(migrated) as database_url,
        a_cluster(database_url, redis_url, tmp_path_factory.mktemp("cluster"), SECRET_KEY=SECRET) as cluster,
    ):
        cluster.worker = ready(cluster.start_worker(SECRET_KEY=SECRET, GREENWAY_SEARCH="none"))
        yield cluster


async def connect(page: Page, address: str, key: str = "") -> None:
    await page.get_by_label("Provider", exact=True).select_option("compatible")
    await page.get_by_label("API key, if the server needs one").fill(key)
    await page.get_by_label("Address", exact=True).fill(address)


async def test_from_the_first_visit_to_the_first_lesson_of_a_model(surfing: Surfing, tmp_path: Path) -> None:
    page = await surfing.open()
    await page.get_by_role("link", name="Connect a model").click()
    await expect(page.get_by_text("The default:")).to_be_visible()
    with running_in_thread(good) as model:
        await connect(page, model.base_url, KEY)
        await page.get_by_role("button", name="List models").click()
        await expect(page.get_by_text("1 model.")).to_be_visible()
        form = page.locator("form").filter(has=page.get_by_role("button", name="List models"))
        await form.get_by_label("Model", exact=True).fill("scripted")
        await form.get_by_role("button", name="Test").click()
        await expect(page.get_by_text("It answered in the right form")).to_be_visible()
        await form.get_by_role("button", name="Use", exact=True).click()
        await expect(page.get_by_text("Chosen here.")).to_be_visible()
        await expect(page.get_by_text("the model compatible:scripted").first).to_be_visible()
        await expect(page.get_by_label("API key, if the server needs one")).to_have_value("")
        assert KEY not in await page.content()
        await page.goto(surfing.url)
        await page.get_by_label("What do you want to learn?").fill("Learn to sail")
        await page.get_by_role("button", name="More").click()
        await page.get_by_label("Number of concepts").fill("3")
        await page.get_by_role("button", name="Draft a roadmap").click()
        await page.get_by_role("button", name="Approve and generate").click()
        first = page.locator("[data-concept][data-state=completed]").first
        await first.click()
        await expect(page.get_by_role("article").first).to_be_visible()
    await page.goto(f"{surfing.url}/settings/model")
    await expect(page.get_by_role("cell", name="compatible:scripted").first).to_be_visible()
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run({resultTypes: ['violations']})")
    assert not [one["id"] for one in found["violations"] if one["impact"] in {"serious", "critical"}]
    await page.get_by_role("button", name="Use the built-in author").click()
    await expect(page.get_by_text("The default:")).to_be_visible()


async def test_without_a_model_the_first_visit_says_what_there_is(surfing: Surfing) -> None:
    page = await surfing.open()
    goal = page.get_by_label("What do you want to learn?")
    await goal.fill("Learn to build REST APIs with FastAPI and Postgres")
    await expect(page.get_by_text("has nothing on REST, APIs, FastAPI")).to_be_visible()
    await expect(page.locator("p[role=status]").get_by_role("link", name="Connect a model")).to_be_visible()
    await page.get_by_role("button", name="Draft a roadmap").click()
    await expect(page.get_by_role("heading", name="Review the outline")).to_be_visible()
    await expect(page.get_by_text("has nothing on REST, APIs, FastAPI")).to_be_visible()
    await page.goto(surfing.url)
    await goal.fill("SQL")
    await expect(page.get_by_text("There is a course for this: SQL for data analysis.")).to_be_visible()


async def test_a_wrong_key_is_told_and_a_stopped_run_leads_back_here(surfing: Surfing) -> None:
    is_refused = False

    def script(call: Call) -> Reply:
        if is_refused or call.headers.get("authorization") != f"Bearer {KEY}":
            return fault(401, code="invalid_api_key", message="Incorrect API key provided.")
        return good(call)

    page = await surfing.open("/settings/model", width=390)
    with running_in_thread(script) as model:
        await connect(page, model.base_url, "sk-wrong")
        form = page.locator("form").filter(has=page.get_by_role("button", name="List models"))
        await form.get_by_label("Model", exact=True).fill("scripted")
        await form.get_by_role("button", name="Test").click()
        await expect(form.get_by_text(re.compile("provider refused the key|does not accept the key"))).to_be_visible()
        await connect(page, model.base_url, KEY)
        await form.get_by_role("button", name="Use", exact=True).click()
        await expect(page.get_by_text("A key is saved.")).to_be_visible()
        await page.goto(surfing.url)
        await page.get_by_label("What do you want to learn?").fill("Learn to row")
        await page.get_by_role("button", name="Draft a roadmap").click()
        await expect(page.get_by_role("button", name="Approve and generate")).to_be_visible()
        is_refused = True
        await page.get_by_role("button", name="Approve and generate").click()
        await page.get_by_role("link", name="Check the model").click()
        await expect(page.get_by_role("heading", name="In use now")).to_be_visible()
