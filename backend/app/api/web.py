"""The web app at `/`: the built files, with a policy under which a page can run nothing but them."""

import re
from pathlib import Path

from fastapi import APIRouter, FastAPI, Response
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

BUILT = Path(__file__).parent.parent / "web" / "dist"
NOT_BUILT = (
    "Greenway is running, but its web app is not built: "
    "run `make web` in its checkout and start it again, or use the API (/docs).\n"
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
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
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
    """Serve the page under every address that the app knows; where it is not built, say how to build it."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    @router.get("/roadmaps/{path:path}")
    def page() -> Response:
        index = built / "index.html"
        if not index.is_file():
            return PlainTextResponse(NOT_BUILT, headers=HEADERS)
        page = _placed(index.read_text(encoding="utf-8"), root_path)
        return HTMLResponse(page, headers={**HEADERS, "Cache-Control": PAGE_CACHE})

    app.include_router(router)
    app.mount("/assets", GZipMiddleware(_Assets(directory=built / "assets", check_dir=False)))


def _placed(page: str, root_path: str) -> str:
    """The page for a sub-path: deep addresses need the whole path of each asset."""
    return _OWN_ADDRESS.sub(f"{root_path}/", page).replace(_TOLD_PLACE, f"{_TOLD_PLACE}{root_path}")
