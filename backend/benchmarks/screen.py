"""How smoothly the page shows a run of 300 concepts at about 20 events a second: the browser's own frames."""

import asyncio
import shutil
import subprocess
import sys
from contextlib import suppress
from typing import Any

from playwright.async_api import Browser, async_playwright

from app.db.content_store import PostgresContentStore
from app.db.flush_writer import FlushWriter
from app.embedded.ports import free_port
from app.generation.orchestrator import Limits, Orchestrator
from benchmarks.author import TimedAuthor
from benchmarks.event_latency import until_ready
from benchmarks.report import Figure
from benchmarks.servers import Bench, bench, run

ROUNDS = 3
CONCEPTS = 300
SECONDS = 0.5
"""For an artefact: with five concepts at once, ten concepts are started and ten completed each second."""
MEASURED = 8_000
"""Milliseconds of a round in which frames are counted."""
FRAME = 1000 / 60
LEAST_EVENTS = 10
"""A second."""

_COUNT_FRAMES = """milliseconds => new Promise(resolve => {
    const frames = [];
    let shift = 0;
    new PerformanceObserver(list => list.getEntries().forEach(entry => shift += entry.value))
        .observe({ type: "layout-shift" });
    let last = performance.now();
    const end = last + milliseconds;
    requestAnimationFrame(function count(now) {
        frames.push(now - last);
        last = now;
        if (now < end) return requestAnimationFrame(count);
        frames.sort((a, b) => a - b);
        resolve({ median: frames[frames.length >> 1], p95: frames[Math.floor(frames.length * 0.95)], shift });
    });
})"""


def measure() -> list[Figure]:
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.stderr.write("There is no Chromium: the screen is not measured.\n")
        return []
    port = free_port()
    api = subprocess.Popen([sys.executable, "-m", "app.cli", "api", "--port", str(port)])
    try:
        return run(_measure(port, chromium))
    finally:
        api.terminate()
        api.wait()


async def _measure(port: int, chromium: str) -> list[Figure]:
    await until_ready(port)
    figures = []
    async with bench() as setting, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for view in ("map", "graph"):
            rounds = [await _round(setting, browser, f"http://127.0.0.1:{port}", view) for _ in range(ROUNDS)]
            for name, unit, bound in (
                ("events", "/s", None),
                ("median", "ms", FRAME * 1.05),
                ("p95", "ms", FRAME * 1.05),
            ):
                label = "events while measured" if name == "events" else f"frame, {name} of a run"
                values = tuple(one[name] for one in rounds)
                figures.append(Figure("screen", f"{view} of {CONCEPTS} concepts: {label}", unit, values, bound))
            shifts = tuple(one["shift"] for one in rounds)
            figures.append(Figure("screen", f"{view} of {CONCEPTS} concepts: layout shift", "", shifts, 0.01))
        await browser.close()
    return figures


async def _round(setting: Bench, browser: Browser, url: str, view: str) -> dict[str, Any]:
    roadmap_id, task_id = await setting.approved(CONCEPTS)
    claim = await setting.claim(task_id)
    author = TimedAuthor(SECONDS)
    store = PostgresContentStore(setting.sessions, FlushWriter(setting.sessions), claim)
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    await page.goto(f"{url}/roadmaps/{roadmap_id}?view={view}")
    if view == "map":
        await page.get_by_role("button", name="Open all modules").click()
    await page.locator("[data-state=pending]").first.wait_for()
    running = asyncio.create_task(Orchestrator(author, store, setting.notifications, Limits()).run())
    await page.locator("[data-state=completed]").first.wait_for(state="attached")
    roadmap = f"{url}/api/v1/roadmaps/{roadmap_id}"
    seq = "async path => (await (await fetch(path)).json()).seq"
    before = await page.evaluate(seq, roadmap)
    counted: dict[str, Any] = await page.evaluate(_COUNT_FRAMES, MEASURED)
    after = await page.evaluate(seq, roadmap)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await page.close()
    events = (after - before) / MEASURED * 1000
    assert events >= LEAST_EVENTS, f"a screen that hears of {events:.1f} events a second measures nothing"
    return counted | {"events": events}
