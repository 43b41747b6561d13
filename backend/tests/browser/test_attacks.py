"""Generated text can run nothing: known attacks, in everything that an author writes, in a real browser."""

import re
from typing import Any

from e2e.cluster import Cluster
from playwright.async_api import expect

from browser.conftest import Surfing

MARKDOWN = (
    "<script>window.attacked = 1</script>",
    "<img src=x onerror='window.attacked = 2'>",
    "<svg onload='window.attacked = 3'><script>window.attacked = 3</script></svg>",
    "<iframe src='javascript:parent.attacked = 4' srcdoc='<script>parent.attacked = 4</script>'></iframe>",
    "<details open ontoggle='window.attacked = 5'>x</details>",
    "<a href='javascript:window.attacked = 6'>raw</a>",
    "<style>body { background: url(https://evil.example/7) }</style>",
    "<form action='https://evil.example/8'><button autofocus onfocus='window.attacked = 8'>x</button></form>",
    "<math><mtext><table><mglyph><style><img src=x onerror='window.attacked = 9'></style></mglyph></table></mtext>",
    "<base href='https://evil.example/'><meta http-equiv='refresh' content='0;url=https://evil.example/10'>",
    "[plain](javascript:window.attacked=11)",
    "[mixed](JaVaScRiPt:window.attacked=12)",
    "[entity](java&#115;cript:window.attacked=13)",
    "[tab](java&#x09;script:window.attacked=14)",
    "[data](data:text/html,<script>opener.attacked=15</script>)",
    "[vbscript](vbscript:msgbox(16))",
    "[title](https://example.org 'x\" onmouseover=\"window.attacked=17')",
    "![image](https://evil.example/18.png)",
    '![image](x" onerror="window.attacked=19)',
    "[ref]: javascript:window.attacked=20\n\n[ref]",
    "<javascript:window.attacked=21>",
    '```html"><script>window.attacked=22</script>\n<script>window.attacked = 22</script>\n```',
    "$\\href{javascript:window.attacked=23}{x}$",
    '$\\htmlData{x=y" onclick="window.attacked=24}{x}$ $\\includegraphics{https://evil.example/24.png}$',
    "$$\\def\\x{\\x\\x}\\x$$",
    "`<script>window.attacked = 26</script>`",
    "| <img src=x onerror='window.attacked=27'> |\n|---|\n| [x](javascript:window.attacked=27) |",
    "[^1]\n\n[^1]: <img src=x onerror='window.attacked=28'>",
)
NAME = "<img src=x onerror='window.attacked=90'>"


async def poisoned(cluster: Cluster) -> tuple[str, str]:
    """A roadmap whose every text is an attack, and the id of a concept of it."""
    async with cluster.client() as client:
        roadmap_id = await client.create(concepts=3, auto_approve=True)
        await client.until_status(roadmap_id, "completed")
        file: dict[str, Any] = (await client.http.get(f"/roadmaps/{roadmap_id}/export")).json()
        _poison(file)
        answer = await client.http.post("/roadmaps/import", json=file)
        assert answer.status_code == 201, answer.text
        copy = answer.json()["roadmap_id"]
        roadmap = await client.read(copy)
    return copy, roadmap["stages"][0]["modules"][0]["concepts"][0]["concept_id"]


def _poison(node: Any) -> None:
    """Put the attacks in place of what authors write, wherever it stands in the file."""
    text = "\n\n".join(MARKDOWN)
    if isinstance(node, list):
        for one in node:
            _poison(one)
    elif isinstance(node, dict):
        if "stages" in node:
            node["title"] = NAME
        if {"stage_id", "module_id", "concept_id"} & node.keys() and "name" in node:
            own = node.get("concept_id") or node.get("module_id") or node["stage_id"]
            node["name"] = node["description"] = f"{own} {NAME}"
        match node.get("kind"):
            case "tutorial":
                node["summary"] = node["example"] = text
                node["exercises"] = node["mistakes"] = [text]
                node["sections"] = [{"heading": NAME, "markdown": one} for one in MARKDOWN]
            case "resources":
                for item in node["items"]:
                    item["title"] = item["description"] = NAME
            case "quiz":
                for question in node["questions"]:
                    question["prompt"] = question["explanation"] = NAME
                    for option in question["options"]:
                        option["text"] = f"{option['option_id']} {NAME}"
            case _:
                for one in node.values():
                    _poison(one)


async def test_nothing_that_an_author_writes_runs(surfing: Surfing, live_cluster: Cluster) -> None:
    roadmap_id, concept_id = await poisoned(live_cluster)
    page = await surfing.open(f"/roadmaps/{roadmap_id}/concepts/{concept_id}")
    panel = page.get_by_role("complementary")
    await expect(panel.get_by_role("article")).to_be_visible()
    for name in ("mixed", "entity", "tab", "data", "vbscript"):
        await panel.get_by_text(name, exact=True).first.click(trial=False)
    for tab in ("Resources", "Quiz", "Versions", "Tutorial"):
        await panel.get_by_role("tab", name=re.compile(tab)).click()
        await expect(panel.get_by_role("tabpanel")).to_be_visible()
    await page.get_by_role("link", name="Graph").click()
    await expect(page.locator(".react-flow__node").first).to_be_visible()
    found = await page.evaluate(
        """() => ({
            attacked: window.attacked ?? null,
            handlers: [...document.querySelectorAll("*")].filter((e) =>
                [...e.attributes].some((a) => a.name.startsWith("on"))).length,
            links: [...document.querySelectorAll("a[href]")].map((a) => a.getAttribute("href"))
                .filter((href) => !/^(https?:|\\/|#)/.test(href)),
            elements: document.querySelectorAll(
                "main script, main iframe, main img, main form[action], main style, main base, main meta").length,
        })"""
    )
    assert found == {"attacked": None, "handlers": 0, "links": [], "elements": 0}
    assert page.url.startswith(surfing.url)
    # A formula that cannot be read brings a style of its own, which the policy refuses; nothing else was tried.
    surfing.faults[:] = [fault for fault in surfing.faults if not fault.startswith("Applying inline style")]
