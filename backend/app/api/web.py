"""The web app at `/` and the page of the API at `/docs`: built files, under a policy that lets nothing else run."""

import asyncio
import re
from pathlib import Path

from fastapi import APIRouter, FastAPI, Response
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

BUILT = Path(__file__).parent.parent / "web" / "dist"
NOT_BUILT = (
    "Greenway is running, but its web app is not built: "
    "run `make web` in its checkout and restart it, or use the API (/docs).\n"
)

HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "font-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
}
# The page names its assets by the hash of what they hold: it is asked for again, they never are.
PAGE_CACHE = "no-cache"
ASSET_CACHE = "public, max-age=31536000, immutable"


# The page is built for any sub-path: it names its assets relative to itself, and is told its own place.
_OWN_ADDRESS = re.compile(r'(?<=["\'])\./(?=assets/)')
_TOLD_PLACE = '<meta name="greenway-root" content="'


class _Assets(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update({**HEADERS, "Cache-Control": ASSET_CACHE})
        return response


def serve_web(app: FastAPI, built: Path = BUILT, *, root_path: str = "") -> None:
    """Serve the page under every address that the app knows, and `/docs`; where they are not built, say how to build
    them. A browser that asks for an unknown address gets the page, too, which says so; but none under `/api`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    @router.get("/trash")
    @router.get("/roadmaps/{path:path}")
    def page() -> Response:
        return _built_page(built / "index.html", root_path)

    @router.get("/docs")
    def docs() -> Response:
        return _built_page(built / "docs.html", root_path)

    app.include_router(router)
    app.mount("/assets", GZipMiddleware(_Assets(directory=built / "assets", check_dir=False)))
    not_found = app.router.default

    async def unknown(scope: Scope, receive: Receive, send: Send) -> None:
        if _is_for_a_person(scope, root_path):
            answer = await asyncio.to_thread(_built_page, built / "index.html", root_path, status_code=404)
            await answer(scope, receive, send)
        else:
            await not_found(scope, receive, send)

    app.router.default = unknown


def _built_page(path: Path, root_path: str, status_code: int = 200) -> Response:
    """The page for a sub-path: deep addresses need the whole path of each asset."""
    if not path.is_file():
        return PlainTextResponse(NOT_BUILT, status_code, headers=HEADERS)
    page = _OWN_ADDRESS.sub(f"{root_path}/", path.read_text(encoding="utf-8"))
    page = page.replace(_TOLD_PLACE, f"{_TOLD_PLACE}{root_path}")
    return HTMLResponse(page, status_code, headers={**HEADERS, "Cache-Control": PAGE_CACHE})


def _is_for_a_person(scope: Scope, root_path: str) -> bool:
    """Whether a browser wants to show what is there: it asks for HTML, as no client of the API does."""
    if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
        return False
    path = scope["path"].removeprefix(root_path)
    return path != "/api" and not path.startswith("/api/") and "text/html" in Headers(scope=scope).get("accept", "")
