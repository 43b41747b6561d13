"""What a person types and keeps: long goals, other languages, files, the trash, addresses that do not exist."""

import json
import re
from pathlib import Path

from browser.conftest import Surfing
from browser.test_learning import draft
from e2e.cluster import Cluster
from playwright.async_api import expect

ROADMAPS = "/api/v1/roadmaps"
AR = ["أساسيات الخط العربي", "تعلّم الحروف", "رسم الحروف", "القلم والحبر", "حرف الألف", "وصل الحروف"]


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


async def test_a_file_is_imported_by_button_and_a_bad_one_is_told_where(
    surfing: Surfing, live_cluster: Cluster, tmp_path: Path
) -> None:
    page = await surfing.open()
    (tmp_path / "bad.json").write_text(json.dumps({"format": "greenway-roadmap", "request": {"goal": ""}}))
    await page.get_by_label("Import a file").first.set_input_files(tmp_path / "bad.json")
    await expect(page.get_by_text("bad.json was not imported. `request.goal`")).to_be_visible()


async def test_a_deleted_roadmap_comes_back_from_the_trash(surfing: Surfing) -> None:
    page = await surfing.open()
    made = await page.request.post(roadmaps_of(surfing), data={"goal": "Go", "concepts": 3})
    roadmap_id = (await made.json())["roadmap_id"]
    await page.request.delete(f"{roadmaps_of(surfing)}/{roadmap_id}")
    await page.goto(f"{surfing.url}/trash")
    await page.get_by_role("button", name=re.compile("^Restore")).click()
    await expect(page.get_by_text("The trash is empty.")).to_be_visible()


async def test_an_unknown_address_is_a_page_and_docs_work_offline(surfing: Surfing) -> None:
    page = await surfing.open("/nonsense")
    await expect(page.get_by_text("Page not found.")).to_be_visible()
    await expect(page.get_by_role("link", name="Back to your roadmaps")).to_be_visible()
    await page.goto(f"{surfing.url}/docs")
    await expect(page.get_by_role("heading", name=re.compile("Greenway"))).to_be_visible()


async def test_fields_are_large_enough_for_phones_and_arabic_mirrors_the_map(surfing: Surfing, tmp_path: Path) -> None:
    page = await surfing.open(width=390, height=844)
    await page.get_by_role("button", name="More", exact=True).click()
    sizes = await page.locator("input, select, textarea").evaluate_all(
        "fields => fields.map(field => parseFloat(getComputedStyle(field).fontSize))"
    )
    assert len(sizes) > 5
    assert min(sizes) >= 16
    made = await page.request.post(roadmaps_of(surfing), data={"goal": AR[0], "concepts": 3, "language": "ar"})
    url = f"{roadmaps_of(surfing)}/{(await made.json())['roadmap_id']}"
    await page.goto(url.replace("/api/v1", ""))
    await page.get_by_role("button", name="Approve and generate").wait_for()
    concepts = [{"concept_id": f"c{n}", "name": name} for n, name in enumerate(AR[3:])]
    modules = [{"module_id": "m", "name": AR[2], "concepts": concepts}]
    stages = [{"stage_id": "s", "name": AR[1], "modules": modules}]
    assert (await page.request.put(f"{url}/outline", data={"title": AR[0], "stages": stages})).ok
    await page.request.post(f"{url}/approve")
    await expect(page.get_by_role("region", name="Map of the roadmap")).to_have_attribute("dir", "rtl")
    await page.set_viewport_size({"width": 1200, "height": 700})
    await page.screenshot(path=tmp_path / "arabic.png")


def roadmaps_of(surfing: Surfing) -> str:
    return f"{surfing.url}{ROADMAPS}"
