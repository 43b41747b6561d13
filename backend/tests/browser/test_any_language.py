"""For people of any language and any time zone: short goals, names of languages, lines from the right, today."""

import re
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from e2e.cluster import Cluster
from playwright.async_api import Locator, Page, expect

from browser.arabic import TITLE, roadmap
from browser.conftest import PATIENCE, Surfing
from browser.test_for_everyone import sideways

LOS_ANGELES = ZoneInfo("America/Los_Angeles")


async def imported(surfing: Surfing, page: Page) -> str:
    answer = await page.request.post(f"{surfing.url}/api/v1/roadmaps/import", data=roadmap())
    return f"/roadmaps/{(await answer.json())['roadmap_id']}"


async def style(element: Locator, name: str) -> Any:
    return await element.evaluate(f"element => getComputedStyle(element).{name}")


async def test_a_goal_of_one_chinese_character_turns_green(surfing: Surfing, live_cluster: Cluster) -> None:
    page = await surfing.open_in(await surfing.browser.new_context(locale="zh-CN"), "/")
    await page.get_by_role("button", name="更多").click()
    await page.get_by_label("概念数量").fill("3")
    await page.get_by_label(re.compile("^你想学什么")).fill("琴")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="批准并撰写全部内容").click()
    await expect(page.locator("[data-concept][data-state=completed]")).to_have_count(3)
    async with live_cluster.client() as client:
        kept = await client.read(page.url.rpartition("/")[2])
    assert (kept["goal"], kept["language"], kept["status"]) == ("琴", "zh", "completed")


async def test_today_can_be_the_deadline_in_los_angeles_in_the_evening(surfing: Surfing) -> None:
    context = await surfing.browser.new_context(locale="en-US", timezone_id="America/Los_Angeles")
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    today = datetime.now(LOS_ANGELES).date()
    await page.clock.set_fixed_time(datetime.combine(today, time(17, 30), LOS_ANGELES))
    await page.goto(surfing.url)
    await page.get_by_label("What do you want to learn?").fill("Go")
    await page.get_by_role("button", name="More", exact=True).click()
    deadline = page.get_by_label("Deadline")
    await expect(deadline).to_have_attribute("min", today.isoformat())
    await deadline.fill(today.isoformat())
    assert await deadline.evaluate("field => field.validity.valid")
    await page.get_by_role("button", name="Draft a roadmap").click()
    await expect(page.get_by_role("heading", name="Review the outline")).to_be_visible()
    kept = await page.request.get(f"{surfing.url}/api/v1{page.url.removeprefix(surfing.url)}/export")
    assert (await kept.json())["request"]["deadline"] == today.isoformat()


async def test_languages_are_found_by_their_own_names_and_in_english(surfing: Surfing) -> None:
    page = await surfing.open_in(await surfing.browser.new_context(locale="zh-CN"), "/")
    await page.get_by_role("button", name="更多").click()
    field = page.get_by_role("combobox", name="课程语言")
    for typed, name in (("arab", "العربية"), ("阿拉伯", "العربية"), ("עברית", "עברית"), ("shqip", "Shqip")):
        await field.fill(typed)
        await page.get_by_role("option", name=name).click()
        await expect(field).to_have_value(name)


async def test_an_arabic_roadmap_runs_from_the_right_and_its_code_from_the_left(surfing: Surfing) -> None:
    page = await surfing.open()
    path = await imported(surfing, page)
    await page.goto(f"{surfing.url}{path}/concepts/functions")
    heading = page.get_by_role("heading", name=TITLE)
    assert await style(heading, "direction") == "rtl"
    # Beside words of the page, it stands where they stand.
    assert (await left(heading)) < 720
    first, second = page.locator("[data-concept=variables]"), page.locator("[data-concept=conditions]")
    assert (await left(first)) > (await left(second))
    await expect(page.get_by_role("region", name="Map of the roadmap")).to_have_attribute("dir", "rtl")
    panel = page.get_by_role("complementary")
    lesson = panel.get_by_role("article")
    await expect(lesson).to_have_attribute("dir", "rtl")
    paragraph = lesson.get_by_role("paragraph").first
    assert [await style(paragraph, name) for name in ("direction", "textAlign")] == ["rtl", "start"]
    for code in (lesson.locator("pre").first, lesson.locator("p code").first):
        assert await style(code, "direction") == "ltr"
    assert (await panel.get_by_text("1.5 h").evaluate("element => element.dir")) == "auto"
    tutorial, resources = (panel.get_by_role("tab", name=name) for name in ("Tutorial", "Resources"))
    assert (await left(tutorial)) > (await left(resources))
    await tutorial.focus()
    await page.keyboard.press("ArrowLeft")
    await expect(resources).to_be_focused()
    await panel.get_by_role("tab", name="Quiz").click()
    option = panel.locator("label").filter(has_text="total([])")
    assert await style(option.locator("span").first, "direction") == "rtl"
    assert (await left(option.get_by_role("radio"))) > (await left(option.locator("span").first))
    # A name keeps its order within a sentence of the page.
    await expect(panel.get_by_role("link", name="after \u2068الحلقات for و while\u2069")).to_be_visible()


async def test_every_page_of_an_arabic_roadmap_fits_a_phone_and_its_fields_are_not_zoomed(surfing: Surfing) -> None:
    page = await surfing.open(width=390, height=844)
    path = await imported(surfing, page)
    shown = {
        "/": "More",
        "/trash": None,
        path: None,
        f"{path}?view=outline": "Edit",
        f"{path}?view=graph": None,
        f"{path}/concepts/functions": None,
    }
    found, fields = {}, {}
    for address, opens in shown.items():
        await page.goto(f"{surfing.url}{address}")
        await expect(page.get_by_role("link").nth(1)).to_be_visible()
        if opens is not None:
            await page.get_by_role("button", name=opens, exact=True).click()
        if address.endswith("functions"):
            await page.get_by_role("tab", name="Versions").click()
            await expect(page.get_by_role("textbox", name="What should be different?")).to_be_visible()
        sizes = await page.locator("input:visible, select:visible, textarea:visible").evaluate_all(
            "fields => fields.map(field => parseFloat(getComputedStyle(field).fontSize))"
        )
        fields[address] = len(sizes)
        found[address] = (min(sizes, default=16) >= 16, await sideways(page))
    assert fields["/"] > 5
    assert found == dict.fromkeys(shown, (True, 0))


async def test_an_unknown_address_is_a_page_and_docs_work_offline(surfing: Surfing) -> None:
    page = await surfing.open()
    for address in ("/nonsense", "/roadmaps", "/trash/more"):
        answer = await page.goto(f"{surfing.url}{address}", wait_until="load")
        assert answer is not None
        assert "text/html" in answer.headers["content-type"]
        await expect(page.get_by_role("heading", name="Page not found.")).to_be_visible()
        await expect(page).to_have_title(re.compile("^Page not found"))
    await page.get_by_role("link", name="Back to your roadmaps").click()
    await expect(page.get_by_label("What do you want to learn?")).to_be_visible()
    await page.goto(f"{surfing.url}/docs")
    await expect(page.get_by_role("heading", name=re.compile("Greenway"))).to_be_visible()


async def left(element: Locator) -> float:
    box = await element.bounding_box()
    assert box is not None
    return box["x"]
