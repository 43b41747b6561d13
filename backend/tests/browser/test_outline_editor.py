"""The editor of the outline: what it shows is so, and what it refuses it explains."""

import itertools
import re
from typing import Any

import pytest
from e2e.cluster import Cluster
from playwright.async_api import Locator, Page, expect

from browser.conftest import Surfing
from browser.test_for_everyone import faults_in_every_look
from browser.test_learning import approve, draft, until_green


def names(page: Page) -> Locator:
    return page.locator("[data-kind=concept] input[aria-label^='Name of ']")


def row(page: Page, name: str) -> Locator:
    return page.locator("[data-kind=concept]", has=page.get_by_label(f"Name of {name}", exact=True))


async def outline_of(cluster: Cluster, roadmap_id: str) -> list[dict[str, Any]]:
    async with cluster.client() as client:
        roadmap = await client.read(roadmap_id)
    return [c for s in roadmap["stages"] for m in s["modules"] for c in m["concepts"]]


def a_pair(concepts: list[dict[str, Any]]) -> tuple[str, str]:
    """The names of two neighbours, of which the second needs the first."""
    return next(
        (one["name"], other["name"])
        for one, other in itertools.pairwise(concepts)
        if one["concept_id"] in other["prerequisites"]
    )


async def test_a_move_that_turns_a_prerequisite_round_says_so_and_hides_nothing(
    surfing: Surfing, live_cluster: Cluster
) -> None:
    page = await surfing.open()
    roadmap_id = await draft(page)
    first, second = a_pair(await outline_of(live_cluster, roadmap_id))
    await page.get_by_label(f"Name of {first}", exact=True).press("Alt+ArrowDown")
    notice = page.get_by_text(f"“{second}” no longer needs “{first}”, which now comes later.")
    await expect(notice).to_be_visible()
    concepts = await outline_of(live_cluster, roadmap_id)
    for place, concept in enumerate(concepts):
        count = len(concept["prerequisites"])
        badge = row(page, concept["name"]).get_by_role("button", name=f"{concept['name']}: needs")
        await expect(badge).to_contain_text(f"needs {count}" if count else "needs nothing")
        assert set(concept["prerequisites"]) <= {one["concept_id"] for one in concepts[:place]}
        await badge.click()
        await expect(row(page, concept["name"]).get_by_role("checkbox", checked=True)).to_have_count(count)
        await badge.click()
    await page.get_by_role("button", name="Undo").last.click()
    await expect(notice).to_have_count(0)
    await expect(row(page, second).get_by_role("button", name=f"{second}: needs 1")).to_be_visible()


async def test_what_is_needed_is_said_on_focus_and_on_hover(surfing: Surfing, live_cluster: Cluster) -> None:
    page = await surfing.open()
    roadmap_id = await draft(page)
    first, second = a_pair(await outline_of(live_cluster, roadmap_id))
    badge = row(page, second).get_by_role("button", name=f"{second}: needs")
    tooltip = page.get_by_role("tooltip", name=re.compile(re.escape(first)))
    await badge.hover()
    await expect(tooltip).to_have_count(1)
    await page.mouse.move(0, 0, steps=10)
    await expect(tooltip).to_have_count(0)
    await row(page, second).get_by_label(f"Hours for {second}", exact=True).focus()
    await page.keyboard.press("Tab")
    await expect(badge).to_be_focused()
    await expect(tooltip).to_have_count(1)
    await expect(badge).to_have_attribute("aria-describedby", re.compile(".+"))


async def test_hours_are_shown_whole_and_impossible_ones_are_explained(surfing: Surfing, live_cluster: Cluster) -> None:
    page = await surfing.open()
    roadmap_id = await draft(page)
    name = (await outline_of(live_cluster, roadmap_id))[2]["name"]
    hours = page.get_by_label(f"Hours for {name}", exact=True)
    for text in ("0.75", "123.456"):
        await hours.fill(text)
        await hours.press("Enter")
        await expect(hours).to_have_attribute("data-dirty", "false")
        assert await hours.evaluate("field => field.scrollWidth <= field.clientWidth")
    await hours.fill("-3")
    await hours.press("Enter")
    fault = page.get_by_role("alert").filter(has_text=f"Hours for {name} must be a number greater than 0")
    await expect(fault).to_be_visible()
    await expect(hours).to_have_attribute("aria-invalid", "true")
    assert "operations." not in await page.inner_text("body")
    await hours.press("Escape")
    await expect(hours).to_have_value("123.456")
    await expect(fault).to_have_count(0)


