"""What fails is a sentence with a next step, and the next step works."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from databases import fresh_database
from e2e.cluster import Client, Cluster, a_cluster, concepts_of, ready
from e2e.recording import Moods, moody, refused
from model_answers import good
from playwright.async_api import Browser, expect
from scripted_model import running_in_thread

from app.embedded.valkey import EmbeddedValkey
from browser.conftest import Surfing, surfing_at
from browser.test_learning import approve, draft, until_green

CONCEPTS = 6


@pytest.fixture(scope="module")
def moods() -> Moods:
    return Moods()


@pytest.fixture(scope="module")
def model_cluster(
    migrated: str, valkey: EmbeddedValkey, tmp_path_factory: pytest.TempPathFactory, moods: Moods
) -> Iterator[Cluster]:
    """A cluster whose author is a model with these moods."""
    with (
        running_in_thread(moods) as model,
        fresh_database(migrated) as database_url,
        a_cluster(database_url, valkey.url, tmp_path_factory.mktemp("cluster")) as cluster,
    ):
        settings = {"GREENWAY_MODEL": "openai:scripted", "OPENAI_BASE_URL": model.base_url, "GREENWAY_SEARCH": "none"}
        ready(cluster.start_worker(**settings))  # type: ignore[arg-type]
        yield cluster


@pytest_asyncio.fixture(loop_scope="session")
async def with_model(
    model_cluster: Cluster, moods: Moods, browser: Browser
) -> AsyncIterator[tuple[Surfing, Moods, Client]]:
    """A page before a model whose mood can be changed."""
    moods.answer = good
    async with surfing_at(browser, model_cluster.url) as surfing, model_cluster.client() as client:
        yield surfing, moods, client


async def test_a_run_that_was_paused_for_a_refused_key_is_resumed_from_the_page(
    with_model: tuple[Surfing, Moods, Client],
) -> None:
    surfing, moods, _ = with_model
    page = await surfing.open()
    await draft(page, CONCEPTS)
    moods.answer = refused
    await approve(page)
    reason = page.get_by_role("alert")
    await expect(reason).to_contain_text("The run was paused: ")
    moods.answer = good
    await reason.get_by_role("button", name="Resume").click()
    await until_green(page, CONCEPTS)
    await expect(reason).to_have_count(0)


async def test_what_is_missing_is_named_and_written_on_demand(with_model: tuple[Surfing, Moods, Client]) -> None:
    surfing, moods, client = with_model
    page = await surfing.open()
    roadmap_id = await draft(page, CONCEPTS)
    moods.answer = moody
    await approve(page)
    await expect(page.locator("[data-concept][data-state=partial]").first).to_contain_text("quiz missing")
    await expect(page.locator("[data-concept][data-state=failed]").first).to_contain_text("failed")
    roadmap = await client.until_status(roadmap_id, "partial")
    failed = next(one for one in concepts_of(roadmap) if one["content_status"] == "partial")
    await page.locator(f"[data-concept={failed['concept_id']}]").click()
    panel = page.get_by_role("complementary")
    await panel.get_by_role("tab", name="Quiz").click()
    await expect(panel.get_by_role("alert")).to_contain_text("could not be used")
    moods.answer = good
    await panel.get_by_role("button", name="Generate missing content").click()
    await expect(panel.get_by_text("Question 1 of")).to_be_visible()
    await until_green(page, CONCEPTS)


async def test_a_change_that_fails_says_so_and_keeps_the_words(with_model: tuple[Surfing, Moods, Client]) -> None:
    surfing, moods, _ = with_model
    page = await surfing.open()
    await draft(page, CONCEPTS)
    moods.answer = refused
    await page.get_by_label("Ask for a change").fill("More about indexes")
    await page.get_by_role("button", name="Ask the author").click()
    await expect(page.get_by_role("alert")).to_contain_text("The outline could not be changed: ")
    await expect(page.get_by_label("Ask for a change")).to_have_value("More about indexes")
