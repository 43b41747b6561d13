"""A sub-path is there for whoever asks with it, and for a proxy that strips it; addresses in answers hold it."""

from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import RedirectResponse
from httpx2 import ASGITransport, AsyncClient

from app.api.entrance import Entrance
from app.api.web import serve_web

PAGE = """<!doctype html><meta name="greenway-root" content="" />
<script type="module" src="./assets/index-1.js"></script><link href="./assets/index-1.css">"""


def client(tmp_path: Path, root_path: str) -> AsyncClient:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "assets" / "index-1.js").write_text("export {}")
    app = FastAPI()
    router = APIRouter()

    @router.get("/things")
    def things(request: Request) -> dict[str, str]:
        return {"path": request.url.path, "named": str(request.url_for("things").path)}

    @router.get("/leads")
    def leads(to: str) -> RedirectResponse:
        return RedirectResponse(to)

    app.include_router(router)
    serve_web(app, tmp_path, root_path=root_path)
    entrance = Entrance(app, root_path=root_path, allowed_hosts=["upstream"])
    return AsyncClient(transport=ASGITransport(entrance), base_url="http://upstream:8000")


@pytest.mark.parametrize("path", ["/greenway/things", "/things"])
async def test_a_route_is_found_with_the_sub_path_and_without(path: str, tmp_path: Path) -> None:
    async with client(tmp_path, "/greenway") as http:
        assert (await http.get(path)).json() == {"path": "/greenway/things", "named": "/greenway/things"}


async def test_what_only_begins_like_the_sub_path_is_not_below_it(tmp_path: Path) -> None:
    async with client(tmp_path, "/greenway") as http:
        assert (await http.get("/greenwaything/things")).status_code == 404
        assert (await http.get("/greenway/greenway/things")).status_code == 404
        assert (await http.get("/greenway/roadmaps/greenway")).status_code == 200


async def test_without_a_sub_path_nothing_is_one(tmp_path: Path) -> None:
    async with client(tmp_path, "") as http:
        assert (await http.get("/things")).json() == {"path": "/things", "named": "/things"}
        assert (await http.get("/greenway/things")).status_code == 404
        assert 'src="/assets/index-1.js"' in (await http.get("/roadmaps/r1")).text


@pytest.mark.parametrize("path", ["/greenway/", "/greenway/roadmaps/r1/concepts/c1", "/", "/roadmaps/r1"])
async def test_the_page_names_its_assets_and_its_place(path: str, tmp_path: Path) -> None:
    async with client(tmp_path, "/greenway") as http:
        page = await http.get(path)
        assert 'src="/greenway/assets/index-1.js"' in page.text
        assert 'href="/greenway/assets/index-1.css"' in page.text
        assert '<meta name="greenway-root" content="/greenway" />' in page.text
        for asset in ("/greenway/assets/index-1.js", "/assets/index-1.js"):
            assert (await http.get(asset)).text == "export {}"


@pytest.mark.parametrize(
    ("asked", "location"),
    [
        ("/greenway", "/greenway/"),
        ("/greenway/things/", "/greenway/things"),
        ("/things/", "/greenway/things"),
        ("/greenway/leads?to=http://upstream:8000/greenway/things?a=b", "/greenway/things?a=b"),
        ("/greenway/leads?to=https://other.example/", "https://other.example/"),
        ("/greenway/leads?to=http://upstream:8000//other.example/", "http://upstream:8000//other.example/"),
    ],
)
async def test_a_redirection_holds_the_path_alone(asked: str, location: str, tmp_path: Path) -> None:
    async with client(tmp_path, "/greenway") as http:
        answer = await http.get(asked)
    assert answer.status_code == 307
    assert answer.headers["location"] == location
