"""Makes pictures of every page: `python -m browser.screenshots DIRECTORY`, with a Greenway of its own."""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
from playwright.sync_api import Page, sync_playwright

from app.embedded.ports import free_port

WIDE = (1440, 900)
PHONE = (390, 844)
PATIENCE = 120_000


def main(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("There is no Chromium.")
    port = free_port()
    with TemporaryDirectory() as data:
        command = [sys.executable, "-m", "app.cli", "up", "--port", str(port), "--data-dir", data]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as greenway:
            assert greenway.stdout is not None
            next(line for line in greenway.stdout if line.startswith("Greenway is ready"))
            try:
                with sync_playwright() as playwright:
                    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                    page = browser.new_page()
                    page.set_default_timeout(PATIENCE)
                    _tour(page, f"http://127.0.0.1:{port}", directory)
                    browser.close()
            finally:
                greenway.terminate()
                greenway.stdout.read()


def _tour(page: Page, url: str, directory: Path) -> None:
    def shoot(name: str) -> None:
        for theme in ("light", "dark"):
            _choose(page, theme)
            for size, (width, height) in (("wide", WIDE), ("phone", PHONE)):
                page.set_viewport_size({"width": width, "height": height})
                page.wait_for_timeout(400)
                page.screenshot(path=directory / f"{name}-{theme}-{size}.png")
        page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
        _choose(page, "light")

    for goal in ("Git for a team of two", "Music theory, gently"):
        body = {"goal": goal, "concepts": 12, "auto_approve": goal.startswith("Git")}
        httpx2.post(f"{url}/api/v1/roadmaps", json=body, trust_env=False).raise_for_status()
    page.goto(url)
    page.get_by_role("link", name="all ready").wait_for()
    page.get_by_role("link", name="waiting for your review").wait_for()
    shoot("home")
    page.get_by_label("What do you want to learn?").fill("SQL for data analysis")
    page.get_by_role("button", name="Draft a roadmap").click()
    page.get_by_role("button", name="Approve and generate").wait_for()
    shoot("review")
    page.get_by_role("button", name="Approve and generate").click()
    page.locator("[data-concept][data-state=completed]").nth(9).wait_for()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Resume").click()
    page.locator("[data-concept][data-state=generating]").first.wait_for()
    shoot("map")
    page.locator("[data-concept][data-state=completed]").nth(1).click()
    page.get_by_role("article").wait_for()
    shoot("lesson")
    page.get_by_role("link", name="Graph").click()
    page.locator(".react-flow__node").first.wait_for()
    page.wait_for_timeout(1000)
    shoot("graph")


def _choose(page: Page, theme: str) -> None:
    """Press what a person would press: on the home page, or in the menu of a roadmap."""
    if page.locator("html").get_attribute("data-theme") == theme:
        return
    if page.get_by_role("button", name="More commands").count():
        page.get_by_role("button", name="More commands").click()
        page.get_by_role("menuitem", name=f"{theme.capitalize()} colours").click()
    else:
        page.get_by_role("button", name="Dark theme").click()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
