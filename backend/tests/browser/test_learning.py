"""What a learner does: from the goal to the last green node, and beyond."""

import re

from e2e.cluster import Cluster
from playwright.async_api import Page, expect

from browser.conftest import Surfing

LONG_RUN = 60
"""Concepts that take long enough to be stopped in the middle, and are few enough for all modules to be open."""


async def draft(page: Page, concepts: int = 12) -> str:
    """Asks for a roadmap on the home page; returns its id when the outline is there."""
    await page.get_by_label("What do you want to learn?").fill("SQL for data analysis")
    await page.get_by_role("button", name="More").click()
    await page.get_by_label("Number of concepts").fill(str(concepts))
    await page.get_by_role("button", name="Draft a roadmap").click()
    await expect(page.get_by_role("heading", name="Review the outline")).to_be_visible()
    return page.url.rpartition("/")[2]


async def approve(page: Page) -> None:
    await page.get_by_role("button", name="Approve and generate").click()
    await expect(page.locator("[data-concept]").first).to_be_visible()


async def until_green(page: Page, concepts: int) -> None:
    await expect(page.locator("[data-concept][data-state=completed]")).to_have_count(concepts)


async def test_from_the_goal_to_the_last_green_node(surfing: Surfing, live_cluster: Cluster) -> None:
    page = await surfing.open()
    await expect(page.get_by_text("Written by the built-in author")).to_be_visible()
    roadmap_id = await draft(page)
    await approve(page)
    await expect(page.locator("[data-concept][data-state=generating]").first).to_be_visible()
    await until_green(page, 12)
    await expect(page.get_by_text("12 of 12 ready").first).to_be_visible()
    async with live_cluster.client() as client:
        assert (await client.read(roadmap_id))["status"] == "completed"

    await page.locator("[data-concept]").nth(1).click()
    panel = page.get_by_role("complementary")
    await expect(panel.get_by_role("article")).to_be_visible()
    await page.reload()
    await expect(panel.get_by_role("article")).to_be_visible()
    await panel.get_by_role("tab", name="Resources").click()
    await expect(panel.get_by_role("link", name=re.compile(".+")).first).to_be_visible()

    await panel.get_by_role("tab", name="Quiz").click()
    while await panel.get_by_role("button", name="Take it again").count() == 0:
        await panel.get_by_role("radio").or_(panel.get_by_role("checkbox")).first.check()
        await panel.get_by_role("button", name="Check", exact=True).click()
        await expect(panel.get_by_text(re.compile(r"^(Right|Not quite)\."))).to_be_visible()
        await panel.get_by_role("button", name=re.compile("Next question|Show the score")).click()
    await expect(panel.get_by_text(re.compile(r"\d of \d right"))).to_be_visible()

    await panel.get_by_role("button", name="Mark as learned").click()
    await expect(page.locator("[data-concept][data-state=learned]")).to_have_count(1)
    await page.goto(surfing.url)
    card = page.locator(f"a[href$='{roadmap_id}']")
    await expect(card.get_by_role("img", name="12 of 12 ready")).to_be_visible()


async def test_the_outline_is_edited_undone_and_redone(surfing: Surfing, live_cluster: Cluster) -> None:
    page = await surfing.open()
    roadmap_id = await draft(page)
    names = page.get_by_role("textbox", name=re.compile("^Name of"))
    before = await names.count()
    concept = names.nth(2)
    await concept.fill("My own name")
    await concept.press("Enter")
    await expect(page.get_by_label("Name of My own name")).to_be_visible()
    await page.get_by_label("Name of My own name").press("Alt+Delete")
    await expect(names).to_have_count(before - 1)
    await page.get_by_role("button", name="Undo").click()
    await expect(names).to_have_count(before)
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_label("Name of My own name")).to_have_count(0)
    await page.get_by_role("button", name="Redo").click()
    await expect(page.get_by_label("Name of My own name")).to_be_visible()
    await page.get_by_role("button", name="Add a concept").first.click()
    await expect(page.get_by_label("Name of New concept")).to_be_visible()
    async with live_cluster.client() as client:
        roadmap = await client.read(roadmap_id)
    stored = [c["name"] for s in roadmap["stages"] for m in s["modules"] for c in m["concepts"]]
    assert {"My own name", "New concept"} <= set(stored)


async def test_a_concept_is_dragged_to_another_place(surfing: Surfing) -> None:
    page = await surfing.open()
    await draft(page)
    names = page.locator("[data-kind=concept] input[aria-label^='Name of ']")
    first, second = await names.nth(0).input_value(), await names.nth(1).input_value()
    handle = page.locator("[data-kind=concept] > span:first-child")
    await handle.nth(1).drag_to(page.locator("[data-kind=concept]").nth(0))
    await expect(names.nth(0)).to_have_value(second)
    await expect(names.nth(1)).to_have_value(first)


async def test_a_change_in_words_is_shown_as_a_diff(surfing: Surfing) -> None:
    page = await surfing.open()
    await draft(page)
    name = await page.locator("[data-kind=concept] input[aria-label^='Name of ']").nth(3).input_value()
    await page.get_by_label("Ask for a change").fill(f'Remove "{name}".')
    await page.get_by_role("button", name="Ask the author").click()
    changes = page.get_by_role("region", name="What the author changed")
    await expect(changes.get_by_text(f"removed {name}")).to_be_visible()


async def test_a_run_is_paused_and_resumed_and_a_waiting_concept_comes_next(surfing: Surfing) -> None:
    page = await surfing.open()
    await draft(page, LONG_RUN)
    await approve(page)
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_role("button", name="Resume")).to_be_visible()
    await page.locator("[data-concept][data-state=pending]").last.click()
    await page.get_by_role("button", name="Write this one next").click()
    await expect(page.get_by_text("Up next.")).to_be_visible()
    await page.get_by_role("button", name="Resume").click()
    await expect(page.get_by_role("complementary").get_by_role("article")).to_be_visible()
    await until_green(page, LONG_RUN)


async def test_the_graph_shows_prerequisites_and_opens_concepts(surfing: Surfing) -> None:
    page = await surfing.open()
    await draft(page)
    await approve(page)
    await page.get_by_role("link", name="Graph").click()
    graph = page.get_by_role("region", name="Prerequisites as a graph")
    await expect(graph.locator(".react-flow__node")).to_have_count(12)
    await expect(graph.locator(".react-flow__edge")).not_to_have_count(0)
    await graph.locator(".react-flow__node").first.click()
    await expect(page.get_by_role("complementary")).to_be_visible()
    assert "view=graph" in page.url


async def test_a_search_jumps_to_a_concept(surfing: Surfing) -> None:
    page = await surfing.open()
    await draft(page)
    await approve(page)
    name = await page.locator("[data-concept] strong").nth(5).inner_text()
    await page.get_by_label("Find a concept").fill(name)
    await page.get_by_label("Find a concept").press("Enter")
    await expect(page.get_by_role("complementary", name=name)).to_be_visible()


async def test_a_deleted_roadmap_comes_back(surfing: Surfing) -> None:
    page = await surfing.open()
    card = page.locator(f"a[href$='{await draft(page)}']")
    await page.get_by_role("button", name="More commands").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(page.get_by_label("What do you want to learn?")).to_be_visible()
    await expect(card).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(card).to_be_visible()