async def test_the_line_is_drawn_where_a_row_lands(surfing: Surfing) -> None:
    page = await surfing.open()
    await draft(page)
    rows = page.locator("[data-kind=concept]")
    before = [await field.input_value() for field in await names(page).all()]
    target = await rows.nth(1).bounding_box()
    handle = await rows.nth(0).locator("> span").first.bounding_box()
    assert target is not None
    assert handle is not None
    await page.mouse.move(handle["x"] + 4, handle["y"] + 8)
    await page.mouse.down()
    for share in (0.7, 0.8, 0.85):
        await page.mouse.move(target["x"] + 40, target["y"] + target["height"] * share)
    await expect(rows.nth(1)).to_have_attribute("data-landing", "after")
    line = await rows.nth(1).evaluate("row => getComputedStyle(row.parentElement, '::after').blockSize")
    assert line == "2px"
    await page.mouse.up()
    await expect(names(page).nth(0)).to_have_value(before[1])
    await expect(names(page).nth(1)).to_have_value(before[0])


async def test_a_failed_wish_is_dismissed_and_passes_with_the_next_edit(surfing: Surfing) -> None:
    page = await surfing.open()
    await draft(page)
    banner = page.get_by_role("alert").filter(has_text="The outline could not be changed: ")

    async def wish() -> None:
        await page.get_by_label("Ask for a change").fill("Make it taste of strawberries.")
        await page.get_by_role("button", name="Ask the author").click()
        await expect(banner).to_be_visible()

    await names(page).nth(0).fill("Renamed")
    await names(page).nth(0).press("Enter")
    await expect(page.get_by_label("Name of Renamed")).to_be_visible()
    await wish()
    await banner.get_by_role("button", name="Dismiss").click()
    await expect(banner).to_have_count(0)
    await wish()
    await page.get_by_role("button", name="Undo").first.click()
    await expect(page.get_by_label("Name of Renamed")).to_have_count(0)
    await expect(banner).to_have_count(0)


async def test_after_the_approval_the_outline_is_read_until_it_is_edited(surfing: Surfing) -> None:
    page = await surfing.open()
    await draft(page)
    await approve(page)
    await until_green(page, 12)
    await page.get_by_role("link", name="Outline").click()
    await expect(page.get_by_role("heading", name="Outline", exact=True)).to_be_visible()
    await expect(names(page)).to_have_count(0)
    await page.locator("[data-concept]").nth(1).click()
    await expect(page.get_by_role("complementary").get_by_role("article")).to_be_visible()
    assert "view=outline" in page.url
    await page.get_by_role("button", name="Edit", exact=True).click()
    await expect(names(page)).to_have_count(12)
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_role("complementary").get_by_role("article")).to_be_visible()


@pytest.mark.slow
async def test_the_editor_its_faults_and_the_reading_are_accessible_and_fit(
    surfing: Surfing, live_cluster: Cluster
) -> None:
    page = await surfing.open()
    found: dict[str, list[str]] = {}
    roadmap_id = await draft(page)
    concept = (await outline_of(live_cluster, roadmap_id))[2]["name"]
    hours = page.get_by_label(f"Hours for {concept}", exact=True)
    await hours.fill("1234567890123456789")
    await hours.press("Enter")
    await expect(hours).to_have_attribute("aria-invalid", "true")
    await row(page, concept).get_by_role("button", name=f"{concept}: needs").focus()
    found["fault"] = await faults_in_every_look(page)
    await approve(page)
    await until_green(page, 12)
    await page.get_by_role("link", name="Outline").click()
    await expect(page.get_by_role("heading", name="Outline", exact=True)).to_be_visible()
    found["reading"] = await faults_in_every_look(page)
    await page.context.set_offline(True)
    await expect(page.get_by_text("can’t be reached")).to_be_visible()
    found["away"] = await faults_in_every_look(page)
    assert not any(found.values()), found
