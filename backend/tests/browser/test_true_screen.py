"""The screen never lies: reloads, two tabs and a browser that is offline all end in what is saved."""

import asyncio

from e2e.cluster import Client, Cluster
from playwright.async_api import Page, expect

from browser.conftest import PATIENCE, Surfing
from browser.test_learning import LONG_RUN, approve, draft, until_green


async def states(page: Page) -> list[str | None]:
    cards = await page.locator("[data-concept]").all()
    return [await card.get_attribute("data-state") for card in cards]


async def until_true(page: Page, client: Client, roadmap_id: str) -> list[str | None]:
    """Waits until the screen shows what a fresh read says: what is in flight when a run is paused still arrives."""
    async with asyncio.timeout(PATIENCE / 1000):
        while True:
            roadmap = await client.read(roadmap_id)
            saved = [c["content_status"] for s in roadmap["stages"] for m in s["modules"] for c in m["concepts"]]
            if saved == await states(page):
                return saved
            await asyncio.sleep(0.1)


async def test_a_reload_in_mid_run_shows_the_same(surfing: Surfing, live_cluster: Cluster) -> None:
    page = await surfing.open()
    roadmap_id = await draft(page, LONG_RUN)
    await approve(page)
    await expect(page.locator("[data-concept][data-state=completed]").first).to_be_visible()
    await page.reload()
    await expect(page.locator("[data-concept]")).to_have_count(LONG_RUN)
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_role("button", name="Resume")).to_be_visible()
    async with live_cluster.client() as client:
        shown = await until_true(page, client, roadmap_id)
        assert {"completed", "pending"} <= set(shown)
        await page.reload()
        await expect(page.locator("[data-concept]")).to_have_count(LONG_RUN)
        await until_true(page, client, roadmap_id)
    await page.get_by_role("button", name="Resume").click()
    await until_green(page, LONG_RUN)


async def test_two_tabs_see_the_same_run(surfing: Surfing) -> None:
    first = await surfing.open()
    roadmap_id = await draft(first)
    second = await surfing.open_in(first.context, f"/roadmaps/{roadmap_id}")
    await expect(second.get_by_role("heading", name="Review the outline")).to_be_visible()
    await approve(first)
    await until_green(second, 12)
    await until_green(first, 12)


async def test_offline_is_said_quietly_and_ends(surfing: Surfing) -> None:
    page = await surfing.open()
    await draft(page)
    await page.context.set_offline(True)
    await expect(page.get_by_text("offline")).to_be_visible()
    await page.context.set_offline(False)
    await expect(page.get_by_text("offline")).to_have_count(0)


async def test_an_unknown_roadmap_is_a_sentence(surfing: Surfing) -> None:
    page = await surfing.open("/roadmaps/00000000-0000-7000-8000-000000000000")
    await expect(page.get_by_role("alert")).to_contain_text("roadmap")


async def test_a_roadmap_that_was_deleted_elsewhere_is_said_to_be(surfing: Surfing, live_cluster: Cluster) -> None:
    page = await surfing.open()
    roadmap_id = await draft(page)
    async with live_cluster.client() as client:
        assert (await client.http.delete(f"/roadmaps/{roadmap_id}")).is_success
    await expect(page.get_by_role("alert")).to_contain_text("This roadmap was deleted.")
    await page.get_by_role("link", name="Back to your roadmaps").click()
    await expect(page.get_by_label("What do you want to learn?")).to_be_visible()


async def test_who_comes_back_sees_what_is_now(surfing: Surfing) -> None:
    page = await surfing.open()
    await draft(page)
    await page.get_by_role("link", name="Greenway: all roadmaps").click()
    await page.go_back()
    await expect(page.get_by_role("heading", name="Review the outline")).to_be_visible()
    await expect(page.get_by_role("heading", name="Drafting your roadmap")).to_have_count(0)
