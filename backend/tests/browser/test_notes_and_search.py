"""Around the lesson: a note that loses nothing, a search that opens the place, a question that is taken out."""

import re

import pytest
from playwright.async_api import Page, expect

from browser.conftest import Surfing
from browser.test_learning import approve, draft, until_green

NOTE = "/note"


async def a_lesson(surfing: Surfing) -> tuple[Page, str]:
    """A page with a lesson open, and its path."""
    page = await surfing.open()
    await draft(page, 3)
    await approve(page)
    await until_green(page, 3)
    await page.locator("[data-concept]").first.click()
    await expect(page.get_by_role("complementary").get_by_role("article")).to_be_visible()
    return page, page.url.removeprefix(surfing.url)


async def open_note(page: Page) -> None:
    await page.get_by_role("button", name="My note").click()
    await expect(page.get_by_role("textbox", name="My note")).to_be_editable()


async def test_a_note_survives_an_absence_a_reload_and_another_tab(surfing: Surfing) -> None:
    page, path = await a_lesson(surfing)
    await open_note(page)
    field = page.get_by_role("textbox", name="My note")
    await field.fill("A **key** thought.")
    await expect(page.get_by_text("Saved", exact=True)).to_be_visible()

    await page.route(f"**{NOTE}", lambda route: route.abort())
    await field.fill("A **key** thought, and another.")
    await expect(page.get_by_text("kept in this browser")).to_be_visible()
    await page.reload()
    await page.unroute(f"**{NOTE}")
    await page.reload()
    await expect(page.get_by_role("button", name="My note")).to_contain_text("and another")
    await open_note(page)
    await page.get_by_role("button", name="Preview").click()
    await expect(page.locator("strong", has_text="key")).to_be_visible()
    await page.get_by_role("button", name="Edit", exact=True).last.click()

    other = await surfing.open(path)  # another browser
    await open_note(other)
    await other.get_by_role("textbox", name="My note").fill("Theirs.")
    await expect(other.get_by_text("Saved", exact=True)).to_be_visible()
    await field.fill("Mine.")
    await page.get_by_role("button", name="Keep both").click()
    await expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    await expect(field).to_have_value("Theirs.\n\nMine.")


@pytest.mark.parametrize("width", [1440, 390])
async def test_a_key_opens_the_search_and_a_result_its_section(surfing: Surfing, width: int) -> None:
    page, _ = await a_lesson(surfing)
    heading = page.get_by_role("article").get_by_role("heading").nth(1)
    words = (await heading.inner_text()).strip()
    await page.goto(surfing.url)
    await page.set_viewport_size({"width": width, "height": 844})
    await expect(page.get_by_role("button", name="Search lessons and notes")).to_be_visible()
    await page.locator("body").press("Control+k")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("searchbox").fill(words)
    result = dialog.get_by_role("link").filter(has_text="Tutorial").filter(has_text=words).first
    await expect(result.locator("mark").first).to_be_visible()
    await result.click()
    await expect(dialog).to_have_count(0)
    await expect(page).to_have_url(re.compile(r"/concepts/[\w-]+#section-2$"))
    await expect(page.locator("#section-2")).to_be_in_viewport()
    await page.locator("body").press("/")
    await expect(dialog.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def test_a_question_that_is_wrong_is_taken_out_and_can_come_back(surfing: Surfing) -> None:
    page, _ = await a_lesson(surfing)
    panel = page.get_by_role("complementary")
    await panel.get_by_role("tab", name="Quiz").click()
    before = await panel.get_by_text(re.compile(r"Question 1 of \d")).inner_text()
    total = int(before.split()[-1])
    prompt = await panel.locator("legend").inner_text()
    await panel.get_by_role("button", name="This question is wrong").click()
    await panel.get_by_label("What is wrong with it?").fill("Two options are right.")
    await panel.get_by_role("button", name="Take it out").click()
    await expect(panel.get_by_text("Taken out: 1.")).to_be_visible()
    await expect(panel.get_by_text(f"Question 1 of {total - 1}")).to_be_visible()
    await expect(panel.locator("legend")).not_to_have_text(prompt)
    await panel.get_by_role("button", name="Put it back").click()
    await expect(panel.get_by_text(f"Question 1 of {total}")).to_be_visible()
    await panel.get_by_role("button", name="This question is wrong").click()
    await panel.get_by_label("What is wrong with it?").fill("Two options are right.")
    await panel.get_by_role("button", name="Take it out").click()
    await panel.get_by_role("button", name="Write a new quiz").click()
    await expect(panel.get_by_text("Taken out")).to_have_count(0)
    await panel.get_by_role("tab", name="Versions").click()
    await expect(panel.get_by_text("Version 2 of the quiz")).to_be_visible()
