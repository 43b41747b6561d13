"""While Greenway is away the page says so, shows nothing as if it went on, and recovers by itself."""

import json
import re
import signal
from urllib.parse import urlsplit

import pytest
from e2e.cluster import Cluster
from playwright.async_api import Route, expect

from browser.conftest import Surfing
from browser.test_learning import LONG_RUN, approve, draft, until_green

AWAY = "Greenway can’t be reached. Reconnecting…"
NO_ANSWER = "Greenway is not responding."


@pytest.fixture(scope="module")
def live_cluster(own_cluster: Cluster) -> Cluster:
    """Its API is stopped and frozen."""
    return own_cluster


def stop(cluster: Cluster) -> None:
    assert cluster.api is not None
    cluster.api.terminate()
    cluster.api.wait()


async def test_a_lesson_a_refusal_and_the_headline_recover_by_themselves(
    surfing: Surfing, live_cluster: Cluster
) -> None:
    page = await surfing.open()
    await draft(page, LONG_RUN)
    await approve(page)
    ready = page.locator("[data-concept][data-state=completed]")
    await expect(ready.first).to_be_visible()
    await expect(page.get_by_text(re.compile(r"\d+ being written · "))).to_be_visible()
    stop(live_cluster)
    await expect(page.get_by_text(AWAY)).to_be_visible()
    await expect(page.get_by_role("banner").get_by_text("being written")).to_have_count(0)
    await expect(page.get_by_role("banner").get_by_text(" left")).to_have_count(0)
    await expect(page.locator("[data-concept][data-state=generating]")).to_have_count(0)
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_role("alert").filter(has_text=NO_ANSWER)).to_be_visible()
    await ready.first.click()
    panel = page.get_by_role("complementary")
    await expect(panel.get_by_role("alert").filter(has_text=NO_ANSWER)).to_be_visible()
    live_cluster.start_api()
    await expect(page.get_by_text(AWAY)).to_have_count(0)
    await expect(page.get_by_text(NO_ANSWER)).to_have_count(0)
    await expect(panel.get_by_role("article")).to_be_visible()
    await until_green(page, LONG_RUN)


async def test_what_could_not_be_done_while_the_database_was_away_is_not_said_for_ever(surfing: Surfing) -> None:
    page = await surfing.open()
    await draft(page)
    problem = {"code": "unavailable", "detail": "The database is away.", "retryable": True, "status": 503}
    away = re.compile(r"/outline/operations$|/roadmaps\?limit=1$")

    async def refuse(route: Route) -> None:
        await route.fulfill(status=503, content_type="application/problem+json", body=json.dumps(problem))

    await page.route(away, refuse)
    name = page.get_by_role("textbox", name=re.compile("^Name of")).first
    await name.fill("Another name")
    await name.press("Enter")
    said = page.get_by_role("alert").filter(has_text="The database is away.")
    await expect(said).to_be_visible()
    await expect(page.get_by_text(AWAY)).to_be_visible()
    await page.unroute(away)
    await expect(page.get_by_text(AWAY)).to_have_count(0)
    await expect(said).to_have_count(0)
    await expect(name).to_have_value("Another name")


async def test_the_home_page_recovers_by_itself(surfing: Surfing, live_cluster: Cluster) -> None:
    page = await surfing.open()
    await draft(page)
    await page.goto(surfing.url)
    title = page.get_by_role("link", name="waiting for your review").first
    await expect(title).to_be_visible()
    stop(live_cluster)
    await expect(page.get_by_text(AWAY)).to_be_visible()
    await page.get_by_label("What do you want to learn?").fill("Git for a team of two")
    await page.get_by_role("button", name="Draft a roadmap").click()
    await expect(page.get_by_role("alert").filter(has_text=NO_ANSWER).first).to_be_visible()
    live_cluster.start_api()
    await expect(page.get_by_text(AWAY)).to_have_count(0)
    await expect(page.get_by_text(NO_ANSWER)).to_have_count(0)
    await expect(page.get_by_label("What do you want to learn?")).to_have_value("Git for a team of two")
    assert urlsplit(page.url).path == "/"


async def test_a_server_that_hangs_is_noticed_and_what_was_pressed_is_done(
    surfing: Surfing, live_cluster: Cluster
) -> None:
    assert live_cluster.api is not None
    page = await surfing.open()
    await draft(page)
    live_cluster.api.send_signal(signal.SIGSTOP)
    try:
        await page.get_by_role("button", name="Approve and generate").click()
        await expect(page.get_by_text(AWAY)).to_be_visible()
    finally:
        live_cluster.api.send_signal(signal.SIGCONT)
    await expect(page.get_by_text(AWAY)).to_have_count(0)
    await expect(page.locator("[data-concept][data-state=completed]").first).to_be_visible()


async def test_a_screen_reader_hears_of_a_new_state_at_once(surfing: Surfing) -> None:
    page = await surfing.open()
    await draft(page)
    said = page.get_by_role("status").filter(has_text="waiting for your review")
    await expect(said).to_have_count(1, timeout=2000)
