"""Roadmaps as things that one keeps: imported from files, renamed, copied, thrown away and taken back."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from e2e.cluster import Cluster
from playwright.async_api import Page, expect

from browser.arabic import TITLE, roadmap
from browser.conftest import Surfing

DROPPED = """([name, content]) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], name));
    for (const type of ["dragover", "drop"])
        document.body.dispatchEvent(new DragEvent(type, {dataTransfer, bubbles: true, cancelable: true}));
}"""


async def drop(page: Page, name: str, data: bytes) -> None:
    await expect(page.get_by_role("button", name="Import a file")).to_be_visible()
    await page.evaluate(DROPPED, [name, base64.b64encode(data).decode()])


def a_file(encoding: str = "utf-8") -> bytes:
    return json.dumps(roadmap(), ensure_ascii=False, indent=1).replace("\n", "\r\n").encode(encoding)


async def titled(surfing: Surfing, page: Page, title: str) -> None:
    """A roadmap of this title is there, and the list of roadmaps is open."""
    document: dict[str, Any] = roadmap()
    document["title"] = document["outline"]["title"] = title
    answer = await page.request.post(f"{surfing.url}/api/v1/roadmaps/import", data=document)
    assert answer.status == 201, await answer.text()
    await page.goto(surfing.url)
    await expect(page.get_by_role("link", name=title)).to_be_visible()


async def with_an_empty_trash(surfing: Surfing, page: Page) -> None:
    """What other tests have deleted is restored."""
    roadmaps = f"{surfing.url}/api/v1/roadmaps"
    deleted = await (await page.request.get(f"{roadmaps}?trash=true&limit=100")).json()
    for one in deleted["items"]:
        assert (await page.request.post(f"{roadmaps}/{one['roadmap_id']}/restore")).ok


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
async def test_a_good_file_is_imported_by_the_button(surfing: Surfing, tmp_path: Path, encoding: str) -> None:
    (tmp_path / "roadmap.json").write_bytes(a_file(encoding))
    page = await surfing.open()
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Import a file").click()
    await (await chooser.value).set_files(tmp_path / "roadmap.json")
    await expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    await expect(page.locator("[data-concept][data-state=completed]")).to_have_count(6)


@pytest.mark.parametrize(("locale", "word"), [("en", "imported"), ("zh-CN", "导入")])
async def test_what_was_imported_says_so_in_the_list_and_on_its_page(surfing: Surfing, locale: str, word: str) -> None:
    page = await surfing.open_in(await surfing.browser.new_context(locale=locale), "/")
    await titled(surfing, page, f"From elsewhere, {locale}")
    card = page.get_by_role("link", name=f"From elsewhere, {locale}")
    await expect(card).to_contain_text(word)
    await card.click()
    await expect(page.locator("h1 + p")).to_contain_text(word)


async def test_a_good_file_is_imported_where_it_is_dropped(surfing: Surfing) -> None:
    page = await surfing.open()
    await drop(page, "roadmap.json", a_file())
    await expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    await expect(page.locator("[data-concept][data-state=completed]")).to_have_count(6)


async def test_of_a_bad_file_it_is_said_what_is_wrong_where_and_it_can_be_mended(surfing: Surfing) -> None:
    page = await surfing.open()
    bad = roadmap()
    bad["concepts"][2]["quiz"]["versions"][0]["body"]["questions"][0]["correct"] = ["z"]
    await drop(page, "bad.json", json.dumps(bad).encode())
    fault = page.get_by_role("alert").filter(has_text="bad.json was not imported. `concepts.2.artefacts.quiz")
    await expect(fault).to_contain_text("a correct answer that is not among its options")
    await drop(page, "notes.txt", b"Dear diary")
    await expect(page.get_by_text("notes.txt was not imported. The file is not valid JSON")).to_be_visible()
    await expect(fault).to_have_count(0)
    await drop(page, "good.json", a_file())
    await expect(page.get_by_role("heading", name=TITLE)).to_be_visible()


async def test_several_files_are_imported_at_once_and_each_bad_one_is_told(surfing: Surfing, tmp_path: Path) -> None:
    files = {"one.json": a_file(), "cut.json": a_file()[:2000], "two.json": a_file(), "list.json": b"[]"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    page = await surfing.open()
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Import a file").click()
    await (await chooser.value).set_files([tmp_path / name for name in files])
    await expect(page.get_by_role("status").filter(has_text="2 of 4 files imported.")).to_be_visible()
    await expect(page.get_by_role("alert").filter(has_text="cut.json was not imported.")).to_contain_text(
        re.compile(r"line \d+, column \d+")
    )
    await expect(page.get_by_role("alert").filter(has_text="list.json was not imported.")).to_contain_text(
        "not a roadmap that was exported"
    )


async def test_a_folder_that_is_dropped_is_told(surfing: Surfing) -> None:
    page = await surfing.open()
    await page.evaluate(
        """() => {
            const folder = new File([], "courses");
            folder.arrayBuffer = () => Promise.reject(new DOMException("no file", "NotFoundError"));
            const event = new DragEvent("drop", { bubbles: true, dataTransfer: new DataTransfer() });
            Object.defineProperty(event, "dataTransfer", { value: { types: ["Files"], files: [folder] } });
            document.body.dispatchEvent(event);
        }"""
    )
    await expect(page.get_by_role("alert").filter(has_text="courses was not imported.")).to_contain_text("a folder?")


async def test_a_card_is_renamed_and_escape_gives_up(surfing: Surfing) -> None:
    page = await surfing.open()
    await titled(surfing, page, "Before")
    await page.get_by_role("button", name="Rename Before").click()
    field = page.get_by_role("textbox", name="Rename Before")
    await expect(field).to_be_focused()
    await field.fill("Never")
    await field.press("Escape")
    await expect(page.get_by_role("link", name="Before")).to_be_visible()
    await page.get_by_role("button", name="Rename Before").click()
    await field.fill("x" * 501)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert").filter(has_text="The title")).to_be_visible()
    await field.fill("Afterwards")
    await field.press("Enter")
    await page.get_by_role("link", name="Afterwards").click()
    await expect(page.get_by_role("heading", name="Afterwards")).to_be_visible()


async def test_a_copy_says_that_it_is_one(surfing: Surfing) -> None:
    page = await surfing.open()
    await titled(surfing, page, "Bread")
    for title, copy in (("Bread", "Bread (نسخة)"), ("Bread (نسخة)", "Bread (نسخة 2)")):
        await page.goto(surfing.url)
        await page.get_by_role("link", name=title).first.click()
        await page.get_by_role("button", name="More commands").click()
        await page.get_by_role("menuitem", name="Duplicate").click()
        await expect(page.get_by_role("heading", name=copy)).to_be_visible()


async def test_what_is_deleted_is_in_the_trash_and_comes_back(surfing: Surfing, live_cluster: Cluster) -> None:
    page = await surfing.open()
    await with_an_empty_trash(surfing, page)
    await titled(surfing, page, "Lost and found")
    card = page.get_by_role("link", name="Lost and found")
    for is_undone in (True, False):
        await card.click()
        await page.get_by_role("button", name="More commands").click()
        await page.get_by_role("menuitem", name="Delete").click()
        await expect(page.get_by_text("“Lost and found” was deleted.")).to_be_visible()
        await expect(card).to_have_count(0)
        if is_undone:
            await page.get_by_role("button", name="Undo").click()
            await expect(card).to_be_visible()
    await page.get_by_role("link", name="Trash").click()
    await expect(page.get_by_text(re.compile("^Deleted on "))).to_be_visible()
    await page.get_by_role("button", name="Restore Lost and found").click()
    await expect(page.get_by_text("“Lost and found” was restored.")).to_be_visible()
    await expect(page.get_by_text("The trash is empty.")).to_be_visible()
    await page.get_by_role("link", name="Back to your roadmaps").click()
    await card.click()
    await expect(page.locator("[data-concept][data-state=completed]")).to_have_count(6)
