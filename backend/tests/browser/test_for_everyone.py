"""For everyone: axe finds nothing serious, a phone needs no sideways scrolling, Chinese is complete, keys suffice."""

import re
from typing import Any, Literal

import pytest
from e2e.cluster import Cluster
from playwright.async_api import Locator, Page, expect

from browser.conftest import AXE, Surfing
from browser.test_learning import approve, draft, until_green

MOST_TABS = 400
LOOKS: list[tuple[Literal["light", "dark"], int, int]] = [
    ("light", 390, 844),
    ("dark", 1440, 900),
    ("light", 1440, 900),
]


async def faults_in_every_look(page: Page) -> list[str]:
    """What axe finds serious, and whether the page has to be scrolled sideways, in both themes, wide and on a phone."""
    faults = []
    for theme, width, height in LOOKS:
        await page.set_viewport_size({"width": width, "height": height})
        await page.emulate_media(color_scheme=theme)
        await page.wait_for_timeout(300)  # colours fade
        look = f"{theme} {width}"
        faults += [f"{look}: {fault}" for fault in await serious(page)]
        if overflow := await sideways(page):
            faults.append(f"{look}: {overflow} px wider than the screen")
    return faults


async def serious(page: Page) -> list[str]:
    await page.evaluate(AXE.read_text())  # not as a script tag: the policy refuses those
    result: dict[str, Any] = await page.evaluate("() => axe.run()")
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in result["violations"]
        if one["impact"] in ("serious", "critical")
    ]


async def sideways(page: Page) -> int:
    overflow: int = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return overflow


@pytest.mark.slow
async def test_every_page_is_accessible_and_fits(surfing: Surfing) -> None:
    page = await surfing.open()
    found: dict[str, list[str]] = {}
    found["home"] = await faults_in_every_look(page)
    await draft(page)
    found["review"] = await faults_in_every_look(page)
    await approve(page)
    found["writing"] = await faults_in_every_look(page)
    await until_green(page, 12)
    found["map"] = await faults_in_every_look(page)
    await page.locator("[data-concept]").nth(1).click()
    await expect(page.get_by_role("article")).to_be_visible()
    found["lesson"] = await faults_in_every_look(page)
    await page.get_by_role("tab", name="Quiz").click()
    found["quiz"] = await faults_in_every_look(page)
    await page.get_by_role("tab", name="Versions").click()
    found["versions"] = await faults_in_every_look(page)
    await page.get_by_role("link", name="Close").click()
    await page.get_by_role("link", name="Graph").click()
    await expect(page.locator(".react-flow__node").first).to_be_visible()
    found["graph"] = await faults_in_every_look(page)
    assert not any(found.values()), found


async def test_the_whole_app_in_chinese(surfing: Surfing, live_cluster: Cluster) -> None:
    page = await surfing.open()
    await page.get_by_role("button", name="Use Chinese").click()
    await page.get_by_label("你想学什么？").fill("数据分析 SQL")
    await page.get_by_role("button", name="起草路线图").click()
    await page.get_by_role("button", name="批准并撰写全部内容").click()
    await expect(page.locator("[data-concept][data-state=completed]").first).to_contain_text("已就绪")
    assert await page.locator("html").get_attribute("lang") == "zh-Hans"
    async with live_cluster.client() as client:
        assert (await client.read(page.url.rpartition("/")[2]))["language"] == "zh"
    await page.reload()
    await page.get_by_role("button", name="更多命令").click()
    await page.get_by_role("menuitem", name="使用英文").click()
    await expect(page.get_by_role("link", name="Outline")).to_be_visible()


async def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus, as somebody does who has no mouse."""
    await expect(target).to_be_visible()
    for _ in range(MOST_TABS):
        await page.keyboard.press("Tab")
        if await target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab never comes to {target}")


async def test_the_keyboard_is_enough(surfing: Surfing) -> None:
    page = await surfing.open()
    await tab_to(page, page.get_by_label("What do you want to learn?"))
    await page.keyboard.type("SQL for data analysis")
    await tab_to(page, page.get_by_role("button", name="More"))
    await page.keyboard.press("Enter")
    await tab_to(page, page.get_by_label("Number of concepts"))
    await page.keyboard.press("Control+a")
    await page.keyboard.type("12")
    await page.keyboard.press("Enter")
    await tab_to(page, page.get_by_role("button", name=re.compile("^Move .* down$")).nth(2))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("textbox", name=re.compile("^Name of")).nth(3)).to_be_focused()
    await page.keyboard.press("Control+z")
    await expect(page.get_by_role("button", name="Redo")).to_be_enabled()
    await tab_to(page, page.get_by_role("button", name="Approve and generate"))
    await page.keyboard.press("Enter")
    card = page.locator("[data-concept]").first
    await expect(card).to_have_attribute("data-state", "completed")
    await tab_to(page, card)
    await page.keyboard.press("Enter")
    panel = page.get_by_role("complementary")
    await expect(panel.get_by_role("heading").first).to_be_focused()
    await tab_to(page, panel.get_by_role("tab", name="Tutorial"))
    for name in ("Resources", "Quiz"):
        await page.keyboard.press("ArrowRight")
        await expect(panel.get_by_role("tab", name=name)).to_be_focused()
    await expect(panel.get_by_role("tab", name="Quiz")).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Escape")
    await expect(panel).to_have_count(0)
    await expect(card).to_be_focused()
