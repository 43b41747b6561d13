"""A lesson cannot break the page: text that is nested without end, or too large, is shown as text."""

import re
from typing import Any

from e2e.cluster import Cluster
from playwright.async_api import expect

from browser.arabic import roadmap
from browser.conftest import Surfing

NESTED = "- " * 1_000 + "x"
DEEPER = "\n".join(f"{'  ' * level}- level {level}" for level in range(300))
UNITS = (
    "- ",
    "> ",
    "*a_ ",
    "[",
    "![",
    "[a](",
    "`a",
    "|",
    "$a",
    "$$\n",
    "<a ",
    "<!--",
    "&",
    "(",
    "```js\n${`",
    "[^a]: ",
)
LONG = [unit * (20_000 // len(unit)) for unit in UNITS]
TABLE = "|a" * 2_000 + "|\n" + "|-" * 2_000 + "|\n" + "|\n" * 2_000
FORMULA = "$$\n" + "\\sqrt{" * 140 + "x" + "}" * 140 + "\n$$"
PLAIN = "What follows is too long or too deeply nested to format"


def broken() -> dict[str, Any]:
    """A roadmap of one text after another that takes a renderer long or breaks it."""
    file = roadmap()
    file["request"]["language"] = "en"
    texts = ["Before *this*.\n\n" + NESTED, DEEPER, TABLE, FORMULA, *LONG]
    for number, concept in enumerate(file["concepts"]):
        tutorial, resources, quiz = (concept[kind]["versions"][0]["body"] for kind in ("tutorial", "resources", "quiz"))
        own = texts[number :: len(file["concepts"])]
        tutorial["sections"] = [{"heading": f"Section {index}", "markdown": text} for index, text in enumerate(own)]
        tutorial["exercises"] = tutorial["mistakes"] = own[:1]
        tutorial["sections"].append({"heading": "The end", "markdown": "It ends *here*."})
        for item in resources["items"]:
            item["title"] = item["description"] = NESTED
        for question in quiz["questions"]:
            question["prompt"] = question["explanation"] = NESTED
            for option in question["options"]:
                option["text"] = f"{option['option_id']} {DEEPER}"
    return file


async def test_lessons_that_would_break_the_page_are_shown_as_text(surfing: Surfing, live_cluster: Cluster) -> None:
    file = broken()
    async with live_cluster.client() as client:
        answer = await client.http.post("/roadmaps/import", json=file)
        assert answer.status_code == 201, answer.text
        roadmap_id = answer.json()["roadmap_id"]
    page = await surfing.open(f"/roadmaps/{roadmap_id}/concepts/{file['concepts'][0]['concept_id']}")
    panel = page.get_by_role("complementary")
    for number, concept in enumerate(file["concepts"]):
        article = panel.get_by_role("article")
        await expect(article.get_by_role("heading", name="The end")).to_be_visible()
        await expect(article.get_by_text("here", exact=True)).to_have_js_property("tagName", "EM")
        for section in concept["tutorial"]["versions"][0]["body"]["sections"]:
            await expect(article).to_contain_text(section["heading"])
        if number == 0:
            await expect(article.get_by_text("this", exact=True).first).to_have_js_property("tagName", "EM")
            await expect(article.get_by_text(PLAIN).first).to_be_visible()
            await expect(article).to_contain_text(NESTED)
            await panel.get_by_role("tab", name=re.compile("Resources")).click()
            await expect(panel.get_by_role("link", name=NESTED).first).to_be_visible()
            await panel.get_by_role("tab", name=re.compile("Quiz")).click()
            await expect(panel.get_by_role("group", name=NESTED)).to_be_visible()
            await expect(panel.get_by_role("radio", name="level 299")).to_have_count(3)
        await expect(page.get_by_role("link", name="Graph")).to_be_visible()
        if number + 1 < len(file["concepts"]):
            await panel.get_by_role("link", name=re.compile("^Next")).click()
            await expect(page).to_have_url(re.compile(f"/{file['concepts'][number + 1]['concept_id']}$"))
    await page.get_by_role("link", name="Graph").click()
    await expect(page.locator(".react-flow__node")).to_have_count(len(file["concepts"]))
