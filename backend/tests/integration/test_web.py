"""The page is served under every address that it knows, under a policy that lets nothing else run."""

import gzip
import re
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from app.api.web import BUILT, NOT_BUILT, serve_web

FIRST_LOAD = 250_000
"""Bytes of compressed scripts that a first visit may cost."""


def client(built: Path) -> httpx2.AsyncClient:
    app = FastAPI()
    serve_web(app, built)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://localhost")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Greenway</title>")
    (tmp_path / "assets" / "index-1a2b.js").write_text("export {}")
    return tmp_path


@pytest.mark.parametrize("path", ["/", "/roadmaps/r1", "/roadmaps/r1/concepts/c1"])
async def test_every_address_of_the_app_is_the_page(built: Path, path: str) -> None:
    async with client(built) as http:
        answer = await http.get(path)
    assert answer.status_code == 200
    assert "<title>Greenway</title>" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


async def test_assets_are_kept_by_browsers_for_ever(built: Path) -> None:
    async with client(built) as http:
        answer = await http.get("/assets/index-1a2b.js")
        missing = await http.get("/assets/index-0000.js")
        outside = await http.get("/assets/%2e%2e/index.html")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert missing.status_code == outside.status_code == 404
    assert "cache-control" not in missing.headers


async def test_assets_are_sent_compressed(built: Path) -> None:
    (built / "assets" / "index-1a2b.js").write_text("export const text = 'again and again';\n" * 100)
    async with client(built) as http:
        answer = await http.get("/assets/index-1a2b.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.text.startswith("export const")


def test_the_first_load_keeps_to_its_budget() -> None:
    """All scripts that the page names; the graph and the lessons are loaded when they are opened."""
    page = BUILT / "index.html"
    if not page.is_file():
        pytest.skip("The web app is not built; `make web` builds it.")
    named = re.findall(r'(?:src|href)="\./(assets/[^"]+\.js)"', page.read_text())
    assert named
    size = sum(len(gzip.compress((BUILT / name).read_bytes())) for name in named)
    assert size <= FIRST_LOAD
    chunks = {path.name.partition("-")[0] for path in (BUILT / "assets").glob("*.js")}
    assert {"Graph", "Lesson"} <= chunks - {Path(name).name.partition("-")[0] for name in named}


async def test_without_the_build_a_sentence_says_how_to_get_it(tmp_path: Path) -> None:
    async with client(tmp_path / "nowhere") as http:
        answer = await http.get("/")
    assert answer.status_code == 200
    assert answer.text == NOT_BUILT
    assert "make web" in answer.text
