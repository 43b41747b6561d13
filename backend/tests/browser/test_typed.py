"""What a person types and keeps: long goals, long names, and goals in other languages."""

import re

from playwright.async_api import expect

from browser.conftest import Surfing
from browser.test_learning import draft


async def test_a_goal_of_4001_characters_stays_and_is_counted(surfing: Surfing) -> None:
    page = await surfing.open()
    goal = page.get_by_label("What do you want to learn?")
    await goal.fill("Week 1\n" + "x" * 3994)
    await page.get_by_role("button", name="Draft a roadmap").click()
    await expect(page.get_by_text("your text has been kept")).to_be_visible()
    await expect(page.get_by_text("4,001 of 4,000 characters: 1 too many")).to_be_visible()
    assert len(await goal.input_value()) == 4001


async def test_a_name_that_is_too_long_stays_and_is_counted(surfing: Surfing) -> None:
    page = await surfing.open()
    await draft(page)
    name = page.get_by_role("textbox", name=re.compile("^Name of")).nth(2)
    await name.fill("x" * 121)
    await name.press("Enter")
    await expect(page.get_by_role("alert").filter(has_text="121 of 120 characters: 1 too many")).to_be_visible()
    assert len(await name.input_value()) == 121
    await expect(name).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    await name.fill("x" * 120)
    await name.press("Enter")
    await expect(page.get_by_text("too many")).to_have_count(0)
    await expect(page.get_by_role("button", name="Undo")).to_be_enabled()


async def test_a_goal_in_spanish_proposes_spanish_and_any_language_is_found(surfing: Surfing) -> None:
    page = await surfing.open()
    await page.get_by_label("What do you want to learn?").fill("Quiero aprender a tocar la guitarra")
    await page.get_by_role("button", name="Write the lessons in Español").click()
    await expect(page.get_by_text("Spanish · 30 concepts")).to_be_visible()
    await page.get_by_role("button", name="More", exact=True).click()
    field = page.get_by_role("combobox", name="Language of the lessons")
    await field.click()
    await field.fill("arab")
    await page.get_by_role("option", name="العربية").click()
    await expect(field).to_have_value("العربية")
